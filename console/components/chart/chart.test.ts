import { expect, test } from 'vitest';
import type { SessionSample } from '../../../shared/model/session.ts';
import { longestSilence, withGaps } from './definition.ts';
import { sessionCurve } from './session-curve.ts';

const minute = 60_000;
const sample = (at: number, energyWh: number | null, powerW: number | null): SessionSample => ({
  at,
  energyWh,
  powerW,
  currentMa: null,
  voltageMv: null,
  socPercent: null,
});

test('silence longer than three usual distances is a gap', () => {
  const points = [0, 1, 2, 3, 20, 21].map((at) => [at * minute, 1] as const);
  expect(longestSilence(points)).toBe(3 * minute);
  expect(withGaps(points, longestSilence(points)).filter(([, value]) => value === null)).toEqual([[3 * minute + 1, null]]);
});

test('points without a value do not become zero', () => {
  const curve = sessionCurve([sample(0, 0, null), sample(minute, null, 11_000), sample(2 * minute, 400, 11_000)]);
  expect(curve.energyKwh).toEqual([
    [0, 0],
    [2 * minute, 0.4],
  ]);
  expect(curve.powerKw).toEqual([
    [minute, 11],
    [2 * minute, 11],
  ]);
  expect(curve.isPowerComputed).toBe(false);
});

test('without power from the station it is computed from the energy', () => {
  const curve = sessionCurve([sample(0, 0, null), sample(30 * minute, 5_500, null), sample(60 * minute, 5_500, null)]);
  expect(curve.isPowerComputed).toBe(true);
  expect(curve.powerKw).toEqual([
    [0, 11],
    [30 * minute, 0],
    [60 * minute, 0],
  ]);
});

test('no samples, no curve', () => {
  expect(sessionCurve([])).toEqual({ energyKwh: [], powerKw: [], isPowerComputed: false });
});
