import type { NodeChange } from '../../shared/api/tree.ts';
import type { TreeNode } from '../../shared/model/node.ts';

/** The nodes of the tree by id and by parent. Children are sorted when somebody first asks for them. */
export type Nodes = Readonly<{
  get(id: string): TreeNode | undefined;
  /** The one without a parent here; a site administrator's tree may begin below the system. */
  root(): string | null;
  children(id: string): readonly TreeNode[];
  path(id: string): readonly TreeNode[];
  values(): Iterable<TreeNode>;
  size(): number;
  put(nodes: readonly TreeNode[]): void;
  change(changes: readonly NodeChange[]): void;
  remove(ids: readonly string[]): void;
  clear(): Nodes;
}>;

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
const byPlace = (a: TreeNode, b: TreeNode): number => a.position - b.position || collator.compare(a.name, b.name);

export function createNodes(): Nodes {
  const byId = new Map<string, TreeNode>();
  const below = new Map<string, Set<string>>();
  const sorted = new Map<string, TreeNode[]>();
  let rootId: string | null = null;

  function detach(node: TreeNode): void {
    if (node.parentId === null) return;
    below.get(node.parentId)?.delete(node.id);
    sorted.delete(node.parentId);
  }

  function attach(node: TreeNode): void {
    if (node.parentId === null) {
      rootId = node.id;
      return;
    }
    let siblings = below.get(node.parentId);
    if (!siblings) {
      siblings = new Set();
      below.set(node.parentId, siblings);
    }
    siblings.add(node.id);
    sorted.delete(node.parentId);
  }

  const nodes: Nodes = {
    get: (id) => byId.get(id),
    root: () => rootId,
    values: () => byId.values(),
    size: () => byId.size,
    children(id) {
      let list = sorted.get(id);
      if (!list) {
        list = [];
        for (const child of below.get(id) ?? []) {
          const node = byId.get(child);
          if (node) list.push(node);
        }
        list.sort(byPlace);
        sorted.set(id, list);
      }
      return list;
    },
    path(id) {
      const path: TreeNode[] = [];
      for (let node = byId.get(id); node; node = node.parentId === null ? undefined : byId.get(node.parentId)) path.unshift(node);
      return path;
    },
    put(added) {
      for (const node of added) {
        const before = byId.get(node.id);
        if (before) detach(before);
        byId.set(node.id, node);
        attach(node);
      }
    },
    change(changes) {
      for (const { id, state, total, counts } of changes) {
        const before = byId.get(id);
        if (!before) continue;
        const node = { ...before, state, total, counts };
        byId.set(id, node);
        const list = before.parentId === null ? undefined : sorted.get(before.parentId);
        const at = list?.indexOf(before) ?? -1;
        if (list && at >= 0) list[at] = node;
      }
    },
    remove(ids) {
      for (const id of ids) {
        const node = byId.get(id);
        if (!node) continue;
        detach(node);
        byId.delete(id);
        below.delete(id);
        sorted.delete(id);
        if (rootId === id) rootId = null;
      }
    },
    clear() {
      byId.clear();
      below.clear();
      sorted.clear();
      rootId = null;
      return nodes;
    },
  };
  return nodes;
}
