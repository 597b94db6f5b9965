import type { Kysely } from 'kysely';
import { db, hot, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { ChargingProfilesTable, Tables } from './tables.ts';

/** Remembers a profile. The same id, and the same purpose and level on its connector, were replaced by it (OCPP 1.6 §3.13.2). */
export const keepProfile = (profile: ChargingProfilesTable): readonly Statement[] => [
  statement(
    db
      .deleteFrom('chargingProfiles')
      .where('stationId', '=', profile.stationId)
      .where((eb) =>
        eb.or([
          eb('profileId', '=', profile.profileId),
          eb.and({ connectorId: profile.connectorId, purpose: profile.purpose, stackLevel: profile.stackLevel }),
        ]),
      ),
  ),
  statement(db.insertInto('chargingProfiles').values(profile)),
];

type ProfileFilter = Readonly<{
  profileId?: number | undefined;
  connectorId?: number | undefined;
  purpose?: string | undefined;
  stackLevel?: number | undefined;
}>;

/** Forgets what a station has cleared: with an id that one, else all that match everything given (OCPP 1.6 §5.5). */
export const forgetProfiles = (stationId: number, { profileId, connectorId, purpose, stackLevel }: ProfileFilter): Statement => {
  let query = db.deleteFrom('chargingProfiles').where('stationId', '=', stationId);
  if (profileId !== undefined) return statement(query.where('profileId', '=', profileId));
  if (connectorId !== undefined) query = query.where('connectorId', '=', connectorId);
  if (purpose !== undefined) query = query.where('purpose', '=', purpose);
  if (stackLevel !== undefined) query = query.where('stackLevel', '=', stackLevel);
  return statement(query);
};

/** A profile of a session dies with it. Written at every stop, so compiled once. */
export const forgetProfilesOfSession = hot<{ stationId: number; transactionId: number }>((given) =>
  db
    .deleteFrom('chargingProfiles')
    .where('stationId', '=', given('stationId'))
    .where('transactionId', '=', given('transactionId')),
);

export const profilesOf = (read: Kysely<Tables>, stationId: number) =>
  read
    .selectFrom('chargingProfiles')
    .selectAll()
    .where('stationId', '=', stationId)
    .orderBy('connectorId')
    .orderBy('stackLevel', 'desc')
    .execute();
