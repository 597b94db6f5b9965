import { computed, type ShallowRef, shallowRef, watch } from 'vue';
import type { SetProfile, StationLive } from '../../../../../shared/api/stations.ts';
import { api } from '../../../../api.ts';

/** The charging profiles that a station has taken from us, read anew whenever it has answered about one. */
export function useSetProfiles(station: () => StationLive): {
  profiles: Readonly<ShallowRef<readonly SetProfile[]>>;
  error: Readonly<ShallowRef<unknown>>;
  read(): Promise<void>;
} {
  const profiles = shallowRef<readonly SetProfile[]>([]);
  const error = shallowRef<unknown>(null);
  const answeredAt = computed(
    () =>
      station().commands.find(({ request, answeredAt }) => request.kind.endsWith('ChargingProfile') && answeredAt !== null)
        ?.answeredAt,
  );

  async function read(): Promise<void> {
    const { id } = station();
    try {
      const found = await api.stations.chargingProfiles.query({ stationId: id });
      if (id !== station().id) return;
      profiles.value = found;
      error.value = null;
    } catch (cause) {
      error.value = cause;
    }
  }

  watch([() => station().id, answeredAt], read, { immediate: true });
  return { profiles, error, read };
}
