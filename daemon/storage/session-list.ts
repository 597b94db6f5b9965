import { type Kysely, sql } from 'kysely';
import type { SessionColumn } from '../../shared/model/session.ts';
import type { Sort } from '../../shared/model/table.ts';
import { type Condition, columns, isOpen, type Part } from './session-filter.ts';
import type { Tables } from './tables.ts';

/** A value that a row is ordered by, as a cursor keeps it. */
export type KeyValue = string | number | null;

/** Where a page ended: the keys of its last row, and the time that running sessions were measured at. */
export type Position = Readonly<{ now: number; keys: readonly KeyValue[]; id: number }>;

export type SessionQuery = Readonly<{
  conditions: readonly Condition[];
  sort: readonly Sort[];
  after: Position | null;
  now: number;
  limit: number;
  /** So few rows are sorted at once faster than an ordered index is searched for them. */
  fewRows?: number;
}>;

type Key = Readonly<{ value: Part; descending: boolean; column: SessionColumn }>;
type Found = Readonly<{ id: number; k0: KeyValue; k1: KeyValue; k2: KeyValue }>;

const defaultFewRows = 5000;

/**
 * A page of session ids in the order asked for, by keyset: deep pages cost what the first one does. Either the order's own index is
 * walked, or, where a condition leaves few rows, that one's index finds them and they are sorted; a bounded count beforehand tells.
 */
export async function sessionPage(read: Kysely<Tables>, query: SessionQuery): Promise<{ ids: number[]; next: Position | null }> {
  const keys = keysOf(query);
  const driver = await fewest(read, query.conditions, query.fewRows ?? defaultFewRows);
  const walks = !driver && isIndexed(keys[0]);
  const branches = walks ? walkedBranches(keys, query) : [foundBranch(keys, query, driver)];
  const order = orderBy(
    keys.map((key, index) => ({ value: sql.raw(`k${index}`), descending: key.descending })),
    sql`id`,
  );
  const parts = branches.map((branch) => branchQuery(keys, branch, query.limit + 1));
  const { rows } =
    await sql<Found>`SELECT * FROM (${sql.join(parts, sql` UNION ALL `)}) ORDER BY ${order} LIMIT ${query.limit + 1}`.execute(
      read,
    );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const next =
    rows.length > query.limit && last
      ? { now: query.now, keys: [last.k0, last.k1, last.k2].slice(0, keys.length), id: last.id }
      : null;
  return { ids: page.map((row) => row.id), next };
}

/** The keys asked for; with none, the latest start first. Text is ordered without regard to case. */
function keysOf({ sort, now }: SessionQuery): readonly Key[] {
  const asked = sort.length > 0 ? sort : [{ column: 'startedAt', descending: true }];
  return asked.map((one) => {
    const name = one.column as SessionColumn; // `requireSort` has looked
    const column = columns[name];
    const value = column.kind === 'text' ? sql`${column.value} COLLATE NOCASE` : column.value(now);
    return { value, descending: one.descending, column: name };
  });
}

const quantityOf = (key: Key | undefined) => {
  const column = key && columns[key.column];
  return column?.kind === 'quantity' ? column : undefined;
};
const isIndexed = (key: Key | undefined) => quantityOf(key)?.index === true;
const mayBeNull: ReadonlySet<string> = new Set(['durationMs', 'endedAt', 'energyWh']);

/** One of the queries whose rows are merged: its conditions, and the first key as its index knows it. */
type Branch = Readonly<{ where: readonly Part[]; first: Part }>;

/** All rows by one query: what the driver finds, or without one whatever index the database thinks best, sorted. */
function foundBranch(asked: readonly Key[], { conditions, after }: SessionQuery, driver: Condition | null): Branch {
  // The few rows are to be sorted: the index of the order must not look attractive.
  const keys = driver ? asked.map((key) => (quantityOf(key) ? { ...key, value: sql`+(${key.value})` } : key)) : asked;
  const where = conditions.map((one) => (driver === null || one === driver ? (one.free ?? one.bound) : one.bound));
  return { where: [...where, afterCursor(keys, after)], first: keys[0]?.value ?? sql`s.id` };
}

/**
 * The rows to merge when the first key's index is walked. Each is in the index's order by itself: sessions that are over with a value,
 * those without, and the few running ones, whose value is computed.
 */
function walkedBranches(keys: readonly Key[], { conditions, after }: SessionQuery): readonly Branch[] {
  const first = quantityOf(keys[0]);
  const key = keys[0];
  if (!first || !key) return [];
  const where = conditions.map((one) => {
    const helps = (one.column === key.column && !first.growing) || (one.ordersByStart === true && key.column === 'startedAt');
    return helps && one.free ? one.free : one.bound;
  });
  where.push(afterCursor(keys, after));
  // Says again, so that the index is entered at the right place, what others say of the computed value.
  const entry = conditions.flatMap((one) => (one.column === key.column && one.closed ? [one.closed] : []));
  const from = after?.keys[0];
  if (typeof from === 'number') entry.push(sql`${first.closed} ${sql.raw(key.descending ? '<=' : '>=')} ${from}`);
  if (!mayBeNull.has(key.column)) return [{ where: [...where, ...entry], first: first.closed }];
  const over = first.growing ? [sql`NOT ${isOpen}`] : [];
  const branches = [
    { where: [...where, ...over, ...entry, sql`${first.closed} IS NOT NULL`], first: first.closed },
    { where: [...where, ...over, sql`${first.closed} IS NULL`], first: first.closed },
  ];
  return first.growing ? [...branches, { where: [...where, isOpen], first: key.value }] : branches;
}

function branchQuery(keys: readonly Key[], { where, first }: Branch, limit: number): Part {
  const selected = keys.map((key, index) => sql`${key.value} AS ${sql.raw(`k${index}`)}`);
  const missing = Array.from({ length: 3 - keys.length }, (_, index) => sql`NULL AS ${sql.raw(`k${keys.length + index}`)}`);
  const order = orderBy(
    keys.map((key, index) => ({ value: index === 0 ? first : key.value, descending: key.descending })),
    sql`s.id`,
  );
  return sql`SELECT * FROM (SELECT s.id, ${sql.join([...selected, ...missing])} FROM sessions s
    WHERE ${sql.join([...where], sql` AND `)} ORDER BY ${order} LIMIT ${limit})`;
}

/** The id decides between equals, in the direction of the first key, so that an index over (key, id) gives the whole order. */
function orderBy(keys: readonly Readonly<{ value: Part; descending: boolean }>[], id: Part): Part {
  const parts = keys.map((key) => sql`${key.value} ${sql.raw(key.descending ? 'DESC' : 'ASC')}`);
  return sql.join([...parts, sql`${id} ${sql.raw(keys[0]?.descending ? 'DESC' : 'ASC')}`]);
}

/** Rows after the last one of the page before. Null comes before everything in rising order, as the database sorts it. */
function afterCursor(keys: readonly Key[], after: Position | null): Part {
  if (!after) return sql`TRUE`;
  const same: Part[] = [];
  const ways = keys.map((key, index) => {
    const from = after.keys[index] ?? null;
    const way = sql.join([...same, beyond(key, from)], sql` AND `);
    same.push(sql`${key.value} IS NOT DISTINCT FROM ${from}`);
    return sql`(${way})`;
  });
  const tie = sql`s.id ${sql.raw(keys[0]?.descending ? '<' : '>')} ${after.id}`;
  return sql`(${sql.join([...ways, sql`(${sql.join([...same, tie], sql` AND `)})`], sql` OR `)})`;
}

function beyond({ value, descending }: Key, from: KeyValue): Part {
  if (from === null) return descending ? sql`FALSE` : sql`${value} IS NOT NULL`;
  return descending ? sql`(${value} < ${from} OR ${value} IS NULL)` : sql`${value} > ${from}`;
}

/** The condition that leaves the fewest rows, if those are few; found by counting through each one's index up to a bound. */
async function fewest(read: Kysely<Tables>, conditions: readonly Condition[], fewRows: number): Promise<Condition | null> {
  const candidates = conditions.filter((condition) => condition.free);
  if (candidates.length === 0) return null;
  const counts = candidates.map(
    ({ free, closed }, index) =>
      sql`(SELECT count(*) FROM (SELECT 1 FROM sessions s WHERE ${closed ?? free} LIMIT ${fewRows + 1})) AS ${sql.raw(`c${index}`)}`,
  );
  const { rows } = await sql<Record<string, number>>`SELECT ${sql.join(counts)}`.execute(read);
  const counted = candidates
    .map((condition, index) => ({ condition, count: rows[0]?.[`c${index}`] ?? Number.POSITIVE_INFINITY }))
    .toSorted((one, other) => one.count - other.count);
  const least = counted[0];
  return least && least.count <= fewRows ? least.condition : null;
}

const everything = (conditions: readonly Condition[]) =>
  conditions.length === 0
    ? sql`TRUE`
    : sql.join(
        conditions.map((condition) => condition.free ?? condition.bound),
        sql` AND `,
      );

export type SessionTotals = Readonly<{ count: number; energyWh: number; meanDurationMs: number | null; users: number }>;

/** What a filter finds, in sums. Implausible sessions have no energy and add none. */
export async function sessionTotals(read: Kysely<Tables>, conditions: readonly Condition[], now: number): Promise<SessionTotals> {
  const { durationMs, energyWh } = columns;
  if (durationMs.kind !== 'quantity' || energyWh.kind !== 'quantity') throw new Error('duration and energy are quantities');
  const { rows } = await sql<SessionTotals>`SELECT count(*) AS count, coalesce(sum(${energyWh.value(now)}), 0) AS energyWh,
    CAST(avg(${durationMs.value(now)}) AS INTEGER) AS meanDurationMs, count(DISTINCT s.accountId) AS users
    FROM sessions s WHERE ${everything(conditions)}`.execute(read);
  return rows[0] ?? { count: 0, energyWh: 0, meanDurationMs: null, users: 0 };
}

/** The values of a text column among the sessions found, the most frequent first. At most 200. */
export async function sessionValues(
  read: Kysely<Tables>,
  conditions: readonly Condition[],
  name: SessionColumn,
): Promise<{ value: string; count: number }[]> {
  const column = columns[name];
  if (column.kind !== 'text') return [];
  // Grouped by the row that has the text first: naming each session's station would ask for its name as often.
  const key = { siteName: 'siteId', stationName: 'stationId', nodeIdentity: 'stationId' }[name as string];
  const grouped = key
    ? sql`SELECT s.${sql.raw(key)}, count(*) AS found FROM sessions s WHERE ${everything(conditions)} GROUP BY s.${sql.raw(key)}`
    : sql`SELECT s.stopReason, count(*) AS found FROM sessions s WHERE ${everything(conditions)} GROUP BY s.stopReason`;
  const { rows } = await sql<{ value: string; count: number }>`SELECT ${column.value} AS value, sum(s.found) AS count
    FROM (${grouped}) s GROUP BY 1 HAVING value IS NOT NULL ORDER BY count DESC, value LIMIT 200`.execute(read);
  return [...rows];
}

/** The rows of some sessions, with the names around them; in no particular order. Those of removed nodes keep their names. */
export const sessionRows = (read: Kysely<Tables>, ids: readonly number[]) =>
  read
    .selectFrom('sessions')
    .innerJoin('nodes as station', 'station.id', 'sessions.stationId')
    .innerJoin('stations', 'stations.nodeId', 'sessions.stationId')
    .innerJoin('nodes as site', 'site.id', 'sessions.siteId')
    .innerJoin('sites', 'sites.nodeId', 'sessions.siteId')
    .leftJoin('nodes as outlet', 'outlet.id', 'sessions.outletId')
    .leftJoin('accounts', 'accounts.id', 'sessions.accountId')
    .selectAll('sessions')
    .select([
      'station.publicId as stationPublicId',
      'station.name as stationName',
      'stations.chargeBoxId',
      'site.publicId as sitePublicId',
      'site.name as siteName',
      'sites.timeZone',
      'outlet.publicId as outletPublicId',
      'accounts.email',
      'accounts.firstName',
      'accounts.lastName',
    ])
    .where('sessions.id', 'in', [...ids])
    .execute();
export type SessionListRow = Awaited<ReturnType<typeof sessionRows>>[number];

export const sessionByPublicId = (read: Kysely<Tables>, publicId: string) =>
  read
    .selectFrom('sessions')
    .select([
      'id',
      'siteId',
      'accountId',
      'stationId',
      'connectorId',
      'startedAt',
      'meterStartWh',
      'idTag',
      'receivedAt',
      'endedAt',
    ])
    .where('publicId', '=', publicId)
    .executeTakeFirst();

/** The curve of a session: at most 20,000 points. */
export const sessionSamples = (
  read: Kysely<Tables>,
  session: Readonly<{ id: number; stationId: number; connectorId: number; startedAt: number }>,
) =>
  read
    .selectFrom('samples')
    .select(['sampledAt', 'energyWh', 'powerW', 'currentMa', 'voltageMv', 'socPercent'])
    .where('stationId', '=', session.stationId)
    .where('connectorId', '=', session.connectorId)
    // Clocks that were corrected may put the first samples before the start; the primary key finds them by time.
    .where('sampledAt', '>=', session.startedAt - 86_400_000)
    .where('sessionId', '=', session.id)
    .orderBy('sampledAt')
    .limit(20_000)
    .execute();

export const sessionEvents = (read: Kysely<Tables>, sessionId: number) =>
  read
    .selectFrom('events')
    .select(['at', 'receivedAt', 'kind', 'data'])
    .where('sessionId', '=', sessionId)
    .orderBy('receivedAt')
    .orderBy('id')
    .limit(1000)
    .execute();
