import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import { covers, type Person } from '../domain/user/person.ts';
import { removedNode } from '../storage/node-details.ts';

/**
 * A node by its public id, within the person's scope. Outside it nodes do not exist: `nodeUnknown`, the same as for one that never was.
 * For one that was removed within it, `nodeRemoved` tells by whom, when, and the nearest node above that still stands.
 */
export async function findNode(central: Central, person: Person, publicId: string): Promise<LiveNode> {
  const node = central.tree.byPublicId(publicId);
  if (node && covers(person.scope, node.siteId)) return node;
  const removed = node ? undefined : await removedNode(central.storage.read, publicId);
  if (!removed || !covers(person.scope, removed.siteId)) throw new DomainError('nodeUnknown', { nodeId: publicId });
  const above = await livingAncestor(central, person, removed.parentId);
  throw new DomainError('nodeRemoved', {
    nodeId: publicId,
    name: removed.name,
    by: removed.updatedBy ?? '',
    at: removed.removedAt ?? 0,
    ancestorId: above?.publicId ?? '',
    ancestorName: above?.name ?? '',
  });
}

async function livingAncestor(central: Central, person: Person, parentId: number | null): Promise<LiveNode | null> {
  for (let id = parentId; id !== null; ) {
    const node = central.tree.byId(id);
    if (node) return covers(person.scope, node.siteId) ? node : null;
    const above = await central.storage.read.selectFrom('nodes').select('parentId').where('id', '=', id).executeTakeFirst();
    id = above?.parentId ?? null;
  }
  return null;
}
