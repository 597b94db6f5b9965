import type { Central } from '../central.ts';
import type { Station } from './station.ts';

/** Beyond this a station's clock counts as wrong and its times are corrected. */
export const clockToleranceMs = 60_000;
/** A clock that is off by more than this tells nothing, not even how far off it is. */
const mostSkewMs = 366 * 86_400_000;
const dayMs = 86_400_000;

/** Time stamps behind ours that may mean a slow clock, or just old news. */
export type ClockWatch = { suspectOffsetMs: number | null; suspectSince: number };

export const newClockWatch = (): ClockWatch => ({ suspectOffsetMs: null, suspectSince: 0 });

/** A time as it is kept: `at` corrected, `saidAt` the station's own word (when it said nothing usable, the receipt time). */
export type StationTime = Readonly<{ at: number; saidAt: number; corrected: boolean }>;

/** Whether a time stamp can be a time at all, rather than 1970, 2106 or year 222222017 (SECURITY R11, A6). */
export const isSane = (saidAt: number, now: number): boolean =>
  Number.isFinite(saidAt) && Math.abs(saidAt - now) <= mostSkewMs * 3;

/**
 * The time of something that a station reports: its own, less the error of its clock when that is beyond tolerance (FIELD 11).
 * Missing and absurd ones, and what is still in the future, happened when we heard of them.
 */
export function stationTime(central: Central, station: Station, saidAt: number | null): StationTime {
  const now = central.clock.now();
  if (saidAt === null || !isSane(saidAt, now)) return { at: now, saidAt: saidAt ?? now, corrected: true };
  const isSkewed = Math.abs(station.clockOffsetMs) > clockToleranceMs;
  const at = isSkewed ? saidAt - station.clockOffsetMs : saidAt;
  if (at > now) return { at: now, saidAt, corrected: at - now > clockToleranceMs || isSkewed };
  return { at, saidAt, corrected: isSkewed };
}

/**
 * Learns the error of a station's clock from a message about the present (StatusNotification; queued messages are late by nature).
 * Ahead of us is proof. Behind us may be old news, so it counts when later stamps are behind by as much, a minute on or more.
 */
export function watchClock(central: Central, station: Station, saidAt: number | null): boolean {
  const now = central.clock.now();
  if (saidAt === null || !isSane(saidAt, now) || Math.abs(saidAt - now) > mostSkewMs) return false;
  const offsetMs = saidAt - now;
  const { clock } = station;
  if (offsetMs >= -clockToleranceMs) {
    clock.suspectOffsetMs = null;
    return setOffset(station, offsetMs);
  }
  if (clock.suspectOffsetMs === null || Math.abs(offsetMs - clock.suspectOffsetMs) > clockToleranceMs / 2) {
    clock.suspectOffsetMs = offsetMs;
    clock.suspectSince = now;
    return false;
  }
  const stoodFor = now - clock.suspectSince;
  if (stoodFor < clockToleranceMs || stoodFor > dayMs) return false;
  return setOffset(station, offsetMs);
}

/** Small jitter changes nothing, so that a message sent again gets the same corrected time as before. */
function setOffset(station: Station, offsetMs: number): boolean {
  if (Math.abs(offsetMs - station.clockOffsetMs) < clockToleranceMs) return false;
  station.clockOffsetMs = offsetMs;
  return true;
}
