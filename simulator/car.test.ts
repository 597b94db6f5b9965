import { expect, test } from 'vitest';
import { type Car, Charge, randomCar } from './car.ts';
import { seededRandom } from './random.ts';

const car: Car = {
  capacityWh: 60_000,
  phases: 3,
  currentA: 16,
  arrivesPercent: 50,
  targetPercent: 100,
  taperFromPercent: 92,
  pauses: [],
};
const minute = 60_000;

/** Minutes of a charge, as power and state of charge after each. */
function curve(charge: Charge, minutes: number): { powerW: number; socPercent: number; energyWh: number }[] {
  return Array.from({ length: minutes }, () => ({
    energyWh: charge.advance(minute),
    powerW: charge.powerW,
    socPercent: charge.socPercent,
  }));
}

test('a three-phase car ramps up, holds 11 kW, tapers and ends full', () => {
  const points = curve(new Charge(car, { phases: 3, currentA: 32 }, seededRandom(1)), 300);
  const full = points.findIndex((point) => point.powerW === 0);
  expect(points[3]?.powerW).toBeGreaterThan(10_700);
  expect(points[3]?.powerW).toBeLessThanOrEqual(11_040);
  expect(points[full - 3]?.powerW).toBeLessThan(3000);
  expect(full).toBeGreaterThan(170);
  expect(full).toBeLessThan(290);
  const energyWh = points.reduce((sum, point) => sum + point.energyWh, 0);
  expect(energyWh).toBeGreaterThan(30_000);
  expect(energyWh).toBeLessThan(36_000);
});

test('an outlet of one phase halves nothing but the phases', () => {
  const [, , third] = curve(new Charge(car, { phases: 1, currentA: 16 }, seededRandom(1)), 3);
  expect(third?.powerW).toBeGreaterThan(3500);
  expect(third?.powerW).toBeLessThanOrEqual(3680);
});

test('a car that pauses takes nothing meanwhile and goes on afterwards', () => {
  const charge = new Charge(
    { ...car, pauses: [{ atPercent: 52, forMs: 5 * minute }] },
    { phases: 3, currentA: 16 },
    seededRandom(1),
  );
  const points = curve(charge, 30);
  const idle = points.filter((point) => point.powerW === 0).length;
  expect(idle).toBeGreaterThanOrEqual(5);
  expect(idle).toBeLessThanOrEqual(7);
  expect(points.at(-1)?.powerW).toBeGreaterThan(10_000);
});

test('the same seed gives the same car and the same curve; time in one step or many is the same energy within a per cent', () => {
  const whole = new Charge(randomCar(seededRandom(9)), { phases: 3, currentA: 32 }, seededRandom(9));
  const again = new Charge(randomCar(seededRandom(9)), { phases: 3, currentA: 32 }, seededRandom(9));
  expect(whole.car).toEqual(again.car);
  expect(whole.advance(20 * minute)).toBe(again.advance(20 * minute));
  const small = new Charge(car, { phases: 3, currentA: 32 }, seededRandom(2));
  const big = new Charge(car, { phases: 3, currentA: 32 }, seededRandom(3));
  let energyWh = 0;
  for (let step = 0; step < 1200; step++) energyWh += small.advance(1000);
  expect(Math.abs(energyWh - big.advance(20 * minute)) / energyWh).toBeLessThan(0.02);
});
