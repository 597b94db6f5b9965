import type { ConnectorStatus } from '../../../shared/model/state.ts';
import { keepConnectorState } from '../../storage/connector-states.ts';
import { loseReservations } from '../../storage/reservations.ts';
import { updateStation } from '../../storage/stations.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { tellDeed } from '../command/proof.ts';
import { endSession } from '../session/end.ts';
import { inTurn } from '../session/turn.ts';
import { showConnector } from '../topology/tree-state.ts';
import { stationTime, watchClock } from './clock.ts';
import { outletFor } from './connector.ts';
import { stationEvent } from './event.ts';
import type { Connector, Station } from './station.ts';

/** What a station says about one connector, or with number 0 about itself. `reportedAt` is null when it gave no usable time. */
export type StatusReport = Readonly<{
  connectorId: number;
  status: ConnectorStatus;
  errorCode: string;
  info: string | null;
  vendorId: string | null;
  vendorErrorCode: string | null;
  reportedAt: number | null;
}>;

/** The cable is out of the car, or was never in. */
const isFree = (status: ConnectorStatus) => status === 'Available' || status === 'Reserved';
const dayMs = 86_400_000;

/**
 * Keeps the state of a connector. A later time stamp wins over an earlier one that arrives after it (FACTS §6.7), within one connection:
 * after a reconnect a station tells how it is now, whatever its clock says. The first status that shows the connector free ends a
 * session that had stopped.
 */
export async function reportStatus(central: Central, station: Station, report: StatusReport): Promise<void> {
  const hasLearned = watchClock(central, station, report.reportedAt);
  const { at } = stationTime(central, station, report.reportedAt);
  const connector = await outletFor(central, station, report.connectorId);
  if (!connector || isOutdated(station, connector, at)) return;

  const unit: Statement[] = [
    keepConnectorState({
      stationId: station.id,
      connectorId: report.connectorId,
      status: report.status,
      errorCode: report.errorCode,
      info: report.info,
      vendorId: report.vendorId,
      vendorErrorCode: report.vendorErrorCode,
      statusAt: at,
      receivedAt: central.clock.now(),
    }),
  ];
  if (hasLearned) unit.push(updateStation(station.id, { clockOffsetMs: station.clockOffsetMs }));
  const isOutOfService = report.status === 'Faulted' || report.status === 'Unavailable';
  if (isOutOfService && connector.status !== report.status) unit.push(loseReservations(station.id, report.connectorId, at));
  if (isNewTrouble(connector, report)) unit.push(trouble(central, station, report, at));

  await central.storage.write(unit);
  apply(central, connector, report, at);
  if (isFree(report.status) && connector.session?.state === 'stopped') await endStopped(central, station, connector, at);
  showConnector(central, station, connector);
  central.publish({ kind: 'station.changed', stationId: station.id });
  tellDeed(central.proofs, station.id, { did: 'reported', connectorId: report.connectorId, status: report.status });
}

function isOutdated(station: Station, connector: Connector, at: number): boolean {
  if (connector.statusAt === null || connector.statusReceivedAt === null || at >= connector.statusAt) return false;
  const since = Math.max(station.link?.connectedAt ?? 0, station.bootedAt ?? 0);
  const isOfThisConnection = connector.statusReceivedAt >= since;
  // A little earlier may be jitter of the clock, and much earlier a clock that was set back: both are news.
  const earlierBy = connector.statusAt - at;
  return isOfThisConnection && earlierBy > 1000 && earlierBy < dayMs;
}

function isNewTrouble(connector: Connector, report: StatusReport): boolean {
  const isTrouble = report.status === 'Faulted' || report.errorCode !== 'NoError';
  return isTrouble && (connector.status !== report.status || connector.errorCode !== report.errorCode);
}

const trouble = (central: Central, station: Station, report: StatusReport, at: number) =>
  stationEvent(central, station, {
    kind: 'connector.error',
    severity: report.status === 'Faulted' ? 'alarm' : 'warning',
    at,
    data: {
      connectorId: report.connectorId,
      status: report.status,
      errorCode: report.errorCode,
      vendorErrorCode: report.vendorErrorCode,
      info: report.info,
    },
  });

function apply(central: Central, connector: Connector, report: StatusReport, at: number): void {
  if (!isFree(report.status)) connector.freeSince = null;
  else connector.freeSince ??= at;
  connector.status = report.status;
  connector.errorCode = report.errorCode;
  connector.info = report.info;
  connector.vendorErrorCode = report.vendorErrorCode;
  connector.statusAt = at;
  connector.statusReceivedAt = central.clock.now();
  // A free outlet gives nothing, whatever was measured last.
  if (isFree(report.status) && !connector.session) connector.powerW = null;
}

const endStopped = (central: Central, station: Station, connector: Connector, at: number) =>
  inTurn(station, async () => {
    const session = connector.session;
    if (session?.state === 'stopped') await endSession(central, station, connector, session, at);
  });
