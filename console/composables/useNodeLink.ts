import { type RouteLocationRaw, useRoute } from 'vue-router';
import type { TreeNode } from '../../shared/model/node.ts';
import { useSession } from '../stores/session.ts';
import { pagesOf } from './node-pages.ts';

/** The address of a node. The page stays the one that is open, where the node has it too. */
export function useNodeLink(): (node: Pick<TreeNode, 'id' | 'kind'>) => RouteLocationRaw {
  const route = useRoute();
  const session = useSession();
  return (node) => {
    const page = String(route.params.page ?? '');
    const stays = pagesOf(node.kind, session.has).some(({ key }) => key === page);
    return { name: 'node', params: stays ? { node: node.id, page } : { node: node.id } };
  };
}
