import { type Ref, ref, watch } from 'vue';

export type ActiveCell = Readonly<{ row: number; column: number }>;

type Grid = Readonly<{
  rows: () => number;
  columns: () => number;
  pageRows: () => number;
  show: (row: number, column: number) => void;
}>;

/**
 * The cell that the keyboard is on, by the grid pattern of the ARIA guide: arrows, Page keys, Home and End in the row,
 * with Ctrl in the table. `key` says whether it used the key.
 */
export function useActiveCell(grid: Grid): {
  active: Ref<ActiveCell | null>;
  key: (event: KeyboardEvent) => boolean;
  set: (row: number, column: number) => void;
} {
  const active = ref<ActiveCell | null>(null);

  function set(row: number, column: number): void {
    if (grid.rows() === 0) return;
    const clamp = (value: number, count: number) => Math.min(count - 1, Math.max(0, value));
    active.value = { row: clamp(row, grid.rows()), column: clamp(column, grid.columns()) };
    grid.show(active.value.row, active.value.column);
  }

  function key(event: KeyboardEvent): boolean {
    const { row, column } = active.value ?? { row: -1, column: 0 };
    const page = Math.max(1, grid.pageRows() - 1);
    const all = event.ctrlKey || event.metaKey;
    const target: Record<string, readonly [number, number]> = {
      ArrowDown: [row + 1, column],
      ArrowUp: [row - 1, column],
      ArrowRight: [Math.max(0, row), active.value ? column + 1 : 0],
      ArrowLeft: [Math.max(0, row), column - 1],
      PageDown: [row + page, column],
      PageUp: [row - page, column],
      Home: [all ? 0 : Math.max(0, row), all ? column : 0],
      End: [all ? grid.rows() - 1 : Math.max(0, row), all ? column : grid.columns() - 1],
    };
    const to = target[event.key];
    if (!to || event.shiftKey || event.altKey) return false;
    event.preventDefault();
    set(to[0], to[1]);
    return true;
  }

  watch(grid.rows, (count) => {
    if (active.value && active.value.row >= count) active.value = count > 0 ? { ...active.value, row: count - 1 } : null;
  });

  return { active, key, set };
}
