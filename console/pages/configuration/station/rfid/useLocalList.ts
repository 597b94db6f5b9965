import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import type { LocalListStatus } from '../../../../../shared/api/local-list.ts';
import type { StationLive } from '../../../../../shared/api/stations.ts';
import { api } from '../../../../api.ts';

/** The daemon compares two lists for each answer; more often nobody needs it. */
const leastGapMs = 700;

/** How the local list of a station stands; read again when something of the station changed, and with its heartbeat. */
export function useLocalList(station: () => StationLive): {
  status: Readonly<ShallowRef<LocalListStatus | null>>;
  error: Readonly<ShallowRef<unknown>>;
  read(): Promise<void>;
  /** Asks for something that answers with the new status. */
  change(ask: () => Promise<LocalListStatus>): Promise<void>;
} {
  const status = shallowRef<LocalListStatus | null>(null);
  const error = shallowRef<unknown>(null);
  let next: ReturnType<typeof setTimeout> | undefined;
  let readAt = 0;
  let turn = 0;

  async function take(ask: () => Promise<LocalListStatus>): Promise<void> {
    const own = ++turn;
    try {
      const found = await ask();
      if (own !== turn) return;
      status.value = found;
      error.value = null;
    } finally {
      readAt = Date.now();
    }
  }

  async function read(): Promise<void> {
    clearTimeout(next);
    next = undefined;
    const { id } = station();
    try {
      await take(() => api.localList.get.query({ stationId: id }));
    } catch (cause) {
      error.value = cause;
    }
  }

  watch(station, () => {
    next ??= setTimeout(read, Math.max(0, leastGapMs - (Date.now() - readAt)));
  });
  void read();
  onScopeDispose(() => {
    turn = -1;
    clearTimeout(next);
  });
  return { status, error, read, change: take };
}
