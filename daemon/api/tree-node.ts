import type { TreeNode } from '../../shared/model/node.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import { covers, type Person } from '../domain/user/person.ts';

/** A node of the tree as somebody with this scope sees it. */
export const shownNode = (scope: Person['scope'], live: LiveNode): TreeNode => ({
  id: live.publicId,
  kind: live.kind,
  // The sites of a site administrator stand at the top: the system above them is not theirs.
  parentId: live.parent && covers(scope, live.parent.siteId) ? live.parent.publicId : null,
  name: live.name,
  state: live.state,
  total: live.total,
  counts: { ...live.counts },
  ...(live.key === '' ? {} : { key: live.key }),
  position: live.position,
});
