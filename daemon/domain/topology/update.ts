import type { OutletMode, PlugType } from '../../../shared/model/node.ts';
import { nodeById, outletById, siteById, updateNode as updateNodeRow, updateOutletRow, updateSite } from '../../storage/nodes.ts';
import { updateStation as updateStationRow } from '../../storage/stations.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { callBackUrl } from '../station/call-back.ts';
import { areNetworks, isWithin } from '../station/networks.ts';
import type { Station } from '../station/station.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { requireTimeZone } from '../user/time-zone.ts';
import type { LiveNode } from './live-tree.ts';
import { changing, needNode, requireChargeBoxId } from './nodes.ts';
import { showConnector } from './tree-state.ts';

export type SiteFacts = Readonly<
  Partial<{ staticId: string; address: string; latitude: number | null; longitude: number | null; timeZone: string }>
>;
export type NodeUpdate = Readonly<{ version: number; name?: string; description?: string; site?: SiteFacts }>;

/** Changes name, description and, of a site, its facts. Another version than the one on disk refuses with `changedMeanwhile`. */
export async function updateNode(central: Central, person: Person, nodeId: string, update: NodeUpdate): Promise<LiveNode> {
  const node = needNode(central, nodeId);
  if (update.site && node.kind !== 'site') throw new DomainError('nodeKindRefused');
  if (update.site?.timeZone !== undefined) requireTimeZone(update.site.timeZone, 'timeZone');
  const name = update.name?.trim();
  const before = await factsOf(central, node);
  const set = {
    ...(name !== undefined && { name }),
    ...(update.description !== undefined && { description: update.description }),
  };
  const unit: Statement[] = [edit(central, person, node.id, update.version, set)];
  if (update.site && Object.keys(update.site).length > 0) unit.push(updateSite(node.id, update.site));
  const after = { ...set, ...update.site };
  unit.push(audit(central, person, { ...about(node), action: 'tree.update', before: only(before, after), after }));
  await changing(central, { nodeId: node.id, ...(name !== undefined && { name }) }, () => central.storage.write(unit));

  const key = node.kind === 'site' && update.site?.address !== undefined ? update.site.address : node.key;
  central.tree.change(node.id, { name: name ?? node.name, key });
  if (update.site?.timeZone !== undefined)
    for (const station of central.stations.all()) if (station.siteId === node.id) station.timeZone = update.site.timeZone;
  return node;
}

export type StationUpdate = Readonly<{
  version: number;
  chargeBoxId?: string;
  registration?: Station['registration'];
  pingIntervalS?: number | null;
  requireSubprotocol?: boolean;
  /** Where it is called over SOAP; null: where it says itself. */
  callBackOverride?: string | null;
  /** Networks from which it may come; empty: any. */
  sourceNetworks?: readonly string[];
  /** Forgets what it speaks; its next accepted contact binds it again. */
  releaseTransport?: boolean;
}>;

/** Changes what we know of a station. A new ChargeBoxId or a registration that ends takes its line away: it has to come again. */
export async function updateStation(
  central: Central,
  person: Person,
  stationId: string,
  update: StationUpdate,
): Promise<Station> {
  const node = needNode(central, stationId);
  const station = central.stations.byId(node.id);
  if (!station) throw new DomainError('nodeKindRefused');
  const { version, ...after } = update;
  if (after.chargeBoxId !== undefined) requireChargeBoxId(after.chargeBoxId);
  const isRenamed = after.chargeBoxId !== undefined && after.chargeBoxId !== station.chargeBoxId;
  requireReach(after);
  const { requireSubprotocol, sourceNetworks, releaseTransport = false, ...rest } = after;
  const set = {
    ...rest,
    ...(requireSubprotocol !== undefined && { requireSubprotocol: requireSubprotocol ? 1 : 0 }),
    ...(sourceNetworks !== undefined && { sourceNetworks: sourceNetworks.length === 0 ? null : sourceNetworks.join(',') }),
    ...(releaseTransport && { transport: null }),
  };
  const unit = [edit(central, person, node.id, version, {})];
  if (Object.keys(set).length > 0) unit.push(updateStationRow(station.id, set));
  const before: Record<string, unknown> = {
    chargeBoxId: station.chargeBoxId,
    registration: station.registration,
    pingIntervalS: station.pingIntervalS,
    requireSubprotocol: station.requireSubprotocol,
    callBackOverride: station.callBack.override,
    sourceNetworks: station.sourceNetworks,
    releaseTransport: false,
  };
  unit.push(audit(central, person, { ...about(node), action: 'stations.update', before: only(before, after), after }));
  await changing(central, { nodeId: node.id, ...(isRenamed && { chargeBoxId: after.chargeBoxId ?? '' }) }, () =>
    central.storage.write(unit),
  );

  if (isRenamed && after.chargeBoxId !== undefined) {
    central.stations.rename(station, after.chargeBoxId);
    central.tree.change(node.id, { key: after.chargeBoxId });
  }
  if (after.pingIntervalS !== undefined) station.pingIntervalS = after.pingIntervalS;
  if (requireSubprotocol !== undefined) station.requireSubprotocol = requireSubprotocol;
  const hasEnded = after.registration !== undefined && after.registration !== 'accepted' && station.registration === 'accepted';
  if (after.registration !== undefined) station.registration = after.registration;
  if (hasEnded) station.booted = false;
  if (after.callBackOverride !== undefined) station.callBack = { ...station.callBack, override: after.callBackOverride };
  if (sourceNetworks !== undefined) station.sourceNetworks = sourceNetworks;
  const isOutside = station.link !== null && !isWithin(station.link.address, station.sourceNetworks);
  if (isRenamed || hasEnded || isOutside || releaseTransport) station.link?.close('settings changed');
  if (releaseTransport) station.protocol = null;
  central.publish({ kind: 'station.changed', stationId: station.id });
  return station;
}

/** What a person says of where a station is, or may come from, must be an address. */
function requireReach({ callBackOverride, sourceNetworks }: Omit<StationUpdate, 'version'>): void {
  if (typeof callBackOverride === 'string' && callBackUrl(callBackOverride) === null)
    throw new DomainError('inputInvalid', {}, { callBackOverride: 'inputInvalid' });
  if (sourceNetworks && !areNetworks(sourceNetworks))
    throw new DomainError('inputInvalid', {}, { sourceNetworks: 'inputInvalid' });
}

export type OutletUpdate = Readonly<{ version: number; mode?: OutletMode; plug?: PlugType; parking?: string }>;

/** Changes mode, plug and parking of an outlet (PRODUCT M32). */
export async function updateOutlet(central: Central, person: Person, outletId: string, update: OutletUpdate): Promise<LiveNode> {
  const node = needNode(central, outletId);
  const station = node.parent && central.stations.byId(node.parent.id);
  if (node.kind !== 'outlet' || !station) throw new DomainError('nodeKindRefused');
  const { version, ...after } = update;
  const row = await outletById(central.storage.read, node.id);
  const before = { mode: row?.mode, plug: row?.plug, parking: row?.parking };
  const unit = [edit(central, person, node.id, version, {})];
  if (Object.keys(after).length > 0) unit.push(updateOutletRow(node.id, after));
  unit.push(audit(central, person, { ...about(node), action: 'stations.updateOutlet', before: only(before, after), after }));
  await changing(central, { nodeId: node.id }, () => central.storage.write(unit));

  for (const connector of station.connectors.values()) {
    if (connector.outletId !== node.id) continue;
    if (after.mode !== undefined) connector.mode = after.mode;
    showConnector(central, station, connector);
  }
  central.publish({ kind: 'station.changed', stationId: station.id });
  return node;
}

/** The next version of a node; the schema refuses it when the version that was read is not the one on disk. */
export const edit = (
  central: Central,
  person: Person,
  id: number,
  version: number,
  set: Readonly<{ name?: string; description?: string; parentId?: number; siteId?: number; removedAt?: number }>,
): Statement => updateNodeRow(id, { ...set, version: version + 1, updatedAt: central.clock.now(), updatedBy: person.name });

export const about = (node: LiveNode) => ({ subject: node.name, siteId: node.siteId });

async function factsOf(central: Central, node: LiveNode): Promise<Record<string, unknown>> {
  const row = await nodeById(central.storage.read, node.id);
  const site = node.kind === 'site' ? await siteById(central.storage.read, node.id) : undefined;
  return { name: row?.name, description: row?.description, ...site };
}

const only = (before: Readonly<Record<string, unknown>>, after: object) =>
  Object.fromEntries(Object.keys(after).map((key) => [key, before[key]]));
