import type { TreeNode } from '../../shared/model/node.ts';
import type { StateKey } from '../../shared/model/state.ts';
import type { Nodes } from './tree-nodes.ts';

/** A line of the tree as it stands on the screen. */
export type TreeRow = Readonly<{
  id: string;
  level: number;
  place: number;
  siblings: number;
  expandable: boolean;
  expanded: boolean;
}>;

/** What to show: nodes whose name, key or id holds the text, stations in one of the states. Empty: everything. */
export type TreeFilter = Readonly<{ text: string; states: ReadonlySet<StateKey> }>;

/** What a filter found, and the nodes above that lead there. Null: no filter. */
export type Found = Readonly<{ matches: ReadonlySet<string>; above: ReadonlySet<string> }> | null;

const matchesText = (node: TreeNode, text: string): boolean =>
  node.name.toLowerCase().includes(text) || (node.key?.toLowerCase().includes(text) ?? false) || node.id.startsWith(text);

const leaves = new Set(['station', 'controller', 'outlet']);

/** Finds what the filter asks for. Each node above a match is kept once, whatever many matches it has (UX 1.5). */
export function findNodes(nodes: Nodes, filter: TreeFilter): Found {
  const text = filter.text.trim().toLowerCase();
  if (!text && filter.states.size === 0) return null;
  const matches = new Set<string>();
  const above = new Set<string>();
  for (const node of nodes.values()) {
    if (text && !matchesText(node, text)) continue;
    if (filter.states.size > 0 && !(leaves.has(node.kind) && filter.states.has(node.state))) continue;
    if (!text && node.kind === 'outlet') continue;
    matches.add(node.id);
    let parent = node.parentId;
    while (parent !== null && !above.has(parent)) {
      above.add(parent);
      parent = nodes.get(parent)?.parentId ?? null;
    }
  }
  return { matches, above };
}

/**
 * The lines that are open. Without a filter `toggled` are the nodes that stand open; with one, all that leads to a match stands
 * open, `toggled` are those turned the other way, and below a match everything can be opened.
 */
export function treeRows(nodes: Nodes, found: Found, toggled: ReadonlySet<string>): readonly TreeRow[] {
  const rows: TreeRow[] = [];
  const root = nodes.root();
  if (root === null) return rows;

  function add(node: TreeNode, level: number, place: number, siblings: number, belowMatch: boolean): void {
    const children = nodes.children(node.id);
    const isMatch = belowMatch || (found?.matches.has(node.id) ?? false);
    const leads = found?.above.has(node.id) ?? false;
    const shown = found && !isMatch ? children.filter(({ id }) => found.matches.has(id) || found.above.has(id)) : children;
    const expandable = shown.length > 0;
    const expanded = expandable && (found && leads ? !toggled.has(node.id) : toggled.has(node.id));
    rows.push({ id: node.id, level, place, siblings, expandable, expanded });
    if (!expanded) return;
    for (const [index, child] of shown.entries()) add(child, level + 1, index + 1, shown.length, isMatch);
  }

  const node = nodes.get(root);
  if (node && (!found || found.matches.has(root) || found.above.has(root))) add(node, 1, 1, 1, false);
  return rows;
}
