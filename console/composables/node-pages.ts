import type { NodeKind } from '../../shared/model/node.ts';
import { type Right, type Role, roleHas, roles } from '../../shared/model/rights.ts';

/** Stands in the address for everything that a person may see, where there is no tree to choose from. */
export const everything = 'all';

/** A page of a node: `/<node>/<key>/<tab>`. Its title is `page.<key>`. What it is made of stands in `routes.ts`. */
export type NodePage = Readonly<{
  key: string;
  kinds: readonly (NodeKind | typeof everything)[];
  right: Right;
  /** Parts of the page, the first one is where it opens; titles `page.<tab>`. */
  tabs?: readonly string[];
}>;

const places = ['system', 'site', 'floor', 'station', 'controller'] as const;

/** The pages in the order of their tabs; the first that a node has is where it opens. */
export const nodePages = [
  { key: 'overview', kinds: places, right: 'tree.read' },
  { key: 'outlet', kinds: ['outlet'], right: 'tree.read' },
  { key: 'statistics', kinds: [...places, 'outlet', everything], right: 'sessions.read' },
  { key: 'configuration', kinds: ['station', 'outlet'], right: 'stations.control' },
  { key: 'firmware', kinds: ['system'], right: 'stations.control' },
  { key: 'users', kinds: ['system'], right: 'accounts.manage' },
  { key: 'fileServer', kinds: ['system'], right: 'system.read' },
] as const satisfies readonly NodePage[];

export type NodePageKey = (typeof nodePages)[number]['key'];

/** The pages that a kind of node has, for somebody with these rights. */
export function pagesOf(kind: NodeKind | typeof everything, has: (right: Right) => boolean): readonly NodePage[] {
  return (nodePages as readonly NodePage[]).filter((page) => page.kinds.includes(kind) && has(page.right));
}

/** Who may open what a right guards: for the page that says so. */
export const rolesWith = (right: Right): readonly Role[] => roles.filter((role) => roleHas(role, right));
