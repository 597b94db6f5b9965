import { type ComputedRef, computed } from 'vue';
import { useSession } from '../stores/session.ts';

/** The zone in which times are shown: the person's own choice, else that of the site. */
export function useZone(siteZone: () => string | undefined): ComputedRef<string> {
  const session = useSession();
  return computed(() => session.me?.settings.timeZone ?? siteZone() ?? 'UTC');
}
