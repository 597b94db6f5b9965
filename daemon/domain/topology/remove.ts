import { removeOutletsOf } from '../../storage/nodes.ts';
import { updateStation } from '../../storage/stations.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { closing } from '../session/end.ts';
import { inTurn } from '../session/turn.ts';
import type { Station } from '../station/station.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import type { LiveNode } from './live-tree.ts';
import { changing, needNode } from './nodes.ts';
import { about, edit } from './update.ts';

/**
 * Takes a node out of the tree. One with children refuses with `nodeHasChildren`; a station goes with its outlets, an outlet goes alone.
 * Sessions stay, with the names of what was removed (PRODUCT M22, FIELD 24); the ChargeBoxId is free again.
 */
export async function removeNode(central: Central, person: Person, nodeId: string, version: number): Promise<void> {
  const node = needNode(central, nodeId);
  if (node.kind === 'system') throw new DomainError('nodeKindRefused');
  const station = central.stations.byId(node.id);
  if (station) await inTurn(station, () => removeStation(central, person, node, station, version));
  else await write(central, node, [removal(central, person, node, version), noted(central, person, node)]);
  const above = node.kind === 'outlet' && node.parent ? central.stations.byId(node.parent.id) : undefined;
  for (const connector of above?.connectors.values() ?? [])
    if (connector.outletId === node.id) above?.connectors.delete(connector.connectorId);
  central.tree.remove(node.id);
}

async function removeStation(central: Central, person: Person, node: LiveNode, station: Station, version: number): Promise<void> {
  const now = central.clock.now();
  const unit: Statement[] = [removeOutletsOf(station.id, now, person.name)];
  for (const connector of station.connectors.values())
    if (connector.session) unit.push(...(await closing(central, station, connector, connector.session, now, 'person')));
  unit.push(
    removal(central, person, node, version),
    updateStation(station.id, { active: 0, pendingPasswordHashes: null }),
    noted(central, person, node),
  );
  await write(central, node, unit);
  central.stations.remove(station.id);
  central.deviations.shown.delete(station.id);
  const link = station.link;
  station.link = null;
  link?.close('removed');
}

const write = (central: Central, node: LiveNode, unit: readonly Statement[]) =>
  changing(central, { nodeId: node.id }, () => central.storage.write(unit));

const removal = (central: Central, person: Person, node: LiveNode, version: number) =>
  edit(central, person, node.id, version, { removedAt: central.clock.now() });

const noted = (central: Central, person: Person, node: LiveNode) =>
  audit(central, person, { ...about(node), action: 'tree.remove', before: { kind: node.kind, key: node.key } });
