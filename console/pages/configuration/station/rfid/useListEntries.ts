import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import type { LocalListRow } from '../../../../../shared/api/local-list.ts';
import { api } from '../../../../api.ts';

export type EntriesAsked = Readonly<{ stationId: string; search: string; differing: boolean }>;

const pageSize = 500;
const leastGapMs = 300;
/** A long list that is read anew takes a while: for so many times as long it is left alone then. */
const restFactor = 5;

/** The tags of a station's list, fetched page by page as far as somebody looks; `changed` says when they have to be read anew. */
export function useListEntries(asked: () => EntriesAsked, changed: () => unknown) {
  const rows = shallowRef<readonly LocalListRow[]>([]);
  const total = shallowRef<number | null>(null);
  const error = shallowRef<unknown>(null);
  const isReading = shallowRef(false);
  let wanted = pageSize;
  let isComplete = false;
  let turn = new AbortController();
  let next: ReturnType<typeof setTimeout> | undefined;
  let restUntil = 0;

  /** Reads on behind `before` until as many are here as are wanted. What is shown stays until its successor is whole. */
  async function read(before: readonly LocalListRow[]): Promise<void> {
    clearTimeout(next);
    next = undefined;
    turn.abort();
    turn = new AbortController();
    const { signal } = turn;
    isReading.value = true;
    const beganAt = Date.now();
    let found = before;
    try {
      do {
        const { search, ...rest } = asked();
        const after = found.at(-1)?.idTag;
        const given = { ...rest, ...(search && { search }), ...(after !== undefined && { after }) };
        const page = await api.localList.entries.query({ ...given, limit: pageSize }, { signal });
        if (signal.aborted) return;
        found = [...found, ...page.rows];
        total.value = page.total;
        isComplete = page.after === null;
        if (before.length > 0) rows.value = found;
      } while (!isComplete && found.length < wanted);
      rows.value = found;
      error.value = null;
    } catch (cause) {
      if (!signal.aborted) error.value = cause;
    } finally {
      if (!signal.aborted) {
        isReading.value = false;
        restUntil = Date.now() + Math.max(leastGapMs, restFactor * (Date.now() - beganAt));
      }
    }
  }

  /** Somebody looks at the row with this index. */
  function look(index: number): void {
    if (isComplete || index < wanted - 100) return;
    wanted = index + pageSize;
    if (!isReading.value) void read(rows.value);
  }

  watch(
    () => JSON.stringify(asked()),
    () => {
      wanted = pageSize;
      void read([]);
    },
    { immediate: true },
  );
  watch(changed, () => {
    next ??= setTimeout(() => read([]), Math.max(0, restUntil - Date.now()));
  });
  onScopeDispose(() => {
    turn.abort();
    clearTimeout(next);
  });
  return {
    rows: rows as Readonly<ShallowRef<readonly LocalListRow[]>>,
    total: total as Readonly<ShallowRef<number | null>>,
    error: error as Readonly<ShallowRef<unknown>>,
    isReading: isReading as Readonly<ShallowRef<boolean>>,
    look,
    retry: () => void read([]),
  };
}
