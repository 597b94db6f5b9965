import { expect, test } from 'vitest';
import { rotateAndKill } from '../faults/key-rotation.ts';

// The short form; `npm run faults` has the long one.
test('R16: the daemon is killed at each step of a key rotation: the station comes in with the key that it holds, and a dead key never', async () => {
  const { rotations, problems } = await rotateAndKill({ rounds: 1, say: () => {} });
  expect(problems).toEqual([]);
  expect(rotations).toBe(7);
}, 60_000);
