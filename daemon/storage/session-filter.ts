import { type RawBuilder, sql } from 'kysely';
import type { SessionColumn } from '../../shared/model/session.ts';
import type { Filter } from '../../shared/model/table.ts';
import { contains, isSame, startsWith } from './text.ts';

/** A piece of SQL; `s` is the table of sessions. */
export type Part = RawBuilder<unknown>;

/** Running sessions: their duration and energy grow, and are computed. */
export const isOpen = sql`s.state IN ('charging', 'stopped')`;

/**
 * A condition on sessions. `free` lets the database find rows by an index over it; `bound` says the same without an index, so that
 * another one drives the query. A condition without `free` has no index that would help.
 */
export type Condition = Readonly<{
  bound: Part;
  free?: Part;
  /** The quantity that it is about. */
  column?: SessionColumn;
  /** The same for sessions that are over, where `bound` computes; all but a few are. */
  closed?: Part;
  /** Its index goes on with the start, so that it gives the order by start as well. */
  ordersByStart?: boolean;
}>;

/** Sessions of one thing, or of some. */
export function oneOf(key: 'siteId' | 'stationId' | 'accountId' | 'outletId', ids: readonly number[]): Condition {
  const column = sql`s.${sql.raw(key)}`;
  const [only] = ids;
  const among = (part: Part) => (ids.length === 1 ? sql`${part} = ${only}` : sql`${part} IN (${sql.join([...ids])})`);
  return { free: among(column), bound: among(sql`+${column}`), ordersByStart: ids.length === 1 && key !== 'outletId' };
}

type Text = Readonly<{ kind: 'text'; value: Part; among(test: (text: Part) => Part): Condition }>;
type Quantity = Readonly<{ kind: 'quantity'; value(now: number): Part; closed: Part; index: boolean; growing: boolean }>;

/** Text that belongs to a station, site or account: the few rows there are asked, then sessions by their id. */
const ofOther = (value: Part, key: 'stationId' | 'siteId' | 'accountId', from: Part): Text => ({
  kind: 'text',
  value: sql`(SELECT ${value} FROM ${from} WHERE id = s.${sql.raw(key)})`,
  among: (test) => ({
    free: sql`s.${sql.raw(key)} IN (SELECT id FROM ${from} WHERE ${test(value)})`,
    bound: sql`+s.${sql.raw(key)} IN (SELECT id FROM ${from} WHERE ${test(value)})`,
  }),
});

const own = (column: string): Text => {
  const value = sql`nullif(s.${sql.raw(column)}, '')`;
  return { kind: 'text', value, among: (test) => ({ bound: test(value) }) };
};

/**
 * Tags: far fewer than sessions. The index is asked for one tag after the other (each the least beyond the one before), and the test is
 * made on those.
 */
const idTag: Text = {
  kind: 'text',
  value: sql`nullif(s.idTag, '')`,
  among: (test) => {
    const found = sql`(WITH RECURSIVE tag(text) AS (SELECT min(idTag) FROM sessions
      UNION ALL SELECT (SELECT min(idTag) FROM sessions WHERE idTag > tag.text) FROM tag WHERE tag.text IS NOT NULL)
      SELECT text FROM tag WHERE text <> '' AND ${test(sql`text`)})`;
    return { free: sql`s.idTag IN ${found}`, bound: sql`+s.idTag IN ${found}` };
  },
};

/** Running sessions have an index of their own. */
const state: Text = {
  kind: 'text',
  value: sql`s.state`,
  among: (test) => ({ bound: test(sql`s.state`) }),
};

const quantity = (column: string, index: boolean): Quantity => {
  const value = sql`s.${sql.raw(column)}`;
  return { kind: 'quantity', value: () => value, closed: value, index, growing: false };
};

/** A quantity that is on record once the session is over, and computed before. */
const growing = (column: string, index: boolean, open: (now: number) => Part): Quantity => {
  const closed = sql`s.${sql.raw(column)}`;
  return {
    kind: 'quantity',
    value: (now) => sql`CASE WHEN ${isOpen} THEN ${open(now)} ELSE ${closed} END`,
    closed,
    index,
    growing: true,
  };
};

const nodes = sql`nodes`;
const accounts = sql`accounts`;

/** What each column of the Statistics table is in SQL. */
export const columns: Readonly<Record<SessionColumn, Text | Quantity>> = {
  startedAt: quantity('startedAt', true),
  durationMs: growing('durationMs', true, (now) => sql`max(0, ${now} - s.startedAt)`),
  endedAt: quantity('endedAt', true),
  nodeIdentity: ofOther(sql`chargeBoxId`, 'stationId', sql`(SELECT nodeId AS id, chargeBoxId FROM stations)`),
  siteName: ofOther(sql`name`, 'siteId', nodes),
  energyWh: growing('energyWh', true, () => sql`s.lastEnergyWh`),
  stationName: ofOther(sql`name`, 'stationId', nodes),
  authentication: own('authentication'),
  transactionId: quantity('id', true),
  connectorId: quantity('connectorId', false),
  serverLogAt: quantity('receivedAt', true),
  email: ofOther(sql`email`, 'accountId', accounts),
  meterValueWh: growing('meterStopWh', false, () => sql`s.meterStartWh + s.lastEnergyWh`),
  state,
  idTag,
  userName: ofOther(sql`nullif(trim(firstName || ' ' || lastName), '')`, 'accountId', accounts),
  peakPowerW: quantity('peakPowerW', false),
  stopReason: own('stopReason'),
  meterStartWh: quantity('meterStartWh', false),
};

/** A filter as a condition, or in one word what is wrong with it. */
export function conditionOf(filter: Filter, now: number): Condition | 'unknown' | 'notForColumn' {
  if (!Object.hasOwn(columns, filter.column)) return 'unknown';
  const column = columns[filter.column as SessionColumn]; // just looked up, here and below
  if (column.kind === 'text') return textCondition(column, filter);
  return quantityCondition(filter.column as SessionColumn, column, filter, now);
}

function textCondition(column: Text, filter: Filter): Condition | 'notForColumn' {
  const not = (test: Part): Condition => ({ bound: sql`NOT coalesce(${test}, FALSE)` });
  switch (filter.op) {
    case 'is':
      return column.among((text) => isSame(text, filter.value));
    case 'in': {
      const condition = column.among((text) => sql`${text} IN (${sql.join(filter.values)})`);
      const running = column === state && filter.values.every((value) => value === 'charging' || value === 'stopped');
      return running ? { ...condition, free: sql`${isOpen} AND ${condition.bound}` } : condition;
    }
    case 'startsWith':
      return column.among((text) => startsWith(text, filter.value));
    case 'contains':
      return column.among((text) => contains(text, filter.value));
    case 'notContains':
      return not(contains(column.value, filter.value));
    case 'empty':
      return { bound: sql`${column.value} IS NULL` };
    case 'notEmpty':
      return { bound: sql`${column.value} IS NOT NULL` };
    case 'between':
      return 'notForColumn';
  }
}

function quantityCondition(name: SessionColumn, column: Quantity, filter: Filter, now: number): Condition | 'notForColumn' {
  const value = column.value(now);
  switch (filter.op) {
    case 'between':
      return quantityTest(name, column, now, (part) => range(part, filter.from, filter.to));
    case 'is': {
      const number = Number(filter.value);
      if (filter.value.trim() === '' || Number.isNaN(number)) return 'notForColumn';
      return quantityTest(name, column, now, (part) => sql`${part} = ${number}`);
    }
    case 'in': {
      const numbers = filter.values.map(Number);
      if (numbers.some(Number.isNaN)) return 'notForColumn';
      return quantityTest(name, column, now, (part) => sql`${part} IN (${sql.join(numbers)})`);
    }
    case 'empty':
      return { bound: sql`${value} IS NULL` };
    case 'notEmpty':
      return { bound: sql`${value} IS NOT NULL` };
    default:
      return 'notForColumn';
  }
}

function range(part: Part, from: number | undefined, to: number | undefined): Part {
  const least = from === undefined ? sql`TRUE` : sql`${part} >= ${from}`;
  const most = to === undefined ? sql`TRUE` : sql`${part} <= ${to}`;
  return sql`(${least} AND ${most} AND ${part} IS NOT NULL)`;
}

function quantityTest(name: SessionColumn, column: Quantity, now: number, test: (part: Part) => Part): Condition {
  if (!column.growing) {
    const bound = test(sql`+${column.closed}`);
    return column.index ? { bound, free: test(column.closed), column: name } : { bound };
  }
  const bound = test(column.value(now));
  if (!column.index) return { bound };
  const free = sql`s.id IN (SELECT s.id FROM sessions s WHERE ${test(column.closed)} AND NOT ${isOpen}
    UNION ALL SELECT s.id FROM sessions s WHERE ${isOpen} AND ${test(column.value(now))})`;
  return { bound, free, column: name, closed: test(column.closed) };
}
