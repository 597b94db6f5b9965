import { randomUUIDv7 } from 'node:crypto';
import { ConstraintError } from '../../storage/errors.ts';
import { insertNode, insertOutlet, nodeById, outletOf, updateNode } from '../../storage/nodes.ts';
import type { Central } from '../central.ts';
import { inTurn } from '../session/turn.ts';
import { stationEvent } from './event.ts';
import type { Connector, Station } from './station.ts';

/** A station that counts on and on does not fill the tree. */
const mostOutlets = 100;

/** Name of an outlet that nobody has named. */
export const outletName = (connectorId: number): string => `Outlet ${connectorId}`;

/** A connector of which nothing was heard. `outletId` is null for number 0. */
export const newConnector = (connectorId: number, outletId: number | null, mode: Connector['mode']): Connector => ({
  connectorId,
  outletId,
  mode,
  status: null,
  errorCode: null,
  info: null,
  vendorErrorCode: null,
  statusAt: null,
  statusReceivedAt: null,
  freeSince: null,
  powerW: null,
  energyRegisterWh: null,
  sampledAt: null,
  session: null,
});

/** The station's connector by its number; one that is not known becomes an outlet of the station. Null: too many, or no number. */
export async function outletFor(central: Central, station: Station, connectorId: number): Promise<Connector | null> {
  const known = station.connectors.get(connectorId);
  if (known) return known;
  if (!Number.isSafeInteger(connectorId) || connectorId < 0) return null;
  if (connectorId === 0) {
    const itself = newConnector(0, null, 'RFID');
    station.connectors.set(0, itself);
    return itself;
  }
  return inTurn(station, async () => station.connectors.get(connectorId) ?? (await makeOutlet(central, station, connectorId)));
}

async function makeOutlet(central: Central, station: Station, connectorId: number): Promise<Connector | null> {
  const outlets = station.connectors.size - (station.connectors.has(0) ? 1 : 0);
  if (outlets >= mostOutlets || connectorId > 1000) {
    station.log.warn({ connectorId }, 'connector ignored: the station reports more than can be');
    return null;
  }
  const now = central.clock.now();
  const removed = await outletOf(central.storage.read, station.id, connectorId);
  const nodeId = removed ? await revive(central, removed.nodeId) : await insert(central, station, connectorId);
  const node = await nodeById(central.storage.read, nodeId);
  if (!node) return null;
  central.tree.add(
    {
      id: node.id,
      publicId: node.publicId,
      kind: 'outlet',
      siteId: station.siteId,
      name: node.name,
      key: String(connectorId),
      position: connectorId,
    },
    station.id,
  );
  // The schema allows nothing else.
  const connector = newConnector(connectorId, nodeId, (removed?.mode as Connector['mode'] | undefined) ?? 'RFID');
  station.connectors.set(connectorId, connector);
  station.log.info({ connectorId, at: now }, 'outlet made: the station reports a connector that was not known');
  return connector;
}

async function insert(central: Central, station: Station, connectorId: number): Promise<number> {
  const now = central.clock.now();
  const publicId = randomUUIDv7();
  const [node] = await central.storage.write([
    insertNode({
      publicId,
      kind: 'outlet',
      parentId: station.id,
      siteId: station.siteId,
      name: outletName(connectorId),
      description: '',
      position: connectorId,
      version: 1,
      createdAt: now,
      updatedAt: now,
      updatedBy: null,
      removedAt: null,
    }),
    insertOutlet(publicId, { connectorId, plug: 'type2', mode: 'RFID', parking: '' }, station.publicId),
    stationEvent(central, station, { kind: 'outlet.found', severity: 'info', data: { connectorId } }),
  ]);
  if (!node) throw new Error('a node was written without an id');
  return node.id;
}

async function revive(central: Central, nodeId: number): Promise<number> {
  await central.storage.write([updateNode(nodeId, { removedAt: null })]);
  return nodeId;
}

/** Whether a unit failed because of a rule of the schema. */
export const broke = (error: unknown, constraint: string): boolean =>
  error instanceof ConstraintError && error.constraint === constraint;
