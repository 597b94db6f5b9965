import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InputOf, OutputOf } from '../../shared/api/contract.ts';
import type { sessions } from '../../shared/api/sessions.ts';
import type { users } from '../../shared/api/users.ts';
import { type SessionColumn, type SessionRow, sessionColumns } from '../../shared/model/session.ts';
import type { Filter, Sort } from '../../shared/model/table.ts';
import { testPerson } from '../domain/testing.ts';
import { updateAccount } from '../storage/accounts.ts';
import { type Position, sessionPage } from '../storage/session-list.ts';
import { apiError } from './errors.ts';
import { conditionsOf } from './session-query.ts';
import { type TestWorld, testWorld } from './testing.ts';

type ListInput = InputOf<typeof sessions.list>;
type Page = OutputOf<typeof sessions.list>;

/** Whatever is asked of the list is asked of these as well, the slow and plain way. */
let all: readonly SessionRow[];
let world: TestWorld;

const list = async (input: Partial<ListInput>, token = world.administrator.token) =>
  (await world.call(token, 'sessions.list', { nodeId: null, filters: [], sort: [], limit: 500, ...input })) as Page;

async function everyPage(input: Partial<ListInput>, limit: number): Promise<SessionRow[]> {
  const rows: SessionRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ ...input, limit, ...(cursor === undefined ? {} : { cursor }) });
    rows.push(...page.rows);
    cursor = page.cursor ?? undefined;
  } while (cursor !== undefined && rows.length <= all.length);
  return rows;
}

beforeAll(async () => {
  world = await testWorld();
  const { own, foreign, central } = world;
  const now = central.clock.now();
  // Few different values, so that there are ties everywhere, and all that may be missing is missing somewhere.
  for (let index = 0; index < 150; index++) {
    const site = index % 3 === 0 ? foreign : own;
    const open = index % 11 === 0;
    const startedAt = now - 3_600_000 * (1 + (index % 7));
    await world.addSession(site, {
      startedAt,
      startedAtStation: index,
      receivedAt: startedAt + (index % 2) * 60_000,
      connectorId: 1 + (index % 2),
      idTag: index % 5 === 0 ? '' : `TAG_${index % 4}%`,
      accountId: index % 4 === 0 ? null : site.evUser.id,
      authentication: index % 5 === 0 ? 'anonymous' : 'rfid',
      state: open ? (index % 2 ? 'stopped' : 'charging') : index % 13 === 0 ? 'stopNotReported' : 'ended',
      endedAt: open || index % 17 === 0 ? null : startedAt + 1_800_000,
      durationMs: open ? null : 1_800_000 + (index % 3) * 1000,
      energyWh: open || index % 6 === 0 ? null : 1000 * (index % 5),
      lastEnergyWh: open && index % 2 ? 700 : null,
      meterStopWh: open || index % 19 === 0 ? null : 5000 + (index % 5),
      meterStartWh: 1000 * (index % 2),
      powerW: open ? 7400 : null,
      peakPowerW: index % 4 === 0 ? null : 11_000,
      stopReason: open ? null : index % 2 ? 'Local' : 'EVDisconnected',
    });
  }
  all = (await list({})).rows;
});
afterAll(() => world.made.close());

const lower = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : value);

function compare(one: SessionRow, other: SessionRow, sort: readonly Sort[]): number {
  const order = sort.length > 0 ? sort : [{ column: 'startedAt', descending: true }];
  for (const { column, descending } of order) {
    const [left, right] = [one, other].map((row) => lower(row[column as SessionColumn]));
    if (left === right) continue;
    // Nothing comes before something.
    const less = left === null || (right !== null && (left as number) < (right as number));
    return less === descending ? 1 : -1;
  }
  return (one.transactionId - other.transactionId) * (order[0]?.descending ? -1 : 1);
}

function holds(row: SessionRow, filter: Filter): boolean {
  const value = row[filter.column as SessionColumn];
  if (filter.op === 'between') {
    return value !== null && Number(value) >= (filter.from ?? -Infinity) && Number(value) <= (filter.to ?? Infinity);
  }
  if (filter.op === 'in') return value !== null && filter.values.includes(String(value));
  if (!('value' in filter)) return (value === null) === (filter.op === 'empty');
  const text = value === null ? null : String(value).toLowerCase();
  const sought = filter.value.toLowerCase();
  if (filter.op === 'notContains') return text === null || !text.includes(sought);
  if (text === null) return false;
  if (filter.op === 'is') return text === sought;
  return filter.op === 'contains' ? text.includes(sought) : text.startsWith(sought);
}

const isText = (column: string) => ['text', 'set'].includes(sessionColumns.find((one) => one.key === column)?.kind ?? '');
const column = fc.constantFrom(...sessionColumns.map((one) => one.key));
const sortOf = fc.uniqueArray(fc.record({ column, descending: fc.boolean() }), { maxLength: 3, selector: (one) => one.column });
const filterOf: fc.Arbitrary<Filter> = fc
  .record({ column, row: fc.nat(149), other: fc.nat(149), kind: fc.nat(5), cut: fc.nat(6) })
  .map(({ column, row, other, kind, cut }): Filter => {
    const value = all[row]?.[column];
    if (kind === 0) return { column, op: cut % 2 ? 'empty' : 'notEmpty' };
    if (isText(column)) {
      const text = String(value ?? 'TAG').slice(0, 3 + cut);
      if (kind === 1) return { column, op: 'in', values: [String(value), 'none'] };
      return {
        column,
        op: (['is', 'contains', 'notContains', 'startsWith'] as const)[kind - 2] ?? 'is',
        value: kind === 2 ? String(value) : text,
      };
    }
    if (kind === 1) return { column, op: 'is', value: String(value ?? 0) };
    if (kind === 2) return { column, op: 'in', values: [String(value ?? 0)] };
    const ends = [Number(value ?? 0), Number(all[other]?.[column] ?? 0)].toSorted((one, two) => one - two);
    return { column, op: 'between', ...(cut === 1 ? {} : { from: ends[0] }), ...(cut === 2 ? {} : { to: ends[1] }) } as Filter;
  });

describe('the list of sessions', () => {
  test('has each session once, the latest first', () => {
    expect(all).toHaveLength(150);
    expect(all).toEqual([...all].toSorted((one, other) => compare(one, other, [])));
  });

  test('whatever is filtered and sorted, in pages of whatever size: the same as asked the plain way', async () => {
    await fc.assert(
      fc.asyncProperty(
        sortOf,
        fc.array(filterOf, { maxLength: 3 }),
        fc.integer({ min: 5, max: 60 }),
        async (sort, filters, limit) => {
          const expected = all
            .filter((row) => filters.every((filter) => holds(row, filter)))
            .toSorted((a, b) => compare(a, b, sort));
          const got = await everyPage({ sort, filters }, limit);
          expect(got.map((row) => row.transactionId)).toEqual(expected.map((row) => row.transactionId));
        },
      ),
      { numRuns: 80 },
    );
  });

  test('the same where an ordered index is walked because no filter leaves few rows', async () => {
    const person = { ...testPerson };
    const now = world.central.clock.now();
    await fc.assert(
      fc.asyncProperty(
        sortOf,
        fc.array(filterOf, { maxLength: 3 }),
        fc.integer({ min: 5, max: 60 }),
        async (sort, filters, limit) => {
          const expected = all
            .filter((row) => filters.every((filter) => holds(row, filter)))
            .toSorted((a, b) => compare(a, b, sort));
          const conditions = conditionsOf(person, null, filters, now);
          const ids: number[] = [];
          let after: Position | null = null;
          do {
            const page: Awaited<ReturnType<typeof sessionPage>> = await sessionPage(world.central.storage.read, {
              ...{ conditions, sort, after, now, limit, fewRows: 0 },
            });
            ids.push(...page.ids);
            after = page.next;
          } while (after);
          expect(ids).toEqual(expected.map((row) => row.transactionId));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('sums up what a filter finds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(filterOf, { maxLength: 2 }), async (filters) => {
        const found = all.filter((row) => filters.every((filter) => holds(row, filter)));
        const totals = await world.call(world.administrator.token, 'sessions.totals', { nodeId: null, filters });
        const sum = found.reduce((total, row) => total + (row.energyWh ?? 0), 0);
        expect(totals).toMatchObject({
          count: found.length,
          energyWh: sum,
          users: new Set(found.flatMap((row) => row.email ?? [])).size,
        });
      }),
      { numRuns: 60 },
    );
  });

  test('a new session between two pages neither hides nor repeats one', async () => {
    const first = await list({ limit: 50, sort: [{ column: 'energyWh', descending: true }] });
    const added = await world.addSession(world.own, { startedAt: world.central.clock.now(), energyWh: 999_999 });
    const rest: SessionRow[] = [];
    for (let cursor = first.cursor; cursor; ) {
      const page = await list({ limit: 50, cursor, sort: [{ column: 'energyWh', descending: true }] });
      rest.push(...page.rows);
      cursor = page.cursor;
    }
    const ids = [...first.rows, ...rest].map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(all.map((row) => row.id).toSorted());
    await world.central.storage.write([{ sql: 'DELETE FROM sessions WHERE publicId = ?', parameters: [added.publicId] }]);
  });

  test('running sessions keep their place while the pages are read, though time goes on', async () => {
    const sort = [{ column: 'durationMs', descending: true }];
    const before = (await list({ sort })).rows.map((row) => row.id);
    const first = await list({ sort, limit: 20 });
    world.made.clock.advance(60_000);
    const second = await list({ sort, limit: 500, cursor: first.cursor ?? '' });
    expect([...first.rows, ...second.rows].map((row) => row.id)).toEqual(before);
    world.made.clock.advance(-60_000);
  });

  test('a node narrows it: floor, station, outlet, site', async () => {
    const { own } = world;
    const ofOwn = all.filter((row) => row.siteId === own.site.publicId).length;
    for (const node of [own.site, own.floor, own.node]) expect((await list({ nodeId: node.publicId })).rows).toHaveLength(ofOwn);
    expect((await list({ nodeId: world.central.tree.root().publicId })).rows).toHaveLength(all.length);
    const [outlet] = own.node.children;
    expect((await list({ nodeId: outlet?.publicId ?? '' })).rows).toHaveLength(0);
  });

  test('a site administrator finds the own sites only, an EV user the own sessions only, whatever they ask', async () => {
    const { own, foreign, siteAdministrator } = world;
    const filters: Filter[] = [{ column: 'siteName', op: 'notContains', value: 'nothing' }];
    for (const input of [{}, { filters }, { sort: [{ column: 'siteName', descending: false }] }]) {
      const rows = (await list(input, siteAdministrator.token)).rows;
      expect(new Set(rows.map((row) => row.siteId))).toEqual(new Set([own.site.publicId]));
      const mine = (await list(input, foreign.evUser.token)).rows;
      expect(new Set(mine.map((row) => row.email))).toEqual(new Set([foreign.evUser.email]));
      expect(mine).toHaveLength(all.filter((row) => row.email === foreign.evUser.email).length);
    }
    const values = await world.call(siteAdministrator.token, 'sessions.values', { nodeId: null, column: 'siteName' });
    expect(values).toEqual([{ value: 'Own', count: all.filter((row) => row.siteName === 'Own').length }]);
    const found = await list({ filters: [{ column: 'siteName', op: 'is', value: 'Foreign' }] }, siteAdministrator.token);
    expect(found.rows).toEqual([]);
  });

  test('A4: an EV user learns no ChargeBoxId, neither by reading, nor by filtering, sorting or listing values', async () => {
    const { token } = world.own.evUser;
    const [row] = (await list({ limit: 1 }, token)).rows;
    const whole = [
      await list({}, token),
      await world.call(token, 'sessions.values', { nodeId: null, column: 'nodeIdentity' }),
      await world.call(token, 'sessions.get', { sessionId: row?.id }),
      await world.call(token, 'account.me'),
    ];
    expect(JSON.stringify(whole)).not.toContain('CBX-');
    expect((await list({ filters: [{ column: 'nodeIdentity', op: 'startsWith', value: 'CBX' }] }, token)).rows).toEqual([]);
  });

  test('what cannot be filtered, sorted or continued is refused by its place', async () => {
    const refusal = async (input: object) => {
      const error = await list(input).catch((cause: unknown) => cause);
      return apiError(error as never, '').fields;
    };
    expect(await refusal({ filters: [{ column: 'password', op: 'empty' }] })).toEqual({ 'filters.0.column': 'unknown' });
    expect(await refusal({ filters: [{ column: '__proto__', op: 'empty' }] })).toEqual({ 'filters.0.column': 'unknown' });
    expect(await refusal({ filters: [{ column: 'email', op: 'between', from: 1 }] })).toEqual({ 'filters.0.op': 'notForColumn' });
    expect(await refusal({ sort: [{ column: 'id; DROP TABLE sessions', descending: true }] })).toEqual({
      'sort.0.column': 'unknown',
    });
    expect(await refusal({ cursor: 'nonsense' })).toEqual({ cursor: 'invalid' });
    const other = (await list({ limit: 1, sort: [{ column: 'email', descending: false }] })).cursor;
    expect(await refusal({ cursor: other })).toEqual({ cursor: 'invalid' });
  });

  test('å, ä, ö, æ and ø are the same letter in either case', async () => {
    const { evUser } = world.own;
    const name = await world.call(world.administrator.token, 'users.get', { accountId: evUser.publicId });
    const { version, firstName, lastName } = name as OutputOf<typeof users.get>;
    await world.made.central.storage.write([updateAccount(evUser.id, version, { firstName: 'Åse', lastName: 'Ærø Öberg' })]);
    const theirs = all.filter(({ email }) => email === evUser.email).length;
    const count = async (filter: Filter) => (await list({ filters: [filter] })).rows.length;
    expect(theirs).toBeGreaterThan(10);
    expect(await count({ column: 'userName', op: 'contains', value: 'æRØ' })).toBe(theirs);
    expect(await count({ column: 'userName', op: 'startsWith', value: 'åse' })).toBe(theirs);
    expect(await count({ column: 'userName', op: 'is', value: 'ÅSE ÆRØ ÖBERG' })).toBe(theirs);
    expect(await count({ column: 'userName', op: 'notContains', value: 'ÖBERG' })).toBe(all.length - theirs);
    await world.made.central.storage.write([updateAccount(evUser.id, version + 1, { firstName, lastName })]);
  });

  test('A17: patterns from input are text, whatever they look like', async () => {
    const contains = async (value: string) => (await list({ filters: [{ column: 'idTag', op: 'contains', value }] })).rows.length;
    const withTags = all.filter((row) => row.idTag !== null).length;
    expect(await contains('_')).toBe(withTags);
    expect(await contains('%')).toBe(withTags);
    expect(await contains('%%')).toBe(0);
    expect(await contains('G%')).toBe(0);
    expect(await contains('\\')).toBe(0);
    expect(await contains('(a+)+$')).toBe(0);
  });
});
