import { type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import type { AskedRequest, Command, RequestKind } from '../../shared/model/command.ts';
import { api } from '../api.ts';

/** Asks the daemon to send commands to a station. What the station makes of them comes with the station itself (`useStation`). */
export type Commands = Readonly<{
  /** Which kind is on its way to the daemon. */
  sending: Readonly<Ref<RequestKind | null>>;
  /** Why the daemon took the last one not. */
  error: Readonly<ShallowRef<unknown>>;
  /** The stored command, or null when the daemon refused it. `waitUntil`: how long it may wait for a station that is offline. */
  send(request: AskedRequest, waitUntil?: number): Promise<Command | null>;
}>;

export function useCommand(stationId: () => string): Commands {
  const sending = ref<RequestKind | null>(null);
  const error = shallowRef<unknown>(null);
  return {
    sending,
    error,
    async send(request, waitUntil) {
      if (sending.value) return null;
      sending.value = request.kind;
      error.value = null;
      try {
        const wait = waitUntil === undefined ? {} : { waitUntil };
        return await api.stations.send.mutate({ stationId: stationId(), request, ...wait });
      } catch (cause) {
        error.value = cause;
        return null;
      } finally {
        sending.value = null;
      }
    },
  };
}
