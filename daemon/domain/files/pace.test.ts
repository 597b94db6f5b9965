import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

test('A14: several transfers together move no faster than the rate, and each gets its share', async () => {
  const pace = new Pace(1_000_000);
  const since = performance.now();
  const moved = [0, 0, 0];
  const move = async (which: number) => {
    while (moved.reduce((sum, each) => sum + each) < 300_000) {
      await pace.take(10_000);
      moved[which] = (moved[which] ?? 0) + 10_000;
    }
  };
  await Promise.all([move(0), move(1), move(2)]);
  expect(performance.now() - since).toBeGreaterThan(250);
  for (const each of moved) expect(each).toBeGreaterThanOrEqual(80_000);
});

test('without a rate nobody waits', async () => {
  const pace = new Pace(0);
  const since = performance.now();
  for (let count = 0; count < 1000; count++) await pace.take(1_000_000);
  expect(performance.now() - since).toBeLessThan(1000);
});
