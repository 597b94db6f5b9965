import { expect, test } from 'vitest';
import { sessionColumns } from '../../shared/model/session.ts';
import type { Filter, Sort } from '../../shared/model/table.ts';
import {
  filterText,
  hideColumn,
  initialState,
  moveColumn,
  parseFilter,
  parseSort,
  resizeColumn,
  sameState,
  sortText,
  stateOfView,
  stepColumn,
  toggleSort,
  withFilter,
} from './table-state.ts';

const newest: readonly Sort[] = [{ column: 'startedAt', descending: true }];
const initial = initialState(sessionColumns, newest);
const keys = (columns: readonly { key: string }[]) => columns.map(({ key }) => key);
const now = Date.UTC(2026, 10, 22, 12);
const zone = 'Europe/Oslo';

test('a table shows all columns of the manual and hides those beyond it', () => {
  expect(initial.columns.filter(({ hidden }) => !hidden)).toHaveLength(13);
});

test('a column moves before or after another one', () => {
  expect(keys(moveColumn(initial.columns, 'energyWh', 'startedAt', false)).slice(0, 3)).toEqual([
    'energyWh',
    'startedAt',
    'durationMs',
  ]);
  expect(keys(moveColumn(initial.columns, 'startedAt', 'endedAt', true)).slice(0, 3)).toEqual([
    'durationMs',
    'endedAt',
    'startedAt',
  ]);
  expect(moveColumn(initial.columns, 'startedAt', 'startedAt', true)).toBe(initial.columns);
});

test('a step passes hidden columns, and ends at the edge', () => {
  const hidden = hideColumn(initial.columns, 'durationMs', true);
  expect(keys(stepColumn(hidden, 'endedAt', -1)).slice(0, 3)).toEqual(['endedAt', 'startedAt', 'durationMs']);
  expect(stepColumn(initial.columns, 'startedAt', -1)).toBe(initial.columns);
});

test('the last visible column cannot be hidden', () => {
  let columns = initial.columns;
  for (const { key } of initial.columns) columns = hideColumn(columns, key, true);
  expect(columns.filter(({ hidden }) => !hidden)).toHaveLength(1);
});

test('widths stay within bounds', () => {
  expect(resizeColumn(initial.columns, 'startedAt', 3)[0]?.width).toBe(56);
  expect(resizeColumn(initial.columns, 'startedAt', 9000)[0]?.width).toBe(800);
});

test('a click sorts up, down, and as before; shift adds up to three', () => {
  const up = toggleSort(newest, 'energyWh', false, newest);
  expect(sortText(up)).toBe('energyWh');
  const down = toggleSort(up, 'energyWh', false, newest);
  expect(sortText(down)).toBe('-energyWh');
  expect(toggleSort(down, 'energyWh', false, newest)).toBe(newest);
  let many = toggleSort(down, 'siteName', true, newest);
  many = toggleSort(many, 'email', true, newest);
  many = toggleSort(many, 'idTag', true, newest);
  expect(sortText(many)).toBe('siteName,email,idTag');
  expect(sortText(toggleSort(many, 'email', true, newest))).toBe('siteName,-email,idTag');
});

const filters: Filter[] = [
  { column: 'siteName', op: 'contains', value: 'P-hus ~ 100 %, øst' },
  { column: 'email', op: 'notContains', value: 'a' },
  { column: 'authentication', op: 'in', values: ['rfid', 'app'] },
  { column: 'stopReason', op: 'empty' },
  { column: 'energyWh', op: 'between', from: 1000 },
  { column: 'durationMs', op: 'between', from: 0, to: 60_000 },
];

test.each(filters)('a filter comes back from the address: %j', (filter) => {
  expect(parseFilter(filterText(filter), sessionColumns, now, zone)).toEqual(filter);
});

test('a period in the address is that of now', () => {
  const filter = parseFilter('startedAt~between~thisMonth', sessionColumns, now, zone);
  expect(filter).toMatchObject({ period: 'thisMonth', from: Date.UTC(2026, 9, 31, 23) });
});

test.each(['', 'siteName', 'password~is~x', 'siteName~is~%', 'energyWh~between~~', 'energyWh~between~x~', 'siteName~drop~x'])(
  'an address that is none of ours filters nothing: %j',
  (text) => {
    expect(parseFilter(text, sessionColumns, now, zone)).toBeNull();
  },
);

test('the order comes back from the address, unknown columns do not', () => {
  expect(parseSort('-startedAt,energyWh,nonsense', sessionColumns)).toEqual([
    { column: 'startedAt', descending: true },
    { column: 'energyWh', descending: false },
  ]);
});

test('one filter a column', () => {
  const one = withFilter([], 'siteName', { column: 'siteName', op: 'is', value: 'A' });
  expect(withFilter(one, 'siteName', { column: 'siteName', op: 'is', value: 'B' })).toEqual([
    { column: 'siteName', op: 'is', value: 'B' },
  ]);
  expect(withFilter(one, 'siteName', null)).toEqual([]);
});

test('an old view fits the columns of today, and its periods those of now', () => {
  const view = {
    name: 'x',
    columns: [
      { key: 'email', hidden: false, width: 90 },
      { key: 'gone', hidden: false },
    ],
    filters: [
      { column: 'startedAt', op: 'between' as const, period: 'thisYear' as const, from: 0, to: 1 },
      { column: 'gone', op: 'empty' as const },
    ],
    sort: [{ column: 'gone', descending: false }],
  };
  const state = stateOfView(view, initial, now, zone);
  expect(state.columns[0]).toEqual({ key: 'email', hidden: false, width: 90 });
  expect(keys(state.columns).toSorted()).toEqual(keys(initial.columns).toSorted());
  expect(state.filters).toEqual([{ ...view.filters[0], from: Date.UTC(2025, 11, 31, 23), to: Date.UTC(2026, 11, 31, 23) - 1 }]);
  expect(state.sort).toEqual([]);
  expect(sameState(state, { ...state, filters: [{ column: 'startedAt', op: 'between', period: 'thisYear', from: 5 }] })).toBe(
    true,
  );
  expect(sameState(state, initial)).toBe(false);
});
