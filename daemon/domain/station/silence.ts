import type { Central } from '../central.ts';
import type { Station } from './station.ts';

const leastGraceMs = 10_000;
const mostGraceMs = 120_000;

/** A key may hold any number; nobody who is silent for a day is online. */
const longestIntervalS = 86_400;

/**
 * How long a station without a connection of its own counts as online after its last message: the longest heartbeat interval that it
 * may have been told, at its boot or by its key since, and half of one as grace.
 */
export function silenceAllowedMs(central: Central, { heartbeatIntervalS }: Station): number {
  const bootedS = 1.1 * central.settings.heartbeatIntervalS;
  const intervalMs = Math.max(bootedS, Math.min(heartbeatIntervalS ?? 0, longestIntervalS)) * 1000;
  return intervalMs + Math.min(mostGraceMs, Math.max(leastGraceMs, intervalMs / 2));
}

/** Whether a SOAP station has not been heard for so long that it counts as offline. */
export const isSilent = (central: Central, station: Station): boolean =>
  station.lastSeenAt === null || central.clock.now() - station.lastSeenAt > silenceAllowedMs(central, station);
