import type { Filter } from '../../../shared/model/table.ts';

type Pinned = Readonly<{ column: string; values: readonly string[] }>;

/**
 * The filters for the rows that stand above all others, and those for the rest; null where there can be none.
 * `all` are the values that the column can have.
 */
export function splitPinned(
  filters: readonly Filter[],
  pinned: Pinned,
  all: readonly string[],
): Readonly<{ above: readonly Filter[] | null; below: readonly Filter[] | null }> {
  const own = filters.find((filter) => filter.column === pinned.column);
  const others = filters.filter((filter) => filter !== own);
  const wanted = own?.op === 'in' ? all.filter((value) => own.values.includes(value)) : all;
  const part = (values: readonly string[]): readonly Filter[] | null =>
    values.length > 0 ? [...others, { column: pinned.column, op: 'in', values: [...values] }] : null;
  return {
    above: part(wanted.filter((value) => pinned.values.includes(value))),
    below: part(wanted.filter((value) => !pinned.values.includes(value))),
  };
}
