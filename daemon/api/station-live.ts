import type { OpenSession, OutletLive, Reservation, StationLive } from '../../shared/api/stations.ts';
import { requestKinds } from '../../shared/model/command.ts';
import type { PlugType } from '../../shared/model/node.ts';
import type { Central } from '../domain/central.ts';
import { commandOfRow } from '../domain/command/new-command.ts';
import { DomainError } from '../domain/error.ts';
import { deviationCount } from '../domain/station/deviation.ts';
import type { Connector, LiveSession, Station } from '../domain/station/station.ts';
import { transportOf } from '../domain/station/transport.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import { activeReservations } from '../storage/reservations.ts';
import { accountNames, commandPage, lastSessionsOf, outletsOf, stationRow } from '../storage/station-details.ts';

const newestCommands = 20;

/** The station that a node is; refuses a node of another kind, which has nothing that can be asked. */
export function stationOf(central: Central, node: LiveNode): Station {
  const station = node.kind === 'station' ? central.stations.byId(node.id) : undefined;
  if (!station) throw new DomainError('nodeKindRefused', { kind: node.kind, needed: 'station' });
  return station;
}

/** Everything that the page of a station shows, as it is now. Connection and live values come from memory, the rest from the database. */
export async function stationLive(central: Central, station: Station): Promise<StationLive> {
  const { read } = central.storage;
  const reservations = await activeReservations(read, station.id, central.clock.now());
  const [row, outlets, commands] = await Promise.all([
    stationRow(read, station.id),
    outletsLive(central, station, reservations),
    commandPage(read, station.id, { limit: newestCommands }),
  ]);
  const node = central.tree.byId(station.id);
  if (!row || !node) throw new DomainError('nodeUnknown', { nodeId: station.publicId });
  const { link } = station;
  return {
    id: station.publicId,
    name: node.name,
    chargeBoxId: station.chargeBoxId,
    timeZone: station.timeZone,
    state: node.state,
    online: link !== null,
    registration: station.registration,
    everConnected: station.firstConnectedAt !== null,
    securityProfile: station.securityProfile,
    hasPassword: row.passwordHashes !== null || row.pendingPasswordHashes !== null,
    protocol: link?.protocol ?? row.transport,
    secure: link?.secure ?? false,
    connectedSince: link?.connectedAt ?? null,
    lastSeenAt: station.lastSeenAt,
    address: link?.address ?? row.address,
    clockOffsetMs: row.clockOffsetMs === null && station.clockOffsetMs === 0 ? null : station.clockOffsetMs,
    vendor: row.vendor,
    model: row.model,
    serialNumber: row.serialNumber ?? row.boxSerialNumber,
    firmware: row.firmware,
    firmwareStatus: row.firmwareStatus,
    diagnosticsStatus: row.diagnosticsStatus,
    bootedAt: row.bootedAt,
    pingIntervalS: station.pingIntervalS,
    requireSubprotocol: station.requireSubprotocol,
    transport: station.protocol && transportOf(station.protocol),
    callBackOverride: station.callBack.override,
    callBackSeen: station.callBack.seen,
    callBackSeenAt: station.callBack.seenAt,
    canBeCommanded: link !== null && link.isDeaf !== true,
    lacks: link ? requestKinds.filter((kind) => !link.supports(kind)) : [],
    sourceNetworks: [...station.sourceNetworks],
    deviations: deviationCount(central, station),
    outlets,
    reservations,
    commands: commands.map((command) => commandOfRow(command, station)),
  };
}

/** The outlets of a station with their live values. */
export async function outletsLive(
  central: Central,
  station: Station,
  reservations: readonly Reservation[],
): Promise<OutletLive[]> {
  const { read } = central.storage;
  const outlets = await outletsOf(read, station.id);
  const connectors = outlets.map((outlet) => station.connectors.get(outlet.connectorId));
  const free = outlets.filter((_, index) => !connectors[index]?.session).map((outlet) => outlet.connectorId);
  const people = connectors.flatMap((connector) => connector?.session?.accountId ?? []);
  const [last, names] = await Promise.all([lastSessionsOf(read, station.id, free), accountNames(read, people)]);
  return outlets.map((outlet, index): OutletLive => {
    const before = last.find((session) => session?.connectorId === outlet.connectorId);
    return {
      id: outlet.publicId,
      connectorId: outlet.connectorId,
      name: outlet.name,
      plug: outlet.plug as PlugType, // written by the API alone, whose schema knows no other
      mode: outlet.mode === 'OPEN' ? 'OPEN' : 'RFID',
      parking: outlet.parking,
      state: central.tree.byId(outlet.nodeId)?.state ?? 'unknown',
      ...reported(connectors[index]),
      session: openSession(connectors[index]?.session ?? null, names),
      reservation: reservations.find(({ connectorId }) => connectorId === outlet.connectorId) ?? null,
      lastSession: before
        ? { id: before.publicId, endedAt: before.endedAt, energyWh: before.energyWh, durationMs: before.durationMs }
        : null,
    };
  });
}

const reported = (connector: Connector | undefined) => ({
  status: connector?.status ?? null,
  statusAt: connector?.statusAt ?? null,
  errorCode: connector?.errorCode ?? null,
  vendorErrorCode: connector?.vendorErrorCode ?? null,
  info: connector?.info ?? null,
  powerW: connector?.powerW ?? null,
  sampledAt: connector?.sampledAt ?? null,
});

const openSession = (session: LiveSession | null, names: ReadonlyMap<number, string>): OpenSession | null =>
  session && {
    id: session.publicId,
    transactionId: session.id,
    startedAt: session.startedAt,
    chargingStoppedAt: session.chargingStoppedAt,
    energyWh: session.energyWh,
    powerW: session.powerW,
    idTag: session.idTag === '' ? null : session.idTag,
    userName: session.accountId === null ? null : (names.get(session.accountId) ?? null),
  };
