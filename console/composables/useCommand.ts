import { type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import type { Command, RequestKind, StationRequest } from '../../shared/model/command.ts';
import { api } from '../api.ts';

/** Asks the daemon to send commands to a station. What the station makes of them comes with the station itself (`useStation`). */
export type Commands = Readonly<{
  /** Which kind is on its way to the daemon. */
  sending: Readonly<Ref<RequestKind | null>>;
  /** Why the daemon took the last one not. */
  error: Readonly<ShallowRef<unknown>>;
  /** The stored command, or null when the daemon refused it. */
  send(request: StationRequest): Promise<Command | null>;
}>;

export function useCommand(stationId: () => string): Commands {
  const sending = ref<RequestKind | null>(null);
  const error = shallowRef<unknown>(null);
  return {
    sending,
    error,
    async send(request) {
      if (sending.value) return null;
      sending.value = request.kind;
      error.value = null;
      try {
        return await api.stations.send.mutate({ stationId: stationId(), request });
      } catch (cause) {
        error.value = cause;
        return null;
      } finally {
        sending.value = null;
      }
    },
  };
}
