import { expect, test } from 'vitest';
import { DomainError } from '../error.ts';
import { countGuess, guessedRight, type Limiter } from './limiter.ts';

const minute = 60_000;

/** Guesses once; how long to wait if it was refused. */
function guess(limiter: Limiter, now: number, account = 'a@example.org', address = '192.0.2.1'): number {
  try {
    countGuess(limiter, now, account, address);
    return 0;
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'signInLocked') throw error;
    return Number(error.facts.seconds);
  }
}

test('R18: at most 10 guesses of an account from an address in 15 minutes, however patiently', () => {
  const limiter: Limiter = new Map();
  let passed = 0;
  for (let now = 0; now < 15 * minute; now += 1000) if (guess(limiter, now) === 0) passed++;
  expect(passed).toBe(10);
  expect(guess(limiter, 15 * minute + 1000)).toBe(0);
});

test('R18: a thousand guesses at once pass no more than the first ones', () => {
  const limiter: Limiter = new Map();
  const waits = Array.from({ length: 1000 }, () => guess(limiter, 0));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
});

test('waiting grows, and says how long', () => {
  const limiter: Limiter = new Map();
  const waits: number[] = [];
  for (let now = 0; waits.length < 8; ) {
    guess(limiter, now);
    const wait = guess(limiter, now);
    if (wait > 0) waits.push(wait);
    now += wait * 1000;
  }
  expect(waits.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 30]);
  expect(waits[7]).toBeGreaterThan(600);
});

test('capitals in the address are no way around it, nor is the rest of an IPv6 network', () => {
  const limiter: Limiter = new Map();
  for (let index = 0; index < 3; index++) guess(limiter, 0, 'a@example.org', `2001:db8:1:2::${index}`);
  expect(guess(limiter, 0, 'A@Example.org', '2001:db8:1:2:ffff::1')).toBeGreaterThan(0);
  expect(guess(limiter, 0, 'a@example.org', '2001:db8:1:3::1')).toBe(0);
});

test('a stranger does not lock the owner out', () => {
  const limiter: Limiter = new Map();
  for (let now = 0; now < 10 * minute; now += 1000) guess(limiter, now, 'owner@example.org', '198.51.100.66');
  expect(guess(limiter, 10 * minute, 'owner@example.org', '192.0.2.7')).toBe(0);
});

test('one password tried on many accounts is slowed down by address', () => {
  const limiter: Limiter = new Map();
  let passed = 0;
  for (let index = 0; index < 1000; index++) if (guess(limiter, index * 100, `user${index}@example.org`) === 0) passed++;
  expect(passed).toBeLessThanOrEqual(60);
});

test('the right password clears what was counted', () => {
  const limiter: Limiter = new Map();
  for (let index = 0; index < 3; index++) guess(limiter, 0);
  expect(guess(limiter, 0)).toBeGreaterThan(0);
  guessedRight(limiter, 'a@example.org', '192.0.2.1');
  expect(guess(limiter, 0)).toBe(0);
});

test('memory is bounded', () => {
  const limiter: Limiter = new Map();
  for (let index = 0; index < 30_000; index++)
    guess(limiter, 0, `user${index}@example.org`, `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
  expect(limiter.size).toBeLessThanOrEqual(20_000);
});
