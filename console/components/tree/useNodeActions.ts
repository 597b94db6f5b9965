import { shallowRef } from 'vue';
import type { TreeNode } from '../../../shared/model/node.ts';

export type NodeActionKey =
  | 'open'
  | 'copyLink'
  | 'addSite'
  | 'addFloor'
  | 'addStation'
  | 'addController'
  | 'rename'
  | 'move'
  | 'remove';

/** The menu that is open, and what is being done to which node: `NodeActions` shows both. */
const shownMenu = shallowRef<Readonly<{ node: TreeNode; at: readonly [number, number] }> | null>(null);
const current = shallowRef<Readonly<{ action: NodeActionKey | 'adopt'; node: TreeNode | null }> | null>(null);

/** What people do to nodes, from the tree's menu, its keys, and pages alike. */
export function useNodeActions() {
  return {
    shownMenu,
    current,
    menu(node: TreeNode, at: readonly [number, number]): void {
      shownMenu.value = { node, at };
    },
    act(action: NodeActionKey, node: TreeNode): void {
      current.value = { action, node };
    },
    adopt(): void {
      current.value = { action: 'adopt', node: null };
    },
    done(): void {
      current.value = null;
    },
  };
}
