import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { Tables } from './tables.ts';

/** Adds to the count of a deviation; its first example stays. */
export const addDeviation = (deviation: Tables['deviations']): Statement =>
  statement(
    db
      .insertInto('deviations')
      .values(deviation)
      .onConflict((conflict) =>
        conflict.columns(['stationId', 'kind', 'action']).doUpdateSet((eb) => ({
          count: sql<number>`${eb.ref('deviations.count')} + ${eb.ref('excluded.count')}`,
          lastAt: eb.ref('excluded.lastAt'),
        })),
      ),
  );

/** Which kinds of deviation each station has shown, and how often. */
export const deviationKinds = (read: Kysely<Tables>) =>
  read.selectFrom('deviations').select(['stationId', 'kind', 'action', 'count']).execute();
