import { randomUUIDv7 } from 'node:crypto';
import type { NodeKind, OutletMode } from '../../../shared/model/node.ts';
import type { Provision } from '../../../shared/provision.ts';
import { insertNode, insertSite, nodeById, ownSite } from '../../storage/nodes.ts';
import { insertNodeBelow, insertOutletPart, insertStationPart, renameSystem, siteZones } from '../../storage/provision.ts';
import { activeStations } from '../../storage/stations.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { newConnector } from '../station/connector.ts';
import { hashKey, keyColumn } from '../station/key.ts';
import type { Station } from '../station/station.ts';
import { stationOf } from '../station/station-of.ts';
import { audit } from '../user/audit.ts';
import { type Person, theSystem } from '../user/person.ts';
import { requireTimeZone } from '../user/time-zone.ts';
import type { LiveNode } from './live-tree.ts';
import { requireChargeBoxId } from './nodes.ts';
import { type ProvisionedStation, ProvisionRefused } from './provision-file.ts';
import { planUsers, provisionUsers } from './provision-users.ts';
import { showStation } from './tree-state.ts';

type Site = NonNullable<Provision['sites']>[number];
/** A site or a floor: what stations and controllers stand below. */
type Part = Pick<Site, 'stations' | 'controllers'>;

/** How much of each was added; what was there already is not counted. */
export type ProvisionSummary = Record<'sites' | 'floors' | 'stations' | 'controllers' | 'outlets' | 'users' | 'tags', number>;

/** A node that a unit adds, for the tree in memory; its ids are known once the unit is on disk. */
type AddedNode = Readonly<{
  publicId: string;
  kind: NodeKind;
  parent: string;
  site: string;
  name: string;
  key: string;
  position: number;
  /** Place of its insert in the unit. */
  statement: number;
}>;

type AddedOutlet = Readonly<{ station: string; node: string; connectorId: number; mode: OutletMode }>;

type Plan = Readonly<{
  person: Person;
  unit: Statement[];
  nodes: AddedNode[];
  /** Public ids of the stations among them. */
  stations: string[];
  outlets: AddedOutlet[];
  summary: ProvisionSummary;
}>;

/** Where something is to stand: existing nodes and those of this plan are named by their public id. */
type Place = Readonly<{ publicId: string; site: string }>;

/**
 * Makes topology and accounts from a file (DESIGN §3). Idempotent by natural key: site name in its parent, ChargeBoxId, e-mail, tag.
 * What is there already stays as people have made it since; what is not is added, all of the topology in one unit.
 * Refuses with `ProvisionRefused`, which names the place in the file.
 */
export async function provision(central: Central, file: Provision): Promise<ProvisionSummary> {
  const person = theSystem('provision');
  const summary = { sites: 0, floors: 0, stations: 0, controllers: 0, outlets: 0, users: 0, tags: 0 };
  const plan: Plan = { person, unit: [], nodes: [], stations: [], outlets: [], summary };
  for (const [index, site] of (file.sites ?? []).entries()) planSite(central, plan, site, `sites[${index}]`);
  const users = await planUsers(central, file);
  await write(central, plan, file.system?.name);
  await provisionUsers(central, person, users, summary);
  if ((file.services ?? []).length > 0) central.log.warn('services of the provision file are not kept by this version');
  return summary;
}

function planSite(central: Central, plan: Plan, site: Site, path: string): void {
  const place = childNamed(central, central.tree.root().publicId, 'site', site.name) ?? addSite(central, plan, site, path);
  planPart(central, plan, site, place, path);
  for (const [index, floor] of (site.floors ?? []).entries()) {
    const known = childNamed(central, place.publicId, 'floor', floor.name);
    const floorPlace = known ?? addNode(central, plan, 'floor', floor.name, '', index + 1, place);
    if (!known) plan.summary.floors += 1;
    planPart(central, plan, floor, floorPlace, `${path}.floors[${index}]`);
  }
}

function addSite(central: Central, plan: Plan, site: Site, path: string): Place {
  const timeZone = site.timeZone ?? central.settings.defaultTimeZone;
  try {
    requireTimeZone(timeZone, 'timeZone');
  } catch {
    throw new ProvisionRefused(`${path}.timeZone`, `"${timeZone}" is no IANA time zone, such as Europe/Oslo.`);
  }
  const publicId = randomUUIDv7();
  const now = central.clock.now();
  const { text = '', latitude = null, longitude = null } = site.address ?? {};
  const root = central.tree.root();
  const { name } = site;
  plan.nodes.push({
    ...{ publicId, kind: 'site', parent: root.publicId, site: publicId, name, key: text, position: 0 },
    statement: plan.unit.length,
  });
  plan.unit.push(
    insertNode({
      publicId,
      kind: 'site',
      parentId: root.id,
      siteId: null,
      name,
      description: '',
      position: 0,
      version: 1,
      createdAt: now,
      updatedAt: now,
      updatedBy: plan.person.name,
      removedAt: null,
    }),
    ownSite(publicId),
    insertSite(publicId, { staticId: '', address: text, latitude, longitude, timeZone }),
  );
  plan.summary.sites += 1;
  return { publicId, site: publicId };
}

function planPart(central: Central, plan: Plan, part: Part, place: Place, path: string): void {
  for (const [index, station] of (part.stations ?? []).entries())
    planStation(central, plan, station, index + 1, place, `${path}.stations[${index}]`);
  for (const [index, controller] of (part.controllers ?? []).entries()) {
    if (childNamed(central, place.publicId, 'controller', controller.name)) continue;
    addNode(central, plan, 'controller', controller.name, '', index + 1, place);
    plan.summary.controllers += 1;
  }
}

function planStation(
  central: Central,
  plan: Plan,
  station: ProvisionedStation,
  position: number,
  place: Place,
  path: string,
): void {
  requireUsable(station.chargeBoxId, `${path}.chargeBoxId`);
  const known = central.stations.byChargeBoxId(station.chargeBoxId);
  const stationPlace = known ? placeOf(central, known.id) : addStation(central, plan, station, position, place);
  for (const { connectorId, plug = 'type2', mode } of station.outlets) {
    if (known?.connectors.has(connectorId)) continue;
    const outlet = addNode(central, plan, 'outlet', `Outlet ${connectorId}`, String(connectorId), connectorId, stationPlace);
    plan.unit.push(insertOutletPart({ node: outlet.publicId, station: stationPlace.publicId, connectorId, plug, mode }));
    plan.outlets.push({ station: stationPlace.publicId, node: outlet.publicId, connectorId, mode });
    plan.summary.outlets += 1;
  }
}

function addStation(central: Central, plan: Plan, station: ProvisionedStation, position: number, place: Place): Place {
  const added = addNode(central, plan, 'station', station.name, station.chargeBoxId, position, place);
  const key = station.password === undefined ? null : hashKey(station.password);
  const securityProfile = key === null ? 0 : 1;
  const { chargeBoxId } = station;
  plan.unit.push(insertStationPart({ node: added.publicId, chargeBoxId, securityProfile, passwordHashes: keyColumn(key) }));
  plan.stations.push(added.publicId);
  plan.summary.stations += 1;
  return added;
}

function addNode(
  central: Central,
  plan: Plan,
  kind: NodeKind,
  name: string,
  key: string,
  position: number,
  parent: Place,
): Place {
  const publicId = randomUUIDv7();
  const { site } = parent;
  plan.nodes.push({ publicId, kind, parent: parent.publicId, site, name, key, position, statement: plan.unit.length });
  const createdAt = central.clock.now();
  const updatedBy = plan.person.name;
  plan.unit.push(insertNodeBelow({ publicId, kind, parent: parent.publicId, site, name, position, createdAt, updatedBy }));
  return { publicId, site };
}

/** One unit for all of it: a file is applied whole or not at all. */
async function write(central: Central, plan: Plan, systemName: string | undefined): Promise<void> {
  const root = central.tree.root();
  const isRenamed = systemName !== undefined && systemName !== root.name && (await isUntouched(central, root.id));
  if (isRenamed) plan.unit.push(...renameSystem(root.id, systemName));
  if (plan.unit.length === 0) return;
  plan.unit.push(audit(central, plan.person, { action: 'system.provision', subject: root.name, after: plan.summary }));
  const written = await central.storage.write(plan.unit);
  if (isRenamed) central.tree.change(root.id, { name: systemName });
  await remember(central, plan, (node) => written[node.statement]?.id ?? 0);
}

/** Whether nobody has edited a node since the program made it. */
async function isUntouched(central: Central, id: number): Promise<boolean> {
  return (await nodeById(central.storage.read, id))?.version === 1;
}

/** Puts what is on disk into the tree and the registry. */
async function remember(central: Central, plan: Plan, idOf: (node: AddedNode) => number): Promise<void> {
  for (const node of plan.nodes) {
    const { publicId, kind, name, key, position } = node;
    const id = idOf(node);
    const siteId = kind === 'site' ? id : needNode(central, node.site).id;
    central.tree.add({ id, publicId, kind, siteId, name, key, position }, needNode(central, node.parent).id);
  }
  const { read } = central.storage;
  const zones = new Map((await siteZones(read)).map((site) => [site.nodeId, site.timeZone]));
  const rows = new Map((await activeStations(read)).map((row) => [row.nodeId, row]));
  for (const { id, publicId, siteId } of plan.stations.map((added) => needNode(central, added))) {
    const row = rows.get(id);
    if (!row || siteId === null) throw new Error(`station ${publicId} was written but is not there`);
    const timeZone = zones.get(siteId) ?? central.settings.defaultTimeZone;
    central.stations.add(stationOf(row, { publicId, siteId, timeZone }, central.log));
  }
  const changed = new Set<Station>();
  for (const { station: parent, node, connectorId, mode } of plan.outlets) {
    const station = central.stations.byId(needNode(central, parent).id);
    station?.connectors.set(connectorId, newConnector(connectorId, needNode(central, node).id, mode));
    if (station) changed.add(station);
  }
  for (const station of changed) showStation(central, station);
}

function requireUsable(chargeBoxId: string, path: string): void {
  try {
    requireChargeBoxId(chargeBoxId);
  } catch {
    throw new ProvisionRefused(path, `"${chargeBoxId}" has a slash, colon or control character, or a space at its end.`);
  }
}

function childNamed(central: Central, parent: string, kind: NodeKind, name: string): Place | null {
  const children = central.tree.byPublicId(parent)?.children ?? [];
  for (const child of children)
    if (child.kind === kind && child.name.toLowerCase() === name.toLowerCase()) return placeOf(central, child.id);
  return null;
}

function placeOf(central: Central, nodeId: number): Place {
  const node = central.tree.byId(nodeId);
  const site = node?.siteId ? central.tree.byId(node.siteId) : undefined;
  if (!node || !site) throw new Error(`node ${nodeId} stands below no site`);
  return { publicId: node.publicId, site: site.publicId };
}

function needNode(central: Central, publicId: string): LiveNode {
  const node = central.tree.byPublicId(publicId);
  if (!node) throw new Error(`no node ${publicId} in the tree`);
  return node;
}
