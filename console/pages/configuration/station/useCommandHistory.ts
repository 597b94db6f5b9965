import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { StationLive } from '../../../../shared/api/stations.ts';
import type { Command } from '../../../../shared/model/command.ts';
import { api, line } from '../../../api.ts';
import { useErrorText } from '../../../composables/useErrorText.ts';
import { toast } from '../../../composables/useToasts.ts';

const pageSize = 50;
/** A station tells so many of its commands by itself. */
const newestCommands = 20;
/** How often those below that are not over are asked for again, and at most how many of them. */
const followMs = 3000;
const mostFollowed = 20;

/** The commands of a station, newest first: those that it tells live, and below them the pages that somebody has asked for. */
export function useCommandHistory(station: () => StationLive) {
  const errorText = useErrorText();
  const older = shallowRef<readonly Command[]>([]);
  const isAll = shallowRef(false);
  const isLoading = shallowRef(false);
  let turn = 0;

  const commands = computed(() => {
    const newest = new Set(station().commands.map(({ id }) => id));
    return [...station().commands, ...older.value.filter(({ id }) => !newest.has(id))];
  });
  const mayHaveMore = computed(() => !isAll.value && station().commands.length >= newestCommands);

  watch(
    () => station().commands,
    (newest, before) => {
      if (older.value.length === 0 && !isLoading.value) return;
      const has = new Set(newest.map(({ id }) => id));
      const pushedOut = before.filter(({ id }) => !has.has(id));
      if (pushedOut.length < before.length) older.value = [...pushedOut, ...older.value];
      else {
        // More came at once than it tells: what lies between has to be asked for again.
        turn++;
        older.value = [];
        isAll.value = false;
      }
    },
  );

  async function more(): Promise<void> {
    const stationId = station().id;
    const last = commands.value.at(-1);
    const own = turn;
    isLoading.value = true;
    try {
      const page = await api.stations.commands.query({ stationId, limit: pageSize, ...(last ? { before: last.id } : {}) });
      if (own !== turn) return;
      older.value = [...older.value, ...page];
      isAll.value = page.length < pageSize;
    } catch (cause) {
      toast(errorText(cause), 'error');
    } finally {
      isLoading.value = false;
    }
  }

  async function follow(): Promise<void> {
    const open = older.value.filter(({ doneAt }) => doneAt === null).slice(0, mostFollowed);
    if (open.length === 0 || line.value !== 'live' || document.visibilityState !== 'visible') return;
    const ask = ({ id, stationId }: Command) => api.stations.command.query({ stationId, commandId: id }).catch(() => null);
    const told = new Map((await Promise.all(open.map(ask))).flatMap((command) => (command ? [[command.id, command]] : [])));
    older.value = older.value.map((command) => told.get(command.id) ?? command);
  }
  const timer = setInterval(() => void follow(), followMs);
  onScopeDispose(() => clearInterval(timer));

  return { commands, mayHaveMore, isLoading, more };
}
