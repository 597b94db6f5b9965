import { watchEffect } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute } from 'vue-router';
import { everything, pagesOf } from '../../composables/node-pages.ts';
import { useSession } from '../../stores/session.ts';
import { useTree } from '../../stores/tree.ts';

/** Keeps the window's title at what it shows: node, page, system. */
export function useTitle(): void {
  const { t } = useI18n();
  const route = useRoute();
  const session = useSession();
  const tree = useTree();
  watchEffect(() => {
    const node = route.params.node ? tree.node(String(route.params.node)) : undefined;
    const kind = node?.kind ?? everything;
    const key = route.meta.title ?? (String(route.params.page || '') || pagesOf(kind, session.has)[0]?.key);
    const page = key ? t(`page.${key}`) : '';
    document.title = t('shell.title', { page: node ? `${node.name} – ${page}` : page, system: session.me?.systemName ?? '' });
  });
}
