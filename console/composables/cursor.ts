import { readonly, type ShallowRef, shallowRef } from 'vue';

export type CursorPage<Row> = Readonly<{ rows: readonly Row[]; cursor: string | null }>;
export type FetchPage<Row> = (cursor: string | undefined, limit: number, signal: AbortSignal) => Promise<CursorPage<Row>>;

/** `renewing`: rows of the question before stand until those of the new one come. */
export type CursorState = 'idle' | 'loading' | 'renewing' | 'more' | 'failed';

/** A long list that is fetched page by page as somebody looks at it. */
export type Cursor<Row> = Readonly<{
  rows: Readonly<ShallowRef<readonly Row[]>>;
  state: Readonly<ShallowRef<CursorState>>;
  error: Readonly<ShallowRef<unknown>>;
  /** Whether all rows are here. */
  complete: Readonly<ShallowRef<boolean>>;
  /** Asks anew from the first page; what is still under way is dropped. */
  restart(): Promise<void>;
  /** The next page, if there is one and none is under way. */
  more(limit?: number): Promise<void>;
  close(): void;
}>;

const pageSize = 100;

export function useCursor<Row>(fetch: FetchPage<Row>): Cursor<Row> {
  const rows = shallowRef<readonly Row[]>([]);
  const state = shallowRef<CursorState>('idle');
  const error = shallowRef<unknown>(null);
  const complete = shallowRef(false);
  let next: string | undefined;
  let running = new AbortController();

  async function load(limit: number, signal: AbortSignal, before: readonly Row[]): Promise<void> {
    try {
      const page = await fetch(next, limit, signal);
      if (signal.aborted) return;
      rows.value = before.length > 0 ? [...before, ...page.rows] : page.rows;
      next = page.cursor ?? undefined;
      complete.value = page.cursor === null;
      state.value = 'idle';
    } catch (cause) {
      if (signal.aborted) return;
      error.value = cause;
      state.value = 'failed';
    }
  }

  return {
    rows: readonly(rows) as Readonly<ShallowRef<readonly Row[]>>, // only the wrapper is made read-only: a shallowRef does not unwrap
    state: readonly(state),
    error: readonly(error),
    complete: readonly(complete),
    async restart() {
      running.abort();
      running = new AbortController();
      next = undefined;
      error.value = null;
      state.value = rows.value.length > 0 ? 'renewing' : 'loading';
      await load(pageSize, running.signal, []);
    },
    async more(limit = pageSize) {
      const isRetry = state.value === 'failed' && next !== undefined;
      if (complete.value || (state.value !== 'idle' && !isRetry)) return;
      error.value = null;
      state.value = 'more';
      await load(limit, running.signal, rows.value);
    },
    close: () => running.abort(),
  };
}
