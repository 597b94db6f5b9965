import { type ComputedRef, computed } from 'vue';
import { useI18n } from 'vue-i18n';
import { line } from '../api.ts';

/** Why no command can be given now, in the reader's language; undefined while the line to the daemon is live (UX 1.0). */
export function useCommandsWait(): ComputedRef<string | undefined> {
  const { t } = useI18n();
  return computed(() => (line.value === 'live' ? undefined : t('shell.commandsStale')));
}
