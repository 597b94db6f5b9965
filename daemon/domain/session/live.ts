import type { Authentication, SessionFlag } from '../../../shared/model/session.ts';
import { curveOf } from '../../storage/samples.ts';
import type { SessionRecord } from '../../storage/sessions.ts';
import type { Central, DomainEvent } from '../central.ts';
import type { LiveSession, Station } from '../station/station.ts';
import { energySoFar, type Meter, newMeter, readPower, readRegister } from './energy.ts';

export const flagsColumn = (flags: Iterable<SessionFlag>): string => JSON.stringify([...new Set(flags)].sort());

// Written by flagsColumn only, so its shape is known.
export const flagsOf = (column: string): SessionFlag[] => JSON.parse(column) as SessionFlag[];

/** A session as it is kept in memory while it is open. */
export function liveSession(record: SessionRecord, meter: Meter): LiveSession {
  return {
    id: record.id,
    publicId: record.publicId,
    siteId: record.siteId,
    connectorId: record.connectorId,
    startedAt: record.startedAt,
    startedAtStation: record.startedAtStation,
    meterStartWh: record.meterStartWh,
    idTag: record.idTag,
    tagId: record.tagId,
    accountId: record.accountId,
    authentication: record.authentication as Authentication, // The schema allows nothing else.
    state: record.state === 'stopped' ? 'stopped' : 'charging',
    chargingStoppedAt: record.chargingStoppedAt,
    energyWh: record.energyWh ?? energySoFar(meter) ?? record.lastEnergyWh,
    powerW: meter.powerW ?? record.powerW,
    peakPowerW: record.peakPowerW,
    lastSampleAt: Number.isFinite(meter.lastAt) ? meter.lastAt : record.lastSampleAt,
    flags: new Set(flagsOf(record.flags)),
    meter,
    savedAt: record.receivedAt,
  };
}

/** What the samples on disk say of a session's energy; after a restart, and for one that is not in memory. */
export async function meterOf(central: Pick<Central, 'storage'>, session: SessionRecord): Promise<Meter> {
  const meter = newMeter(session.meterStartWh, session.startedAt, null);
  for (const { sampledAt, energyWh, powerW } of await curveOf(central.storage.read, session)) {
    if (energyWh !== null) readRegister(meter, sampledAt, energyWh);
    if (powerW !== null) readPower(meter, sampledAt, powerW);
  }
  // On disk the registers are Wh already; what still comes is not.
  if (flagsOf(session.flags).includes('unitGuessed')) meter.scale = 1000;
  return meter;
}

/** What is told about a session. */
export const sessionEvent = (
  kind: 'session.started' | 'session.changed' | 'session.ended',
  station: Station,
  session: Readonly<{ id: number; publicId: string; siteId: number }>,
): DomainEvent => ({ kind, stationId: station.id, sessionId: session.id, publicId: session.publicId, siteId: session.siteId });
