import { keepSample } from '../../storage/samples.ts';
import { noteProgress } from '../../storage/sessions.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { clockToleranceMs, stationTime } from '../station/clock.ts';
import { outletFor } from '../station/connector.ts';
import type { Connector, LiveSession, Station } from '../station/station.ts';
import { showConnector } from '../topology/tree-state.ts';
import { energySoFar, type Meter, readInterval, readPower, readRegister } from './energy.ts';
import { flagsColumn, sessionEvent } from './live.ts';
import type { Reading } from './reading.ts';
import { type Sample, sampleOf } from './sample.ts';
import { ownSession } from './start.ts';

/** What a meter shows. `connectorId` 0 is the meter of the whole station; `transactionId` is the station's word, null: none. */
export type MeterReport = Readonly<{ connectorId: number; transactionId: number | null; readings: readonly Reading[] }>;

/** Whose samples a report holds. */
type Owner = Readonly<{ sessionId: number | null; connectorId: number; live: LiveSession | null }>;

/** How often a running session's progress is put into its row; its samples are on disk each time. */
const saveEveryMs = 10_000;

/**
 * Keeps meter values, each once however often it is sent, and brings the live state up to date. This is the most frequent message: it
 * reads nothing from the database and writes one row a time stamp. Values without a transaction still show as live power.
 */
export async function recordMeterValues(central: Central, station: Station, report: MeterReport): Promise<void> {
  const owner = ownerOf(station, report) ?? (await lateOwner(central, station, report));
  const connector = station.connectors.get(owner.connectorId) ?? (await outletFor(central, station, owner.connectorId));
  const unit: Statement[] = [];
  const receivedAt = central.clock.now();
  for (const reading of report.readings) {
    const { at } = stationTime(central, station, reading.at);
    const sample = sampleOf(reading);
    const isOfSession = owner.live === null || isWithin(owner.live, at, report.transactionId);
    if (connector) show(connector, isOfSession ? owner.live : null, at, sample);
    unit.push(
      keepSample({
        stationId: station.id,
        connectorId: owner.connectorId,
        sampledAt: at,
        context: sample.context,
        sessionId: isOfSession ? owner.sessionId : null,
        receivedAt,
        ...(isOfSession && owner.live ? scaled(sample, owner.live.meter) : sample.figures),
      }),
    );
  }
  if (unit.length === 0) return;
  if (owner.live && receivedAt - owner.live.savedAt >= saveEveryMs) unit.push(progressOf(owner.live, receivedAt));
  await central.storage.write(unit);
  if (connector) showConnector(central, station, connector);
  if (owner.live) central.publish(sessionEvent('session.changed', station, owner.live));
  central.publish({ kind: 'station.changed', stationId: station.id });
}

/** The open session that a report belongs to: by its transaction id, else by its connector. Null: the id is of another time. */
function ownerOf(station: Station, { connectorId, transactionId }: MeterReport): Owner | null {
  const live = station.connectors.get(connectorId)?.session ?? null;
  if (live && live.id === transactionId) return ownedBy(live, connectorId);
  if (transactionId !== null)
    for (const connector of station.connectors.values())
      if (connector.session?.id === transactionId) return ownedBy(connector.session, connector.connectorId);
  const isNonsense = transactionId === null || transactionId < 1 || strangers.get(station)?.has(transactionId);
  if (!isNonsense) return null;
  return live && connectorId > 0 ? ownedBy(live, connectorId) : { sessionId: null, connectorId, live: null };
}

const ownedBy = (live: LiveSession, connectorId: number): Owner => ({ sessionId: live.id, connectorId, live });

/** Transaction ids that stations use and that are not theirs, so that they are looked up once (FACTS §10: 2^63-1, 0, ids not ours). */
const strangers = new WeakMap<Station, Set<number>>();
const mostStrangers = 50;

/** A session that is over, whose values come late; an id that is none of the station's counts as not given. */
async function lateOwner(central: Central, station: Station, report: MeterReport): Promise<Owner> {
  const transactionId = report.transactionId ?? 0;
  const record = await ownSession(central, station, transactionId);
  if (record) return { sessionId: record.id, connectorId: record.connectorId, live: null };
  const known = strangers.get(station) ?? new Set();
  if (known.size >= mostStrangers) known.clear();
  strangers.set(station, known.add(transactionId));
  return ownerOf(station, report) ?? { sessionId: null, connectorId: report.connectorId, live: null };
}

/** Whether a moment lies in a session. With its transaction id the station vouches for it. */
function isWithin(session: LiveSession, at: number, transactionId: number | null): boolean {
  if (transactionId === session.id) return true;
  const stoppedAt = session.chargingStoppedAt ?? Number.POSITIVE_INFINITY;
  return at >= session.startedAt - clockToleranceMs && at <= stoppedAt + clockToleranceMs;
}

function show(connector: Connector, session: LiveSession | null, at: number, sample: Sample): void {
  const isNewest = connector.sampledAt === null || at >= connector.sampledAt;
  const before = { at: connector.sampledAt, registerWh: connector.energyRegisterWh };
  const powerW = sample.powerW ?? (isNewest ? powerBetween(before, at, sample.registerWh) : null);
  if (isNewest) {
    if (powerW !== null) connector.powerW = Math.round(powerW);
    if (sample.registerWh !== null) connector.energyRegisterWh = sample.registerWh;
    connector.sampledAt = at;
  }
  // What comes after the stop may be of any moment; the stop's own register has the last word.
  if (session?.state === 'charging') gather(session, at, sample, powerW);
}

/** Power by the rise of the register, for stations that do not measure it. */
function powerBetween(before: { at: number | null; registerWh: number | null }, at: number, registerWh: number | null) {
  if (registerWh === null || before.registerWh === null || before.at === null) return null;
  const ms = at - before.at;
  if (ms < 5_000 || ms > 3_600_000 || registerWh < before.registerWh) return null;
  return ((registerWh - before.registerWh) * 3_600_000) / ms;
}

/** What is stored of a sample: a register in kWh under the name of Wh loses its decimals as Wh, so it is stored as what it is. */
export const scaled = ({ figures, registerWh }: Sample, { scale }: Meter): Sample['figures'] =>
  scale === 1 || registerWh === null ? figures : { ...figures, energyWh: Math.round(registerWh * scale) };

/** Adds a sample to what is known of a running session. */
export function gather(session: LiveSession, at: number, sample: Sample, powerW: number | null): void {
  const { meter } = session;
  if (sample.registerWh !== null) readRegister(meter, at, sample.registerWh);
  if (sample.intervalWh !== null) readInterval(meter, at, sample.intervalWh);
  if (sample.powerW !== null) readPower(meter, at, sample.powerW);
  if (meter.scale === 1000) session.flags.add('unitGuessed');
  session.energyWh = energySoFar(meter);
  if (powerW !== null && (session.lastSampleAt === null || at >= session.lastSampleAt)) session.powerW = Math.round(powerW);
  if (powerW !== null) session.peakPowerW = Math.max(session.peakPowerW ?? 0, Math.round(powerW));
  session.lastSampleAt = Math.max(session.lastSampleAt ?? at, at);
}

function progressOf(session: LiveSession, now: number): Statement {
  session.savedAt = now;
  return noteProgress({
    id: session.id,
    lastEnergyWh: session.energyWh,
    powerW: session.powerW,
    peakPowerW: session.peakPowerW,
    lastSampleAt: session.lastSampleAt,
    flags: flagsColumn(session.flags),
  });
}
