import { randomUUIDv7 } from 'node:crypto';
import { childKinds, type NodeKind, type OutletMode, type SecurityProfile } from '../../../shared/model/node.ts';
import { idOfNode, insertNode, insertOutlet, insertSite, ownSite } from '../../storage/nodes.ts';
import { insertStation, newStation } from '../../storage/stations.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { newConnector, outletName } from '../station/connector.ts';
import { hashKey, type KeyHashes, keyColumn } from '../station/key.ts';
import { stationOf } from '../station/station-of.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { requireTimeZone } from '../user/time-zone.ts';
import type { LiveNode } from './live-tree.ts';
import { changing, needNode, requireChargeBoxId, zoneOf } from './nodes.ts';
import { showStation } from './tree-state.ts';

/** A node to make. `parentId` is a public id; outlets of a station get the numbers from 1 on. */
export type NodeCreation = Readonly<{
  parentId: string;
  kind: Exclude<NodeKind, 'system' | 'outlet'>;
  name: string;
  chargeBoxId?: string;
  /** Profile 1 unless said otherwise: a station made by hand has to prove who it is (SECURITY, profile 0 is off by default). */
  securityProfile?: SecurityProfile;
  password?: string;
  timeZone?: string;
  outlets?: number | readonly OutletMode[];
}>;

/** Makes a site, floor, charging station or network controller (PRODUCT M22), with its audit entry in the same unit. */
export async function createNode(
  central: Central,
  person: Person,
  creation: NodeCreation,
  beside: readonly Statement[] = [],
): Promise<LiveNode> {
  const parent = needNode(central, creation.parentId);
  if (!childKinds[parent.kind].includes(creation.kind)) throw new DomainError('nodeKindRefused');
  if (creation.kind === 'site') return createSite(central, person, parent, creation);
  if (creation.kind === 'station') return createStation(central, person, parent, creation, beside);
  const publicId = randomUUIDv7();
  const unit = [
    insertNode(nodeRow(central, person, publicId, creation.kind, parent, creation.name)),
    noted(central, person, parent, creation),
  ];
  const [written] = await changing(central, creation, () => central.storage.write(unit));
  return central.tree.add({ ...shapeOf(publicId, creation, ''), id: idOf(written), siteId: parent.siteId }, parent.id);
}

async function createSite(central: Central, person: Person, parent: LiveNode, creation: NodeCreation): Promise<LiveNode> {
  const timeZone = creation.timeZone ?? central.settings.defaultTimeZone;
  requireTimeZone(timeZone, 'timeZone');
  const publicId = randomUUIDv7();
  const unit = [
    insertNode(nodeRow(central, person, publicId, 'site', parent, creation.name)),
    ownSite(publicId),
    insertSite(publicId, { staticId: '', address: '', latitude: null, longitude: null, timeZone }),
    noted(central, person, parent, creation),
  ];
  const [written] = await changing(central, creation, () => central.storage.write(unit));
  const id = idOf(written);
  return central.tree.add({ ...shapeOf(publicId, creation, ''), id, siteId: id }, parent.id);
}

async function createStation(
  central: Central,
  person: Person,
  parent: LiveNode,
  creation: NodeCreation,
  beside: readonly Statement[],
): Promise<LiveNode> {
  const { chargeBoxId = '', password, securityProfile = 1 } = creation;
  requireChargeBoxId(chargeBoxId);
  const siteId = parent.siteId;
  if (siteId === null) throw new DomainError('nodeKindRefused');
  const key = password === undefined ? null : hashKey(password);
  const publicId = randomUUIDv7();
  const modes =
    typeof creation.outlets === 'number' ? Array<OutletMode>(creation.outlets).fill('RFID') : (creation.outlets ?? []);
  const outlets = modes.map((mode, index) => ({ publicId: randomUUIDv7(), connectorId: index + 1, mode }));

  const unit: Statement[] = [
    insertNode(nodeRow(central, person, publicId, 'station', parent, creation.name)),
    insertStation(publicId, newStation(chargeBoxId, securityProfile, keyColumn(key))),
  ];
  for (const outlet of outlets) unit.push(...outletRows(central, person, publicId, siteId, outlet));
  unit.push(noted(central, person, parent, creation), ...beside);
  const timeZone = await zoneOf(central, siteId);
  const written = await changing(central, creation, () => central.storage.write(unit));
  const id = idOf(written[0]);
  const node = central.tree.add({ ...shapeOf(publicId, creation, chargeBoxId), id, siteId }, parent.id);
  const ids = outlets.map((outlet, index) => ({ ...outlet, id: idOf(written[2 + 2 * index]) }));
  register(central, node, { chargeBoxId, securityProfile, key, siteId, timeZone }, ids);
  return node;
}

type Outlet = Readonly<{ publicId: string; connectorId: number; mode: OutletMode }>;

function outletRows(central: Central, person: Person, station: string, siteId: number, outlet: Outlet): Statement[] {
  const { publicId, connectorId, mode } = outlet;
  const now = central.clock.now();
  return [
    insertNode({
      publicId,
      kind: 'outlet',
      // The row id of the station is known to the same unit only.
      parentId: idOfNode(station) as unknown as number,
      siteId,
      name: outletName(connectorId),
      description: '',
      position: connectorId,
      version: 1,
      createdAt: now,
      updatedAt: now,
      updatedBy: person.name,
      removedAt: null,
    }),
    insertOutlet(publicId, { connectorId, plug: 'type2', mode, parking: '' }, station),
  ];
}

/** Puts a station that is on disk into the registry, and its outlets into the tree. */
function register(
  central: Central,
  node: LiveNode,
  made: Readonly<{
    chargeBoxId: string;
    securityProfile: SecurityProfile;
    key: KeyHashes | null;
    siteId: number;
    timeZone: string;
  }>,
  outlets: readonly (Outlet & Readonly<{ id: number }>)[],
): void {
  const row = { ...newStation(made.chargeBoxId, made.securityProfile, keyColumn(made.key)), nodeId: node.id };
  const station = stationOf(row, { publicId: node.publicId, siteId: made.siteId, timeZone: made.timeZone }, central.log);
  central.stations.add(station);
  for (const { id, publicId, connectorId, mode } of outlets) {
    const place = { siteId: made.siteId, name: outletName(connectorId), key: String(connectorId), position: connectorId };
    central.tree.add({ id, publicId, kind: 'outlet', ...place }, node.id);
    station.connectors.set(connectorId, newConnector(connectorId, id, mode));
  }
  showStation(central, station);
}

function nodeRow(central: Central, person: Person, publicId: string, kind: NodeKind, parent: LiveNode, name: string) {
  const now = central.clock.now();
  return {
    publicId,
    kind,
    parentId: parent.id,
    siteId: kind === 'site' ? null : parent.siteId,
    name: name.trim(),
    description: '',
    position: 0,
    version: 1,
    createdAt: now,
    updatedAt: now,
    updatedBy: person.name,
    removedAt: null,
  };
}

const shapeOf = (publicId: string, { kind, name }: NodeCreation, key: string) => ({
  publicId,
  kind,
  name: name.trim(),
  key,
  position: 0,
});

function noted(central: Central, person: Person, parent: LiveNode, { kind, name, chargeBoxId }: NodeCreation): Statement {
  const after = { kind, name, parent: parent.name, ...(chargeBoxId !== undefined && { chargeBoxId }) };
  return audit(central, person, { action: 'tree.create', subject: name, siteId: parent.siteId, after });
}

function idOf(written: Readonly<{ id: number }> | undefined): number {
  if (!written) throw new Error('a node was written without an id');
  return written.id;
}
