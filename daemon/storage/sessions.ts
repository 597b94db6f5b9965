import type { Insertable, Kysely, Updateable } from 'kysely';
import { db, hot, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { OrphanStopsTable, SessionsTable, Tables } from './tables.ts';

export type NewSession = Omit<
  Insertable<SessionsTable>,
  | 'id'
  | 'stopReceivedAt'
  | 'meterStopWh'
  | 'lastEnergyWh'
  | 'powerW'
  | 'peakPowerW'
  | 'lastSampleAt'
  | 'stopReason'
  | 'stopIdTag'
  | 'chargingStoppedAt'
  | 'rolledUp'
>;

/** A session. The index `sameStart` refuses one that is there already (FIELD 4). Its id is the transaction id. */
export const insertSession = hot<NewSession>((given) =>
  db.insertInto('sessions').values({
    publicId: given('publicId'),
    stationId: given('stationId'),
    siteId: given('siteId'),
    outletId: given('outletId'),
    connectorId: given('connectorId'),
    idTag: given('idTag'),
    tagId: given('tagId'),
    accountId: given('accountId'),
    authentication: given('authentication'),
    tagStatus: given('tagStatus'),
    state: given('state'),
    startedAt: given('startedAt'),
    startedAtStation: given('startedAtStation'),
    receivedAt: given('receivedAt'),
    endedAt: given('endedAt'),
    durationMs: given('durationMs'),
    meterStartWh: given('meterStartWh'),
    energyWh: given('energyWh'),
    reservationId: given('reservationId'),
    flags: given('flags'),
  }),
);

/** How far a running session has come, for lists; its samples have the rest. */
export const noteProgress = hot<
  Pick<SessionsTable, 'lastEnergyWh' | 'powerW' | 'peakPowerW' | 'lastSampleAt' | 'flags'> & Readonly<{ id: number }>
>((given) =>
  db
    .updateTable('sessions')
    .set({
      lastEnergyWh: given('lastEnergyWh'),
      powerW: given('powerW'),
      peakPowerW: given('peakPowerW'),
      lastSampleAt: given('lastSampleAt'),
      flags: given('flags'),
    })
    .where('id', '=', given('id')),
);

/** What a stop, an end or a person changed. */
export const updateSession = (id: number, set: Updateable<SessionsTable>): Statement =>
  statement(db.updateTable('sessions').set(set).where('id', '=', id));

/** A stop of no session that we know, once however often it comes (FIELD 7). */
export const insertOrphanStop = (stop: Omit<Insertable<OrphanStopsTable>, 'id'>): Statement =>
  statement(
    db
      .insertInto('orphanStops')
      .values(stop)
      .onConflict((conflict) => conflict.doNothing()),
  );

/** The session that the same start has opened before (FIELD 4). */
export const sameStart = (
  read: Kysely<Tables>,
  start: Pick<SessionsTable, 'stationId' | 'connectorId' | 'idTag' | 'startedAtStation' | 'meterStartWh'>,
) =>
  read
    .selectFrom('sessions')
    .selectAll()
    .where('stationId', '=', start.stationId)
    .where('connectorId', '=', start.connectorId)
    .where('idTag', '=', start.idTag)
    .where('startedAtStation', '=', start.startedAtStation)
    .where('meterStartWh', '=', start.meterStartWh)
    .executeTakeFirst();

export const sessionById = (read: Kysely<Tables>, id: number) =>
  read.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
export type SessionRecord = NonNullable<Awaited<ReturnType<typeof sessionById>>>;

const longestMs = 7 * 86_400_000;

/** Sessions of a station whose stops came since, the newest first; none that lasted longer than a week. */
export const recentlyStopped = (read: Kysely<Tables>, stationId: number, since: number) =>
  read
    .selectFrom('sessions')
    .selectAll()
    .where('stationId', '=', stationId)
    .where('startedAt', '>=', since - longestMs)
    .where('stopReceivedAt', '>=', since)
    .orderBy('startedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(50)
    .execute();

/** Sessions that run or wait for the cable, oldest first. */
export const openSessions = (read: Kysely<Tables>) =>
  read.selectFrom('sessions').selectAll().where('state', 'in', ['charging', 'stopped']).orderBy('id').execute();

export const recordByPublicId = (read: Kysely<Tables>, publicId: string) =>
  read.selectFrom('sessions').selectAll().where('publicId', '=', publicId).executeTakeFirst();
