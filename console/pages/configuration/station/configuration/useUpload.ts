import { computed, shallowRef, watch } from 'vue';
import type { StationLive } from '../../../../../shared/api/stations.ts';
import type { Command } from '../../../../../shared/model/command.ts';
import { api } from '../../../../api.ts';

/** Values on their way to a station, and its answer to each. */
export function useUpload(station: () => StationLive) {
  const commands = shallowRef<readonly Command[]>([]);
  const batchId = shallowRef<string | null>(null);
  const isSending = shallowRef(false);
  const error = shallowRef<unknown>(null);

  /** The newest state of each; those that the station's own list no longer holds are asked for. */
  watch(
    () => station().commands,
    async (newest) => {
      const live = new Map(newest.map((command) => [command.id, command]));
      commands.value = commands.value.map((command) => live.get(command.id) ?? command);
      const isMissing = commands.value.some((command) => command.doneAt === null && !live.has(command.id));
      const batch = batchId.value;
      if (!isMissing || batch === null) return;
      try {
        const found = await api.stations.commands.query({ stationId: station().id, batchId: batch, limit: 200 });
        if (batchId.value === batch && found.length > 0) commands.value = found;
      } catch (cause) {
        error.value = cause;
      }
    },
  );

  async function upload(values: readonly { key: string; value: string }[]): Promise<boolean> {
    isSending.value = true;
    error.value = null;
    try {
      const sent = await api.stations.uploadConfiguration.mutate({
        stationId: station().id,
        values: [...values],
        confirmed: true,
      });
      batchId.value = sent.batchId;
      const live = new Map(station().commands.map((command) => [command.id, command]));
      commands.value = sent.commands.map((command) => live.get(command.id) ?? command);
      return true;
    } catch (cause) {
      error.value = cause;
      return false;
    } finally {
      isSending.value = false;
    }
  }

  /** The answer to each key that was written last. */
  const answers = computed(
    () =>
      new Map(
        commands.value.flatMap((command) =>
          command.request.kind === 'changeConfiguration' ? [[command.request.key, command] as const] : [],
        ),
      ),
  );
  const isUnderWay = computed(() => commands.value.some(({ doneAt }) => doneAt === null));
  return { upload, answers, isSending, isUnderWay, error };
}
