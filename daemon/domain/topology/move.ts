import { childKinds } from '../../../shared/model/node.ts';
import { setSiteOf } from '../../storage/nodes.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import type { LiveNode } from './live-tree.ts';
import { changing, needNode, zoneOf } from './nodes.ts';
import { about, edit } from './update.ts';

/** Moves a floor, station or controller below another parent, with all that stands below it. Its sessions stay with the old site. */
export async function moveNode(
  central: Central,
  person: Person,
  nodeId: string,
  parentId: string,
  version: number,
): Promise<LiveNode> {
  const node = needNode(central, nodeId);
  const parent = needNode(central, parentId);
  const siteId = parent.siteId;
  const isMovable = node.kind === 'floor' || node.kind === 'station' || node.kind === 'controller';
  if (!isMovable || siteId === null || !childKinds[parent.kind].includes(node.kind)) throw new DomainError('nodeKindRefused');

  const moved = [...central.tree.walk(node)];
  const unit = [edit(central, person, node.id, version, { parentId: parent.id })];
  if (siteId !== node.siteId)
    unit.push(
      setSiteOf(
        moved.map(({ id }) => id),
        siteId,
      ),
    );
  const paths = { before: { parent: node.parent?.name }, after: { parent: parent.name } };
  unit.push(audit(central, person, { ...about(node), ...paths, action: 'tree.move' }));
  const timeZone = await zoneOf(central, siteId);
  await changing(central, { nodeId: node.id }, () => central.storage.write(unit));

  for (const each of moved) {
    central.tree.change(each.id, { siteId });
    const station = central.stations.byId(each.id);
    if (!station) continue;
    station.siteId = siteId;
    station.timeZone = timeZone;
  }
  central.tree.change(node.id, {}, parent.id);
  return node;
}
