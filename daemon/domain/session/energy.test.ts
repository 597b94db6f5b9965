import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { energySoFar, newMeter, readInterval, readPower, readRegister, sessionEnergy } from './energy.ts';

const hour = 3_600_000;
const at = (minutes: number) => minutes * 60_000;

/** Energy of an hour at 7 kW and some samples of the register, unless said otherwise. */
function energyOf(startWh: number, stopWh: number | null, registers: readonly number[] = [], beforeWh: number | null = null) {
  const meter = newMeter(startWh, 0, beforeWh);
  registers.forEach((wh, index) => {
    readRegister(meter, at(10 * (index + 1)), wh);
  });
  return sessionEnergy(meter, stopWh, hour);
}

describe('FIELD 10: energy is meterStop − meterStart, and survives what meters do', () => {
  test('an ordinary session', () => {
    expect(energyOf(1200, 8200)).toEqual({ energyWh: 7000, flags: [] });
    expect(energyOf(0, 7000, [1000, 2000])).toEqual({ energyWh: 7000, flags: [] });
    expect(energyOf(5000, 5000)).toEqual({ energyWh: 0, flags: [] });
  });
  test('the register rolls over', () => {
    expect(energyOf(999_999_000, 6000)).toEqual({ energyWh: 7000, flags: ['meterReset'] });
    expect(energyOf(2 ** 31 - 1000, 500)).toEqual({ energyWh: 1500, flags: ['meterReset'] });
  });
  test('the register starts again during the session', () => {
    expect(energyOf(500_000, 3000, [502_000, 503_000, 1000, 2000])).toEqual({ energyWh: 6000, flags: ['meterReset'] });
  });
  test('meterStart is missing: the samples know, or the time before', () => {
    expect(energyOf(-1, 57_000, [50_000, 53_000])).toEqual({ energyWh: 7000, flags: ['meterMissing'] });
    expect(energyOf(-1, 57_000, [], 50_000)).toEqual({ energyWh: 7000, flags: ['meterMissing'] });
    expect(energyOf(-1, 57_000)).toEqual({ energyWh: null, flags: ['meterMissing'] });
  });
  test('meterStart is 0 though the register stands at 939 kWh (evcc 29654)', () => {
    expect(energyOf(0, 946_000, [939_500, 941_000])).toEqual({ energyWh: 6500, flags: ['meterMissing'] });
    expect(energyOf(0, 946_000, [], 939_000)).toEqual({ energyWh: 7000, flags: ['meterMissing'] });
    expect(energyOf(0, 946_000).energyWh).toBeNull();
  });
  test('meterStop is missing: what was sampled counts', () => {
    expect(energyOf(1200, -1, [2200, 5200])).toEqual({ energyWh: 4000, flags: ['meterMissing'] });
    expect(energyOf(1200, 0, [2200, 5200])).toEqual({ energyWh: 4000, flags: ['meterMissing'] });
    expect(energyOf(1200, null)).toEqual({ energyWh: null, flags: ['meterMissing'] });
  });
  test('a register that counts each session anew under a start that does not', () => {
    expect(energyOf(500_000, 507_000, [1000, 3000])).toEqual({ energyWh: 7000, flags: [] });
  });
  test('samples in another order than their times', () => {
    const meter = newMeter(1000, 0, null);
    for (const [minute, wh] of [
      [10, 2000],
      [30, 4000],
      [20, 3000],
      [30, 4000],
    ] as const)
      readRegister(meter, at(minute), wh);
    expect(energySoFar(meter)).toBe(3000);
  });
  test('intervals, where there is no register', () => {
    const meter = newMeter(1000, 0, null);
    for (const minute of [15, 30, 30, 45]) readInterval(meter, at(minute), 500);
    expect(energySoFar(meter)).toBe(1500);
  });
});

describe('FIELD 9: kWh under the name of Wh', () => {
  test('both registers in kWh: the power of the session tells', () => {
    const meter = newMeter(1234, 0, null);
    for (let minute = 0; minute <= 60; minute += 5) readPower(meter, at(minute), 7000);
    expect(sessionEnergy(meter, 1241, hour)).toEqual({ energyWh: 7000, flags: ['unitGuessed'] });
  });
  test('the start in kWh, the stop in Wh, or the other way: only with the power as proof', () => {
    for (const [startWh, stopWh] of [
      [5000, 5_007_000],
      [5_000_000, 5007],
    ] as const) {
      const meter = newMeter(startWh, 0, null);
      for (let minute = 0; minute <= 60; minute += 5) readPower(meter, at(minute), 7000);
      expect(sessionEnergy(meter, stopWh, hour)).toEqual({ energyWh: 7000, flags: ['unitGuessed'] });
      expect(energyOf(startWh, stopWh)).toEqual({ energyWh: null, flags: ['implausible'] });
    }
  });
  test('the samples in kWh', () => {
    const meter = newMeter(500_000, 0, null);
    readRegister(meter, at(10), 501.25);
    readRegister(meter, at(20), 502.5);
    expect(energySoFar(meter)).toBe(2500);
    expect(meter.scale).toBe(1000);
  });
});

describe('A7: energy that cannot be is in no sum', () => {
  test('meterStop below meterStart', () => {
    expect(energyOf(8200, 1200)).toEqual({ energyWh: null, flags: ['implausible'] });
  });
  test('more than any outlet gives', () => {
    expect(energyOf(1000, 2 ** 31)).toEqual({ energyWh: null, flags: ['implausible'] });
  });
  test('a hair below, by rounding, is nothing', () => {
    expect(energyOf(8200, 8199)).toEqual({ energyWh: 0, flags: [] });
  });
});

test('whatever a meter says, energy is null or what can have flowed, and an honest meter is believed to the Wh', () => {
  const wh = fc.oneof(fc.integer({ min: -1, max: 3000 }), fc.integer({ min: -(2 ** 31), max: 2 ** 33 }), fc.maxSafeInteger());
  fc.assert(
    fc.property(
      wh,
      wh,
      fc.array(fc.tuple(fc.nat({ max: 4 * hour }), fc.double({ min: -1e12, max: 1e12, noNaN: true }))),
      (first, last, samples) => {
        const meter = newMeter(first, 0, null);
        for (const [time, value] of samples) readRegister(meter, time, value);
        const { energyWh, flags } = sessionEnergy(meter, last, 2 * hour);
        if (energyWh !== null) {
          expect(Number.isSafeInteger(energyWh)).toBe(true);
          expect(energyWh).toBeGreaterThanOrEqual(0);
          expect(energyWh).toBeLessThanOrEqual(805_000);
        } else expect(flags.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 500 },
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 12 }),
      (first, steps) => {
        const meter = newMeter(first, 0, null);
        let register = first;
        steps.forEach((step, index) => {
          register += step;
          readRegister(meter, at(10 * (index + 1)), register);
        });
        expect(sessionEnergy(meter, register, at(10 * steps.length + 1))).toEqual({ energyWh: register - first, flags: [] });
      },
    ),
    { numRuns: 500 },
  );
});
