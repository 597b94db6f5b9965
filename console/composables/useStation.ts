import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue';
import type { StationLive } from '../../shared/api/stations.ts';
import { api, line, onLine } from '../api.ts';

/** A station as it is now, and each time that something of it changes. A broken line is taken up again by itself. */
export type WatchedStation = Readonly<{
  station: Readonly<ShallowRef<StationLive | null>>;
  error: Readonly<ShallowRef<unknown>>;
  retry(): void;
}>;

export function useStation(stationId: () => string | null | undefined): WatchedStation {
  const station = shallowRef<StationLive | null>(null);
  const error = shallowRef<unknown>(null);
  let subscription: { unsubscribe(): void } | undefined;

  function end(): void {
    subscription?.unsubscribe();
    subscription = undefined;
  }

  function begin(): void {
    end();
    const id = stationId();
    if (!id || line.value === 'closed') return;
    error.value = null;
    subscription = api.stations.watch.subscribe(
      { stationId: id },
      {
        onData(now) {
          if (now.id === stationId()) station.value = now;
        },
        onError(cause) {
          error.value = cause;
        },
      },
    );
  }

  watch(
    stationId,
    (id) => {
      if (station.value?.id !== id) station.value = null;
      begin();
    },
    { immediate: true },
  );
  const forget = onLine({ opened: begin, closed: end });
  onScopeDispose(() => {
    forget();
    end();
  });
  return { station, error, retry: begin };
}
