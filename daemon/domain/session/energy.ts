import type { SessionFlag } from '../../../shared/model/session.ts';

/**
 * What a session's readings say about its energy, reading by reading. Registers are Wh, rise for ever, and in the field also start
 * again, roll over, come in kWh under the name of Wh, or begin anew with each session (FIELD 9, 10; FACTS §10).
 */
export type Meter = {
  /** `meterStart` as the station said it; -1 and the like: unknown. */
  readonly startWh: number;
  readonly startedAt: number;
  /** The outlet's register before the session, when it was heard. */
  readonly beforeWh: number | null;
  /** The register from which energy counts, in Wh; null until something tells. */
  baseWh: number | null;
  /** What the samples' registers are multiplied by: 1000 when they are kWh labelled Wh. */
  scale: 1 | 1000;
  lastWh: number | null;
  lastAt: number;
  /** Energy by registers so far. */
  gatheredWh: number;
  /** The register fell during the session. */
  fell: boolean;
  /** Energy by `Interval` measurands, and by power over time: the second opinion. */
  intervalsWh: number;
  intervalAt: number;
  byPowerWh: number;
  powerW: number | null;
  powerAt: number;
};

export type Energy = Readonly<{ energyWh: number | null; flags: readonly SessionFlag[] }>;

const hourMs = 3_600_000;
/** No outlet gives more than this; a little more is allowed for clocks that are not quite right. */
const mostPowerW = 400_000;
const slackWh = 5_000;
/** A register that is read again may be a little lower: rounding. */
const jitterWh = 100;
const rollOvers = [1e6, 1e7, 1e8, 1e9, 2 ** 31, 2 ** 32];

export const newMeter = (startWh: number, startedAt: number, beforeWh: number | null): Meter => ({
  startWh,
  startedAt,
  beforeWh,
  baseWh: null,
  scale: 1,
  lastWh: null,
  lastAt: Number.NEGATIVE_INFINITY,
  gatheredWh: 0,
  fell: false,
  intervalsWh: 0,
  intervalAt: Number.NEGATIVE_INFINITY,
  byPowerWh: 0,
  powerW: null,
  powerAt: 0,
});

/** The most energy that can have flowed in a time. */
const mostWh = (ms: number) => slackWh + (mostPowerW * Math.max(0, ms)) / hourMs;
const isBetween = (value: number, least: number, most: number) => value >= least && value <= most;

/** A register reading (may have decimals). What is older than the latest one changes nothing. */
export function readRegister(meter: Meter, at: number, saidWh: number): void {
  if (at <= meter.lastAt || saidWh < 0) return;
  if (meter.lastWh === null) {
    firstRegister(meter, at, saidWh);
    return;
  }
  const wh = saidWh * meter.scale;
  const rise = wh - meter.lastWh;
  const most = mostWh(at - meter.lastAt);
  if (isBetween(rise, 0, most)) meter.gatheredWh += rise;
  else if (rise < -jitterWh) {
    meter.fell = true;
    if (wh <= most) meter.gatheredWh += wh;
  }
  meter.lastWh = wh;
  meter.lastAt = at;
}

function firstRegister(meter: Meter, at: number, saidWh: number): void {
  const most = mostWh(at - meter.startedAt);
  const found = firstBase(meter, saidWh, most);
  meter.scale = found.scale;
  meter.baseWh = found.baseWh;
  meter.lastWh = saidWh * found.scale;
  meter.lastAt = at;
  meter.gatheredWh = Math.max(0, meter.lastWh - found.baseWh);
}

function firstBase({ startWh, beforeWh }: Meter, saidWh: number, most: number): { baseWh: number; scale: 1 | 1000 } {
  if (startWh < 0) return { baseWh: saidWh, scale: 1 };
  if (isBetween(saidWh - startWh, -jitterWh, most)) return { baseWh: startWh, scale: 1 };
  // `meterStart` in kWh, cut to whole ones, the samples in Wh.
  if (startWh > 0 && isBetween(saidWh - startWh * 1000, -jitterWh, most + 1000)) return { baseWh: startWh * 1000, scale: 1 };
  // Samples in kWh under the name of Wh.
  if (startWh > 0 && isBetween(saidWh * 1000 - startWh, -1000, most)) return { baseWh: startWh, scale: 1000 };
  // The register begins anew with each session, though `meterStart` does not.
  if (saidWh < startWh && saidWh <= most) return { baseWh: 0, scale: 1 };
  if (beforeWh !== null && isBetween(saidWh - beforeWh, 0, most)) return { baseWh: beforeWh, scale: 1 };
  return { baseWh: saidWh, scale: 1 };
}

/** Energy of an interval, for stations that report no register. */
export function readInterval(meter: Meter, at: number, wh: number): void {
  if (at <= meter.intervalAt || wh < 0) return;
  meter.intervalsWh += wh;
  meter.intervalAt = at;
}

/** Power at a moment. Gaps of more than an hour say nothing about the energy between. */
export function readPower(meter: Meter, at: number, watts: number): void {
  if (at < meter.powerAt) return;
  const gap = at - meter.powerAt;
  if (meter.powerW !== null && gap <= hourMs) meter.byPowerWh += ((meter.powerW + watts) / 2) * (gap / hourMs);
  meter.powerW = watts;
  meter.powerAt = at;
}

/** Energy so far, by the best source that there is; null when nothing was heard. */
export function energySoFar(meter: Meter): number | null {
  if (meter.lastWh !== null) return Math.round(meter.gatheredWh);
  return meter.intervalAt > Number.NEGATIVE_INFINITY ? Math.round(meter.intervalsWh) : null;
}

const flagged = (energyWh: number | null, ...flags: SessionFlag[]): Energy => ({
  energyWh: energyWh === null ? null : Math.round(energyWh),
  flags,
});

/**
 * Energy of a session that has stopped: meterStop − meterStart, unless one of them cannot be meant so; then what the readings prove.
 * What remains impossible is `implausible` and has no energy, so that it counts in no sum (SECURITY A7).
 */
export function sessionEnergy(meter: Meter, meterStopWh: number | null, stoppedAt: number): Energy {
  const most = mostWh(stoppedAt - meter.startedAt);
  const energy = energyOf(meter, meterStopWh, most);
  if (energy.energyWh !== null && energy.energyWh > most) return { energyWh: null, flags: [...energy.flags, 'implausible'] };
  return energy;
}

function energyOf(meter: Meter, stopWh: number | null, most: number): Energy {
  const { startWh, beforeWh, baseWh } = meter;
  if (stopWh === null || stopWh < 0 || (stopWh === 0 && startWh > 0)) return withoutStop(meter);
  if (startWh < 0) return withoutStart(meter, stopWh, most);

  const difference = stopWh - startWh;
  if (isBetween(difference, 0, most)) {
    if (isProven(meter, difference * 1000)) return flagged(difference * 1000, 'unitGuessed');
    // Zero as the start of a register that already stood high: the samples, or the time before, knew better.
    if (startWh === 0 && baseWh !== null && baseWh > 0 && stopWh >= baseWh) return flagged(stopWh - baseWh, 'meterMissing');
    return flagged(difference);
  }
  if (difference > most) {
    if (isProven(meter, stopWh - startWh * 1000)) return flagged(stopWh - startWh * 1000, 'unitGuessed');
    const base = baseWh ?? beforeWh;
    if (startWh === 0 && base !== null && isBetween(stopWh - base, 0, most)) return flagged(stopWh - base, 'meterMissing');
    return flagged(null, 'implausible');
  }
  return lower(meter, stopWh, most);
}

/** meterStop below meterStart. */
function lower(meter: Meter, stopWh: number, most: number): Energy {
  const { startWh, lastWh } = meter;
  if (startWh - stopWh <= 10) return flagged(0);
  if (isProven(meter, stopWh * 1000 - startWh)) return flagged(stopWh * 1000 - startWh, 'unitGuessed');
  const rollOver = rollOvers.find(
    (size) => startWh < size && startWh >= 0.95 * size && stopWh <= 0.05 * size && size - startWh + stopWh <= most,
  );
  if (rollOver !== undefined) return flagged(rollOver - startWh + stopWh, 'meterReset');
  if (lastWh !== null && (meter.fell || meter.baseWh === 0) && isBetween(stopWh - lastWh, -jitterWh, most))
    return flagged(meter.gatheredWh + Math.max(0, stopWh - lastWh), 'meterReset');
  return flagged(null, 'implausible');
}

const withoutStop = (meter: Meter): Energy => flagged(energySoFar(meter), 'meterMissing');

function withoutStart(meter: Meter, stopWh: number, most: number): Energy {
  const base = meter.beforeWh ?? meter.baseWh;
  return flagged(base !== null && isBetween(stopWh - base, 0, most) ? stopWh - base : energySoFar(meter), 'meterMissing');
}

/** Power over time says as much: what looks wrong by a factor of 1000 was kWh under the name of Wh (FIELD 9). Without proof it is not. */
const isProven = ({ byPowerWh }: Meter, guessWh: number): boolean =>
  byPowerWh > 500 && guessWh > 0 && isBetween(guessWh, byPowerWh / 2 - 1000, byPowerWh * 2 + 1000);
