import type { StateKey } from '../../../shared/model/state.ts';
import type { Column, Filter, PageRequest } from '../../../shared/model/table.ts';
import type { CursorPage } from '../../composables/cursor.ts';

/** What stands in a cell. */
export type Cell = Readonly<{
  text: string;
  /** Explains the text, or why it is unknown. */
  tip?: string | undefined;
  /** Beside the text, quieter: a number of the manual, a unit. */
  quiet?: string | undefined;
  /** A state before the text; `none` keeps its place free, so that texts stand below each other. */
  glyph?: StateKey | 'none' | undefined;
  look?: 'strong' | 'mono' | 'charging' | 'doubtful' | 'unknown' | undefined;
}>;

export type TableTotals = Readonly<{
  count: number;
  /** What stands below which column. */
  cells: Readonly<Record<string, Readonly<{ text: string; quiet?: boolean }>>>;
}>;

export type TableSource<Row> = Readonly<{
  page(request: PageRequest, signal: AbortSignal): Promise<CursorPage<Row>>;
  totals(filters: readonly Filter[], signal: AbortSignal): Promise<TableTotals>;
  /** The values that a column has, the most frequent first; null when it has too many to choose from. */
  values?(column: string, contains: string): Promise<readonly Readonly<{ value: string; count: number }>[]> | null;
  /** Rows with these values of a set column stand above all others. */
  pinned?: Readonly<{ column: string; values: readonly string[] }>;
}>;

/** Where a column stands on the screen. */
export type ShownColumn = Readonly<{ column: Column; width: number }>;

export const isNumeric = (column: Column): boolean => !['text', 'set', 'time'].includes(column.kind);

const widths: Readonly<Record<Column['kind'], number>> = {
  text: 140,
  number: 84,
  energy: 112,
  power: 112,
  time: 170,
  duration: 88,
  set: 132,
};

/** Width of a column that nobody has resized, px. */
export const defaultWidth = (column: Column): number => widths[column.kind];
