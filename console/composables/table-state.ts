import type { Column, Filter, Sort, TableView } from '../../shared/model/table.ts';
import { periods } from '../../shared/model/table.ts';
import { periodRange } from './time-zone.ts';

export type ColumnState = TableView['columns'][number];
/** What a person has made of a table; a view without its name. */
export type TableState = Readonly<{ columns: readonly ColumnState[]; filters: readonly Filter[]; sort: readonly Sort[] }>;

export const minWidth = 56;
export const maxWidth = 800;

/** How a table looks before anybody changed it. */
export function initialState(columns: readonly Column[], sort: readonly Sort[]): TableState {
  return { columns: columns.map(({ key, visible }) => ({ key, hidden: !visible })), filters: [], sort };
}

/** A remembered view made fit for the columns of today: unknown ones dropped, new ones at the end; periods moved to now. */
export function stateOfView(view: TableView, initial: TableState, now: number, zone: string): TableState {
  const known = new Set(initial.columns.map(({ key }) => key));
  const kept = view.columns.filter(({ key }) => known.delete(key));
  const added = initial.columns.filter(({ key }) => known.has(key));
  const exists = ({ column }: { column: string }) => initial.columns.some(({ key }) => key === column);
  return {
    columns: [...kept, ...added],
    filters: view.filters.filter(exists).map((filter) => movedToNow(filter, now, zone)),
    sort: view.sort.filter(exists),
  };
}

function movedToNow(filter: Filter, now: number, zone: string): Filter {
  return filter.op === 'between' && filter.period ? { ...filter, ...periodRange(filter.period, now, zone) } : filter;
}

/** Moves a column so that it stands before or after another one; hidden columns keep their neighbours. */
export function moveColumn(columns: readonly ColumnState[], key: string, target: string, after: boolean): readonly ColumnState[] {
  const moved = columns.find((column) => column.key === key);
  if (!moved || key === target) return columns;
  const rest = columns.filter((column) => column !== moved);
  const at = rest.findIndex((column) => column.key === target);
  return at < 0 ? columns : rest.toSpliced(after ? at + 1 : at, 0, moved);
}

/** Moves a column past its visible neighbour on the left (-1) or right (1). */
export function stepColumn(columns: readonly ColumnState[], key: string, step: -1 | 1): readonly ColumnState[] {
  const visible = columns.filter((column) => !column.hidden || column.key === key);
  const neighbour = visible[visible.findIndex((column) => column.key === key) + step];
  return neighbour ? moveColumn(columns, key, neighbour.key, step > 0) : columns;
}

export function resizeColumn(columns: readonly ColumnState[], key: string, width: number): readonly ColumnState[] {
  const fit = Math.round(Math.min(maxWidth, Math.max(minWidth, width)));
  return columns.map((column) => (column.key === key ? { ...column, width: fit } : column));
}

/** Shows or hides a column; the last one that is visible stays. */
export function hideColumn(columns: readonly ColumnState[], key: string, hidden: boolean): readonly ColumnState[] {
  const visible = columns.filter((column) => !column.hidden);
  if (hidden && visible.length === 1 && visible[0]?.key === key) return columns;
  return columns.map((column) => (column.key === key ? { ...column, hidden } : column));
}

/**
 * The order after a click on a header: ascending, descending, then that of the table again.
 * `add` (shift) keeps the columns sorted so far, three at most.
 */
export function toggleSort(sort: readonly Sort[], column: string, add: boolean, initial: readonly Sort[]): readonly Sort[] {
  const present = sort.find((entry) => entry.column === column);
  const next = !present ? { column, descending: false } : present.descending ? null : { column, descending: true };
  if (!add) return next ? [next] : initial;
  const others = sort.filter((entry) => entry.column !== column);
  if (!next) return others.length > 0 ? others : initial;
  return present ? sort.map((entry) => (entry.column === column ? next : entry)) : [...others.slice(-2), next];
}

/** The filters with that of one column replaced, or removed. */
export function withFilter(filters: readonly Filter[], column: string, filter: Filter | null): readonly Filter[] {
  const at = filters.findIndex((entry) => entry.column === column);
  if (at < 0) return filter ? [...filters, filter] : filters;
  return filters.toSpliced(at, 1, ...(filter ? [filter] : []));
}

/** Whether two views mean the same. Of a moving period only its name counts: its ends move by themselves. */
export function sameState(a: TableState, b: TableState): boolean {
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

const plain = (state: TableState) => [
  state.columns.map(({ key, width, hidden }) => [key, width ?? 0, hidden]),
  state.filters.map(filterText).toSorted(),
  sortText(state.sort),
];

/** `-startedAt,energyWh` */
export const sortText = (sort: readonly Sort[]): string =>
  sort.map(({ column, descending }) => (descending ? '-' : '') + column).join(',');

export function parseSort(text: string, columns: readonly Column[]): readonly Sort[] {
  return text
    .split(',')
    .map((part) => ({ column: part.replace(/^-/, ''), descending: part.startsWith('-') }))
    .filter(({ column }) => columns.some(({ key }) => key === column))
    .slice(0, 3);
}

const escaped = (text: string): string => text.replace(/[~,%]/g, (sign) => encodeURIComponent(sign).replace('~', '%7E'));

/** A filter as it stands in the address: `energyWh~between~1000~`, `authentication~in~rfid,app`, `startedAt~between~thisMonth`. */
export function filterText(filter: Filter): string {
  const head = `${filter.column}~${filter.op}`;
  switch (filter.op) {
    case 'between':
      return filter.period ? `${head}~${filter.period}` : `${head}~${filter.from ?? ''}~${filter.to ?? ''}`;
    case 'in':
      return `${head}~${filter.values.map(escaped).join(',')}`;
    case 'empty':
    case 'notEmpty':
      return head;
    default:
      return `${head}~${escaped(filter.value)}`;
  }
}

/** What `filterText` made; null for what it cannot have made. */
export function parseFilter(text: string, columns: readonly Column[], now: number, zone: string): Filter | null {
  const [column = '', op = '', first = '', second = ''] = text.split('~');
  if (!columns.some(({ key }) => key === column)) return null;
  try {
    switch (op) {
      case 'contains':
      case 'notContains':
      case 'is':
      case 'startsWith':
        return { column, op, value: decodeURIComponent(first) };
      case 'in':
        return { column, op, values: first.split(',').filter(Boolean).map(decodeURIComponent) };
      case 'empty':
      case 'notEmpty':
        return { column, op };
      case 'between':
        return parseBetween(column, first, second, now, zone);
      default:
        return null;
    }
  } catch {
    return null; // a broken % sequence: somebody typed the address
  }
}

function parseBetween(column: string, first: string, second: string, now: number, zone: string): Filter | null {
  const period = periods.find((name) => name === first);
  if (period) return { column, op: 'between', period, ...periodRange(period, now, zone) };
  const [from, to] = [first, second].map((end) => (end === '' ? undefined : Number(end)));
  if (Number.isNaN(from) || Number.isNaN(to) || (from === undefined && to === undefined)) return null;
  return { column, op: 'between', ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
