import { sql } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { Tables } from './tables.ts';

/** Counts visits of a station that is not registered. */
export const noteSeenStation = (seen: Tables['seenStations']): Statement =>
  statement(
    db
      .insertInto('seenStations')
      .values(seen)
      .onConflict((conflict) =>
        conflict.column('chargeBoxId').doUpdateSet((eb) => ({
          lastAt: eb.ref('excluded.lastAt'),
          count: sql<number>`${eb.ref('seenStations.count')} + ${eb.ref('excluded.count')}`,
          address: eb.ref('excluded.address'),
          protocol: eb.ref('excluded.protocol'),
        })),
      ),
  );

/** Keeps the newest, so that strangers cannot fill the disk. */
export const pruneSeenStations = (keep: number): Statement =>
  statement(
    db
      .deleteFrom('seenStations')
      .where(
        'chargeBoxId',
        'in',
        db.selectFrom('seenStations').select('chargeBoxId').orderBy('lastAt', 'desc').limit(-1).offset(keep),
      ),
  );

export const forgetSeenStation = (chargeBoxId: string): Statement =>
  statement(db.deleteFrom('seenStations').where('chargeBoxId', '=', chargeBoxId));
