import { computed, type ShallowRef, shallowRef, watch } from 'vue';
import type { ConfigurationEntry, StationLive } from '../../../../../shared/api/stations.ts';
import { api } from '../../../../api.ts';
import { useSession } from '../../../../stores/session.ts';

/** The configuration that a station last answered, when, and which keys wait for its next start. */
export type Configuration = Readonly<{
  readAt: number | null;
  forReboot: readonly string[];
  keys: readonly ConfigurationEntry[];
}>;

/** Reads the configuration that is known of a station, again whenever the station has answered about it. Null: not here yet, or no right. */
export function useConfiguration(station: () => StationLive): {
  configuration: Readonly<ShallowRef<Configuration | null>>;
  error: Readonly<ShallowRef<unknown>>;
  read(): Promise<void>;
} {
  const session = useSession();
  const configuration = shallowRef<Configuration | null>(null);
  const error = shallowRef<unknown>(null);
  const answeredAt = computed(() =>
    Math.max(
      0,
      ...station()
        .commands.filter(({ request }) => request.kind.endsWith('Configuration'))
        .map((command) => command.answeredAt ?? 0),
    ),
  );

  async function read(): Promise<void> {
    if (!session.has('stations.configure')) return;
    const { id } = station();
    try {
      const found = await api.stations.configuration.query({ stationId: id });
      if (id !== station().id) return;
      configuration.value = found;
      error.value = null;
    } catch (cause) {
      error.value = cause;
    }
  }

  // A station that starts is asked for its configuration without any command.
  watch([() => station().id, answeredAt, () => station().bootedAt], read, { immediate: true });
  return { configuration, error, read };
}

/** What a key says, however it is spelt. */
export const valueIn = (configuration: Configuration | null, key: string): string | null =>
  configuration?.keys.find((entry) => entry.key.toLowerCase() === key.toLowerCase())?.value ?? null;
