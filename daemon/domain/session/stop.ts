import type { SessionFlag } from '../../../shared/model/session.ts';
import { forgetProfilesOfSession } from '../../storage/charging-profiles.ts';
import { keepSample } from '../../storage/samples.ts';
import { insertOrphanStop, type SessionRecord, sessionById, updateSession } from '../../storage/sessions.ts';
import type { Statement } from '../../storage/storage.ts';
import { authorize, type TagStatus } from '../authorization/authorize.ts';
import type { Central } from '../central.ts';
import { tellDeed } from '../command/proof.ts';
import { type StationTime, stationTime } from '../station/clock.ts';
import { stationEvent } from '../station/event.ts';
import type { Connector, LiveSession, Station } from '../station/station.ts';
import { showConnector } from '../topology/tree-state.ts';
import { leave } from './end.ts';
import { sessionEnergy } from './energy.ts';
import { flagsColumn, flagsOf, liveSession, meterOf, sessionEvent } from './live.ts';
import { gather, scaled } from './meter.ts';
import type { Reading } from './reading.ts';
import { rollUp } from './roll-up.ts';
import { sampleOf } from './sample.ts';
import { ownSession } from './start.ts';
import { inTurn } from './turn.ts';
import { sessionOfUnnumbered } from './unnumbered-stop.ts';

/** A stop as the station told it. `stoppedAt` is null when it gave no usable time; `raw` is the whole message, for orphans. */
export type SessionStop = Readonly<{
  transactionId: number;
  idTag: string | null;
  stoppedAt: number | null;
  /** Null: the station does not know it. */
  meterStopWh: number | null;
  reason: string | null;
  readings: readonly Reading[];
  raw: unknown;
}>;

const mostPayload = 100_000;
/** An orphan's register in the key that tells it from others. */
const unknownWh = -1;

/**
 * Stops a session. Always accepted, whatever it says (OCPP 1.6 §4.10): a repeated stop changes nothing, one of no session of this
 * station is kept as an orphan (FIELD 7, SECURITY A5), and one that comes after its session was given up counts all the same (FIELD 6).
 * One of a station that never learnt the id finds its session by what it tells, if that is plain.
 * The tag is judged for the answer only; it cannot prevent the stop.
 */
export function stopSession(central: Central, station: Station, stop: SessionStop): Promise<{ tag: TagStatus | null }> {
  return inTurn(station, async () => {
    const tag = stop.idTag === null || stop.idTag === '' ? null : await authorize(central, station, stop.idTag, null);
    const record = await (stop.transactionId < 1
      ? sessionOfUnnumbered(central, station, stop)
      : ownSession(central, station, stop.transactionId));
    if (!record) await keepOrphan(central, station, stop);
    else if (record.stopReceivedAt === null) await close(central, station, record, stop);
    return { tag };
  });
}

async function keepOrphan(central: Central, station: Station, stop: SessionStop): Promise<void> {
  const { at, saidAt } = stationTime(central, station, stop.stoppedAt);
  const [written] = await central.storage.write([
    insertOrphanStop({
      stationId: station.id,
      transactionId: stop.transactionId,
      idTag: stop.idTag,
      stoppedAt: stop.stoppedAt === null ? at : saidAt,
      meterStopWh: stop.meterStopWh ?? unknownWh,
      reason: stop.reason,
      payload: (JSON.stringify(stop.raw) ?? 'null').slice(0, mostPayload),
      receivedAt: central.clock.now(),
    }),
  ]);
  if (written?.changes === 0) return; // The same one, repeated.
  const isForeign = Boolean(await sessionById(central.storage.read, stop.transactionId));
  station.log.warn(
    { transactionId: stop.transactionId, isForeign },
    'stop of a session that is not known here, kept as an orphan',
  );
  const data = { transactionId: stop.transactionId, idTag: stop.idTag, meterStopWh: stop.meterStopWh, reason: stop.reason };
  const kind = isForeign ? 'session.foreignStop' : 'session.orphanStop';
  const severity = isForeign ? 'alarm' : 'warning';
  await central.storage.write([stationEvent(central, station, { kind, severity, at, data })]);
}

async function close(central: Central, station: Station, record: SessionRecord, stop: SessionStop): Promise<void> {
  const connector = station.connectors.get(record.connectorId);
  const open = connector?.session?.id === record.id ? connector.session : null;
  const session = open ?? liveSession(record, await meterOf(central, record));
  const time = stationTime(central, station, stop.stoppedAt);
  const stoppedAt = Math.max(record.startedAt, time.at);
  const samples = samplesOf(central, station, record, session, stop.readings);

  const energy = sessionEnergy(session.meter, stop.meterStopWh, stoppedAt);
  const flags = new Set<SessionFlag>([...flagsOf(record.flags), ...session.flags, ...energy.flags]);
  if (time.corrected || time.at < record.startedAt) flags.add('clockCorrected');
  // `closing` had to say so of a session whose stop had not come.
  if (!energy.flags.includes('meterMissing') && record.meterStartWh >= 0) flags.delete('meterMissing');
  const endedAt = endOf(station, record, open ? connector : undefined, stop, stoppedAt);
  const rolled = await rollUp(
    central,
    { ...record, energyWh: energy.energyWh, stoppedAt, endedAt: endedAt ?? stoppedAt },
    record.rolledUp,
  );
  await central.storage.write([
    updateSession(record.id, {
      state: endedAt === null ? 'stopped' : 'ended',
      chargingStoppedAt: stoppedAt,
      endedAt,
      stopReceivedAt: central.clock.now(),
      durationMs: endedAt === null ? null : endedAt - record.startedAt,
      meterStopWh: stop.meterStopWh,
      energyWh: energy.energyWh,
      lastEnergyWh: session.energyWh,
      powerW: null,
      peakPowerW: session.peakPowerW,
      lastSampleAt: session.lastSampleAt,
      stopReason: stop.reason ?? 'Local',
      stopIdTag: stop.idTag,
      flags: flagsColumn(flags),
      rolledUp: rolled.rolledUp,
    }),
    ...samples,
    ...rolled.statements,
    forgetProfilesOfSession({ stationId: station.id, transactionId: record.id }),
    ...doubts(central, station, record, stop, flags),
  ]);
  if (open && connector) settle(central, station, connector, open, { stoppedAt, endedAt, energyWh: energy.energyWh });
  tellDeed(central.proofs, station.id, { did: 'stopped', sessionId: record.id });
  central.publish(sessionEvent(endedAt === null ? 'session.changed' : 'session.ended', station, record));
  central.publish({ kind: 'station.changed', stationId: station.id });
}

/** The station's connector after a stop. */
function settle(
  central: Central,
  station: Station,
  connector: Connector,
  session: LiveSession,
  end: Readonly<{ stoppedAt: number; endedAt: number | null; energyWh: number | null }>,
): void {
  session.state = 'stopped';
  session.chargingStoppedAt = end.stoppedAt;
  session.energyWh = end.energyWh;
  session.powerW = null;
  connector.powerW = null;
  if (end.endedAt !== null) leave(connector, session);
  showConnector(central, station, connector);
}

/**
 * When the cable left the car, if it has: told by the reason, or by the connector that is free already. Null: it is still in, and the first
 * status that shows the connector free will end the session. Of a session that is over long since, or that nobody watched, the stop has
 * to do as its end.
 */
function endOf(
  station: Station,
  record: SessionRecord,
  connector: Connector | undefined,
  stop: SessionStop,
  stoppedAt: number,
): number | null {
  if (stop.reason === 'EVDisconnected' || !connector) return stoppedAt;
  if (connector.freeSince === null) {
    // Nothing was ever said of the connector: nothing more will be.
    return connector.status === null ? stoppedAt : null;
  }
  const wasWatched = station.link !== null && station.link.connectedAt <= stoppedAt;
  return wasWatched && connector.freeSince > record.startedAt ? Math.max(stoppedAt, connector.freeSince) : stoppedAt;
}

/** The readings in the stop itself (transactionData): stored with those that came before, each once (FIELD 5). */
function samplesOf(
  central: Central,
  station: Station,
  record: SessionRecord,
  session: LiveSession,
  readings: readonly Reading[],
): Statement[] {
  const receivedAt = central.clock.now();
  return readings.map((reading) => {
    const { at }: StationTime = stationTime(central, station, reading.at);
    const sample = sampleOf(reading);
    gather(session, at, sample, sample.powerW);
    const figures = scaled(sample, session.meter);
    return keepSample({
      stationId: station.id,
      connectorId: record.connectorId,
      sampledAt: at,
      context: sample.context,
      sessionId: record.id,
      receivedAt,
      ...figures,
    });
  });
}

function doubts(central: Central, station: Station, record: SessionRecord, stop: SessionStop, flags: Set<SessionFlag>) {
  if (!flags.has('implausible')) return [];
  const data = { connectorId: record.connectorId, meterStartWh: record.meterStartWh, meterStopWh: stop.meterStopWh };
  return [stationEvent(central, station, { kind: 'session.implausible', severity: 'warning', sessionId: record.id, data })];
}
