import { recentlyStopped, type SessionRecord, sessionById } from '../../storage/sessions.ts';
import { formsOfTag } from '../authorization/forms.ts';
import type { Central } from '../central.ts';
import { clockToleranceMs, isSane, type StationTime, stationTime } from '../station/clock.ts';
import { noteDeviation } from '../station/deviation.ts';
import type { LiveSession, Station } from '../station/station.ts';
import { sessionEnergy } from './energy.ts';
import type { SessionStop } from './stop.ts';

/** A stop that gives no time is the same as one before only when it comes soon after it. */
const repeatMs = 10 * 60_000;
const dayMs = 86_400_000;
/** A register that is read again may be a little lower: rounding. */
const jitterWh = 100;

/**
 * The session that a stop without a transaction id of ours means (FACTS §6.5: a station whose start was never confirmed says -1): the only
 * one that charges at this station whose tag, time and register it fits. Null: none, or it may be one of two, which nobody guesses.
 */
export async function sessionOfUnnumbered(central: Central, station: Station, stop: SessionStop): Promise<SessionRecord | null> {
  const time = stationTime(central, station, stop.stoppedAt);
  const before = await sameStop(central, station, stop, time);
  if (before) return before;
  // A time alone fits whatever runs.
  if (!stop.idTag && stop.meterStopWh === null) return null;
  const open = [...station.connectors.values()].flatMap(({ session }) => (session?.state === 'charging' ? [session] : []));
  const [session, another] = open.filter((one) => fits(central, one, stop, time));
  if (!session || another) return null;
  noteDeviation(central, station, {
    kind: 'transactionIdMissing',
    action: 'StopTransaction',
    example: String(stop.transactionId),
  });
  return (await sessionById(central.storage.read, session.id)) ?? null;
}

function fits(central: Central, session: LiveSession, stop: SessionStop, { at }: StationTime): boolean {
  if (stop.idTag && !formsOfTag(stop.idTag).includes(session.idTag.trim().toUpperCase())) return false;
  const isTimed = stop.stoppedAt !== null && isSane(stop.stoppedAt, central.clock.now());
  if (isTimed && at < session.startedAt) return false;
  if (stop.meterStopWh === null) return true;
  const { flags } = sessionEnergy(session.meter, stop.meterStopWh, at);
  const { lastWh } = session.meter;
  const isBelow = flags.length === 0 && lastWh !== null && stop.meterStopWh < lastWh - jitterWh;
  return !isBelow && !flags.includes('implausible');
}

/** The session that the same stop has stopped before: a stop that is repeated counts once (FIELD 5). */
async function sameStop(
  central: Central,
  station: Station,
  stop: SessionStop,
  { at }: StationTime,
): Promise<SessionRecord | null> {
  const now = central.clock.now();
  const isTimed = stop.stoppedAt !== null && isSane(stop.stoppedAt, now);
  const stopped = await recentlyStopped(central.storage.read, station.id, now - (isTimed ? dayMs : repeatMs));
  const same = stopped.find(
    ({ stopIdTag, stopReason, meterStopWh, chargingStoppedAt }) =>
      stopIdTag === stop.idTag &&
      stopReason === (stop.reason ?? 'Local') &&
      meterStopWh === stop.meterStopWh &&
      (!isTimed || Math.abs((chargingStoppedAt ?? 0) - at) < clockToleranceMs),
  );
  return same ?? null;
}
