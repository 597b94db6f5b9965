import { onScopeDispose, type Ref, ref, type ShallowRef, shallowRef, watch } from 'vue';
import type { TraceNews } from '../../shared/api/trace.ts';
import type { TraceFilter, TraceRow } from '../../shared/model/trace.ts';
import { api, onLine } from '../api.ts';
import { withNews } from './trace-rows.ts';

const pageSize = 100;
/** News that wait while somebody reads; beyond that the list is read anew when it goes on. */
const mostHeld = 500;

/** Messages of a station, newest first, live. */
export type Trace = Readonly<{
  rows: Readonly<ShallowRef<readonly TraceRow[]>>;
  isLoading: Readonly<Ref<boolean>>;
  error: Readonly<ShallowRef<unknown>>;
  /** Whether older ones can be read. */
  hasOlder: Readonly<Ref<boolean>>;
  isLoadingOlder: Readonly<Ref<boolean>>;
  /** How many wait because the list is held. */
  held: Readonly<Ref<number>>;
  /** Whether more wait than are counted. */
  hasMoreHeld: Readonly<Ref<boolean>>;
  older(): Promise<void>;
  retry(): void;
}>;

/** Follows the messages that the filter lets through; while `isHeld`, new ones are counted and kept back, so that nothing moves. */
export function useTrace(stationId: () => string, filter: () => TraceFilter, isHeld: () => boolean): Trace {
  const rows = shallowRef<readonly TraceRow[]>([]);
  const isLoading = ref(true);
  const error = shallowRef<unknown>(null);
  const hasOlder = ref(false);
  const isLoadingOlder = ref(false);
  const held = ref(0);
  let waiting: readonly TraceRow[] = [];
  const isBehind = ref(false);
  let before: number | null = null;
  let turn = new AbortController();
  let subscription: { unsubscribe(): void } | undefined;

  const asked = () => ({ stationId: stationId(), ...filter() });

  function showPage(page: readonly TraceRow[], older: number | null): void {
    rows.value = page;
    before = older;
    hasOlder.value = older !== null;
    waiting = [];
    held.value = 0;
    isBehind.value = false;
  }

  /** A page with something on it, unless there is nothing further back. */
  async function pageBefore(from: number | null, signal: AbortSignal) {
    for (let at = from; ; ) {
      const page = await api.trace.list.query(
        { ...asked(), ...(at === null ? {} : { before: at }), limit: pageSize },
        { signal },
      );
      if (page.rows.length > 0 || page.older === null || signal.aborted) return page;
      at = page.older;
    }
  }

  async function begin(): Promise<void> {
    turn.abort();
    turn = new AbortController();
    const { signal } = turn;
    subscription?.unsubscribe();
    isLoading.value = true;
    try {
      const page = await pageBefore(null, signal);
      if (signal.aborted) return;
      showPage(page.rows, page.older);
      error.value = null;
      subscription = api.trace.watch.subscribe(asked(), {
        onData: (news) => !signal.aborted && take(news),
        onError(cause) {
          if (!signal.aborted) error.value = cause;
        },
      });
    } catch (cause) {
      if (!signal.aborted) error.value = cause;
    } finally {
      if (!signal.aborted) isLoading.value = false;
    }
  }

  function take(news: TraceNews): void {
    if (news.skipped) isBehind.value = true;
    if (isHeld()) {
      const newest = rows.value[0]?.id ?? 0;
      waiting = withNews(
        waiting,
        news.rows.filter(({ id }) => id > newest),
        mostHeld,
      );
      if (waiting.length >= mostHeld) isBehind.value = true;
      held.value = waiting.length;
    } else if (isBehind.value) void begin();
    else show(news.rows);
  }

  function show(news: readonly TraceRow[]): void {
    const shown = withNews(rows.value, news);
    const [last, lastBefore] = [shown.at(-1), rows.value.at(-1)];
    if (last && lastBefore && last.id > lastBefore.id) {
      // The oldest have given way to the new: going back starts from the last that is left.
      before = last.id;
      hasOlder.value = true;
    }
    rows.value = shown;
  }

  async function older(): Promise<void> {
    if (isLoadingOlder.value || before === null) return;
    const { signal } = turn;
    isLoadingOlder.value = true;
    try {
      const page = await pageBefore(before, signal);
      if (signal.aborted) return;
      rows.value = [...rows.value, ...page.rows];
      before = page.older;
      hasOlder.value = page.older !== null;
    } catch (cause) {
      if (!signal.aborted) error.value = cause;
    } finally {
      isLoadingOlder.value = false;
    }
  }

  watch(isHeld, (isStill) => {
    if (isStill) return;
    if (isBehind.value) void begin();
    else show(waiting);
    waiting = [];
    held.value = 0;
  });
  watch(() => JSON.stringify(asked()), begin, { immediate: true });
  const forget = onLine({ opened: () => void begin(), closed: () => subscription?.unsubscribe() });
  onScopeDispose(() => {
    forget();
    turn.abort();
    subscription?.unsubscribe();
  });
  return { rows, isLoading, error, hasOlder, isLoadingOlder, held, hasMoreHeld: isBehind, older, retry: () => void begin() };
}
