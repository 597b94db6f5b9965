import type { SessionSample } from '../../../shared/model/session.ts';
import { longestSilence, type Point, withGaps } from './definition.ts';

export type SessionCurve = Readonly<{
  energyKwh: readonly Point[];
  powerKw: readonly Point[];
  /** The station sent no power: it was computed from the energy between two samples. */
  isPowerComputed: boolean;
}>;

const known = (samples: readonly SessionSample[], of: (sample: SessionSample) => number | null): Point[] =>
  samples.flatMap((sample) => {
    const value = of(sample);
    return value === null ? [] : [[sample.at, value / 1000] as const];
  });

/** How a session ended, as far as that is known: the last point of its curve. */
export type SessionEnd = Readonly<{ chargingStoppedAt: number | null; energyWh: number | null }>;

/** Energy since the start (kWh) and power (kW) of a session; silence stays a gap. */
export function sessionCurve(
  samples: readonly SessionSample[],
  end: SessionEnd = { chargingStoppedAt: null, energyWh: null },
): SessionCurve {
  const registers = known(samples, (sample) => sample.energyWh);
  const energy = end.energyWh === null ? registers : extended(registers, end.chargingStoppedAt, end.energyWh / 1000);
  const measured = known(samples, (sample) => sample.powerW);
  const isPowerComputed = measured.length === 0 && energy.length > 1;
  const power = isPowerComputed ? powerFromEnergy(energy) : measured;
  return {
    energyKwh: withGaps(energy, longestSilence(energy)),
    powerKw: withGaps(extended(power, end.chargingStoppedAt, power.at(-1)?.[1] ?? null), longestSilence(power)),
    isPowerComputed,
  };
}

/** Mean power between two energies, standing at the earlier one, as a step goes on from there. */
function powerFromEnergy(energy: readonly Point[]): Point[] {
  const steps: Point[] = [];
  energy.forEach(([at, kwh], index) => {
    const next = energy[index + 1];
    if (!next || kwh === null || next[1] === null || next[0] === at) return;
    steps.push([at, Math.max(0, ((next[1] - kwh) * 3_600_000) / (next[0] - at))]);
  });
  const [last, end] = [steps.at(-1), energy.at(-1)];
  return last && end ? [...steps, [end[0], last[1]]] : steps;
}

/** The points with one more at an instant after them. */
function extended(points: readonly Point[], at: number | null, value: number | null): readonly Point[] {
  const last = points.at(-1);
  return last && at !== null && at > last[0] ? [...points, [at, value]] : points;
}
