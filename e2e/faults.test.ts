import { expect, test } from 'vitest';
import { fuzz } from '../faults/fuzz.ts';
import { killOverAndOver } from '../faults/kill.ts';

// The short forms; `npm run faults` has the long ones.
const lines: string[] = [];
const say = (line: string) => lines.push(line);

test('R1, R2: a daemon that is killed under load loses nothing that it acknowledged, and keeps nothing twice', async () => {
  const { acknowledged, repeated, problems } = await killOverAndOver({ rounds: 5, stations: 20, seed: 2026, say });
  expect(problems, lines.join('\n')).toEqual([]);
  expect(acknowledged).toBeGreaterThan(200);
  expect(repeated).toBeGreaterThan(0);
}, 120_000);

test('R13: strange frames stop nobody: no crash, no growth, and a good station is answered all the time', async () => {
  const report = await fuzz({ inputs: 6000, seed: 2026, say });
  expect(report.problems, lines.join('\n')).toEqual([]);
  expect(report.inputs).toBeGreaterThanOrEqual(6000);
  expect(report.slowestMs).toBeLessThan(2000);
  expect((report.lateBytes - report.earlyBytes) / 1024 / 1024).toBeLessThan(100);
}, 120_000);
