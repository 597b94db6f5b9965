import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import type { SessionRow, SessionSample } from '../../shared/model/session.ts';
import { api, line } from '../api.ts';

export type SessionDetails = Readonly<{
  session: SessionRow;
  samples: readonly SessionSample[];
  events: readonly Readonly<{ at: number; receivedAt: number; kind: string; data: unknown }>[];
}>;

const followAfterMs = 5000;

/** One session with its curve; as long as it runs it is read again every few seconds. */
export function useSessionDetails(sessionId: () => string | null): {
  details: Readonly<ShallowRef<SessionDetails | null>>;
  error: Readonly<ShallowRef<unknown>>;
  read(): Promise<void>;
} {
  const details = shallowRef<SessionDetails | null>(null);
  const error = shallowRef<unknown>(null);
  let running = new AbortController();
  let next: ReturnType<typeof setTimeout> | undefined;

  async function read(): Promise<void> {
    running.abort();
    running = new AbortController();
    clearTimeout(next);
    const { signal } = running;
    const id = sessionId();
    if (id === null) return;
    try {
      const found = await api.sessions.get.query({ sessionId: id }, { signal });
      if (signal.aborted) return;
      details.value = found;
      error.value = null;
    } catch (cause) {
      if (signal.aborted) return;
      error.value = cause;
    }
    follow();
  }

  /** A hidden tab asks nothing; it looks again when it is seen. */
  function follow(): void {
    const state = details.value?.session.state;
    if (state !== 'charging' && state !== 'stopped') return;
    next = setTimeout(
      () => (line.value === 'live' && document.visibilityState === 'visible' ? void read() : follow()),
      followAfterMs,
    );
  }

  watch(
    sessionId,
    (id) => {
      if (details.value?.session.id !== id) details.value = null;
      void read();
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    running.abort();
    clearTimeout(next);
  });
  return { details, error, read };
}
