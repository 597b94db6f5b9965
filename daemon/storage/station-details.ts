import { type Kysely, sql } from 'kysely';
import type { Tables } from './tables.ts';

/** What a station's page shows and memory does not hold. */
export const stationRow = (read: Kysely<Tables>, nodeId: number) =>
  read.selectFrom('stations').selectAll().where('nodeId', '=', nodeId).executeTakeFirst();

/** The outlets of a station that stand in the tree, by connector number. */
export const outletsOf = (read: Kysely<Tables>, stationId: number) =>
  read
    .selectFrom('outlets')
    .innerJoin('nodes', 'nodes.id', 'outlets.nodeId')
    .select(['outlets.nodeId', 'publicId', 'name', 'connectorId', 'plug', 'mode', 'parking', 'version'])
    .where('stationId', '=', stationId)
    .where('removedAt', 'is', null)
    .orderBy('connectorId')
    .execute();

/** The latest session of each connector that is over. */
export const lastSessionsOf = (read: Kysely<Tables>, stationId: number, connectorIds: readonly number[]) =>
  Promise.all(
    connectorIds.map((connectorId) =>
      read
        .selectFrom('sessions')
        .select(['publicId', 'connectorId', 'endedAt', 'energyWh', 'durationMs'])
        .where('stationId', '=', stationId)
        .where('connectorId', '=', connectorId)
        .where('state', 'in', ['ended', 'stopNotReported'])
        .orderBy('startedAt', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst(),
    ),
  );

/** Names of accounts, for sessions in memory that know only the row. */
export async function accountNames(read: Kysely<Tables>, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await read
    .selectFrom('accounts')
    .select(['id', 'firstName', 'lastName', 'email'])
    .where('id', 'in', [...ids])
    .execute();
  return new Map(rows.map((row) => [row.id, `${row.firstName} ${row.lastName}`.trim() || row.email]));
}

/** The commands of a station, newest first; `before` goes on from the one with this id, `batchId` leaves those that were asked for together. */
export const commandPage = (
  read: Kysely<Tables>,
  stationId: number,
  { before, batchId, limit }: Readonly<{ before?: string | undefined; batchId?: string | undefined; limit: number }>,
) =>
  read
    .selectFrom('commands')
    .selectAll()
    .where('stationId', '=', stationId)
    .$if(before !== undefined, (query) =>
      // Those that were asked for together have the same time.
      query.where(
        sql<boolean>`(queuedAt, id) < (SELECT queuedAt, id FROM commands WHERE publicId = ${before} AND stationId = ${stationId})`,
      ),
    )
    .$if(batchId !== undefined, (query) => query.where('batchId', '=', batchId ?? ''))
    .orderBy('queuedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

/** What happened at a station, newest first; `before` goes on from the event with this id. */
export const eventPage = (
  read: Kysely<Tables>,
  stationId: number,
  { kinds, before, limit }: Readonly<{ kinds?: readonly string[] | undefined; before?: number | undefined; limit: number }>,
) =>
  read
    .selectFrom('events')
    .select(['id', 'at', 'receivedAt', 'kind', 'severity', 'sessionId', 'data'])
    .where('stationId', '=', stationId)
    .$if(kinds !== undefined, (query) => query.where('kind', 'in', [...(kinds ?? [])]))
    .$if(before !== undefined, (query) =>
      query.where(
        sql<boolean>`(receivedAt, id) < (SELECT receivedAt, id FROM events WHERE id = ${before} AND stationId = ${stationId})`,
      ),
    )
    .orderBy('receivedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();

export const deviationsOf = (read: Kysely<Tables>, stationId: number) =>
  read
    .selectFrom('deviations')
    .select(['kind', 'action', 'count', 'firstAt', 'lastAt', 'example'])
    .where('stationId', '=', stationId)
    .orderBy('lastAt', 'desc')
    .execute();

/** Stations that called in and are not registered, the latest first. */
export const seenStations = (read: Kysely<Tables>) =>
  read.selectFrom('seenStations').selectAll().orderBy('lastAt', 'desc').limit(500).execute();

export async function countSeenStations(read: Kysely<Tables>): Promise<number> {
  const row = await read
    .selectFrom('seenStations')
    .select((all) => all.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}
