import { expect, test } from 'vitest';
import { energyCurve } from './curve.ts';

const minute = 60_000;
const curve = (meterStartWh: number, registers: readonly (number | null)[]) =>
  energyCurve(
    { meterStartWh, startedAt: 0 },
    registers.map((energyWh, index) => ({ sampledAt: index * minute, energyWh })),
  ).map(({ energyWh }) => energyWh);

test('the curve begins at nothing, and a sample without a register stays a gap', () => {
  expect(curve(1200, [1200, 1400, null, 1700])).toEqual([0, 200, null, 500]);
});

test('a register that begins anew does not bend the curve', () => {
  expect(curve(1200, [1300, 1500, 100, 300])).toEqual([100, 300, 400, 600]);
});
