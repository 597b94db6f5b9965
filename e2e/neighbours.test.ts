import { expect, test } from 'vitest';
import { noisyNeighbours } from '../faults/noise.ts';
import { reconnectStorm } from '../faults/storm.ts';

// The short forms; `npm run faults` has the long ones.
const lines: string[] = [];
const say = (line: string) => lines.push(line);

test('R5: stations that all come back at once are all booted, and deliver what they queued: nothing lost, nothing twice', async () => {
  const report = await reconnectStorm({ stations: 60, queued: 20, say });
  expect(report.problems, lines.join('\n')).toEqual([]);
  expect(report.deliveredMs).toBeLessThan(120_000);
}, 180_000);

test('R7: noisy stations harm nobody: every call of the others is answered, who connects over and over is refused', async () => {
  const report = await noisyNeighbours({ quiet: 20, forMs: 3000, rounds: 1, say });
  expect(report.failedCalls, lines.join('\n')).toBe(0);
  expect(report.flapperStatus).toBe(429);
  expect(report.bigFrameClosed).toBe(true);
  expect(report.beside.p99Ms).toBeLessThan(Math.max(250, 3 * report.alone.p99Ms));
}, 60_000);
