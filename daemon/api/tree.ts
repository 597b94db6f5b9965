import type { InputOf, OutputOf } from '../../shared/api/contract.ts';
import { type NodeDetails, tree } from '../../shared/api/tree.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { createNode } from '../domain/topology/create.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import { moveNode } from '../domain/topology/move.ts';
import { removeNode } from '../domain/topology/remove.ts';
import { updateNode } from '../domain/topology/update.ts';
import { covers, type Person } from '../domain/user/person.ts';
import { nodeById, siteById } from '../storage/nodes.ts';
import { treeChanges } from './changes.ts';
import { implement } from './procedure.ts';
import { shownNode } from './tree-node.ts';

/** The navigation tree and its nodes. */
export const treeRouter = implement(tree, {
  changes: ({ input, ...stream }) => treeChanges(stream, input),
  list: ({ central, person, nodes, input }) => listed(central, person, nodes.belowId, input),
  node: ({ central, person, nodes }) => details(central, person, nodes.nodeId),
  async create({ central, person, input }) {
    return details(central, person, await createNode(central, person, input));
  },
  async update({ central, person, input: { nodeId, ...update } }) {
    return details(central, person, await updateNode(central, person, nodeId, update));
  },
  async move({ central, person, input }) {
    return details(central, person, await moveNode(central, person, input.nodeId, input.parentId, input.version));
  },
  async remove({ central, person, input }) {
    await removeNode(central, person, input.nodeId, input.version);
    return {};
  },
});

/** A page of the tree; a list that changes between pages may show a node twice or not at all, as each page says how it is then. */
function listed(
  central: Central,
  { scope }: Person,
  below: LiveNode | null,
  { kind, text = '', after = 0, limit }: InputOf<typeof tree.list>,
): OutputOf<typeof tree.list> {
  const sought = text.toLowerCase();
  const rows: LiveNode[] = [];
  let place = 0;
  for (const node of central.tree.walk(below ?? central.tree.root())) {
    if (!covers(scope, node.siteId) || (kind && node.kind !== kind)) continue;
    if (!node.name.toLowerCase().includes(sought) && !node.key.toLowerCase().includes(sought)) continue;
    if (place >= after + limit) return { rows: rows.map((row) => shownNode(scope, row)), next: place };
    if (place >= after) rows.push(node);
    place++;
  }
  return { rows: rows.map((row) => shownNode(scope, row)), next: null };
}

async function details(central: Central, person: Person, node: LiveNode): Promise<NodeDetails> {
  const { read } = central.storage;
  const [row, site] = await Promise.all([nodeById(read, node.id), node.kind === 'site' ? siteById(read, node.id) : undefined]);
  if (!row) throw new DomainError('nodeUnknown', { nodeId: node.publicId });
  const path: LiveNode[] = [];
  for (let above: LiveNode | null = node; above && covers(person.scope, above.siteId); above = above.parent) path.unshift(above);
  return {
    id: node.publicId,
    kind: node.kind,
    name: row.name,
    description: row.description,
    version: row.version,
    updatedAt: row.updatedAt,
    updatedBy: row.updatedBy,
    path: path.map(({ publicId, kind, name }) => ({ id: publicId, kind, name })),
    children: node.children.size,
    ...(site && {
      site: {
        staticId: site.staticId,
        address: site.address,
        latitude: site.latitude,
        longitude: site.longitude,
        timeZone: site.timeZone,
      },
    }),
    ...(node.kind === 'station' && { stationId: node.publicId }),
    ...(node.kind === 'outlet' && { connectorId: Number(node.key), ...(node.parent && { stationId: node.parent.publicId }) }),
  };
}
