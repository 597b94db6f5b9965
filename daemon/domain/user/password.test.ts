import { expect, test } from 'vitest';
import { DomainError } from '../error.ts';
import { hashPassword, newHashing, oneTimePassword, passwordMatches, requireGoodPassword } from './password.ts';

const problem = (password: string) => {
  try {
    requireGoodPassword(password, 'password');
    return null;
  } catch (error) {
    return error instanceof DomainError ? error.fields.password : error;
  }
};

test.each([
  ['abc1234', 'tooShort'],
  ['12345678', 'noLetter'],
  ['abcdefgh', 'noDigit'],
  ['abcdefg1', null],
  ['blåbærsyltetøy 7', null],
  ['correct horse battery staple 1 '.repeat(8).trim(), null],
  ['пароль99', null],
  ['🚗🚗🚗a1', 'tooShort'],
])('M2: %s → %s', (password, expected) => expect(problem(password)).toBe(expected));

test('a hash knows its password, in whatever Unicode form it is typed', async () => {
  const hashing = newHashing();
  const hash = await hashPassword(hashing, 'caf\u00e9 123');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwordMatches(hashing, hash, 'cafe\u0301 123')).toBe(true);
  expect(await passwordMatches(hashing, hash, 'cafe 123')).toBe(false);
  expect(await passwordMatches(hashing, null, 'cafe 123')).toBe(false);
});

test('R18: no more than four are hashed at once, and what waits is bounded', async () => {
  const hashing = newHashing();
  const all = Array.from({ length: 300 }, () =>
    passwordMatches(hashing, null, 'x').then(
      () => 'done',
      (error) => error.code,
    ),
  );
  expect(hashing.running).toBeLessThanOrEqual(4);
  expect(hashing.waiting.length).toBeLessThanOrEqual(200);
  hashing.waiting.splice(5).forEach((start) => void start); // the rest of the queue would only take the test's time
  const early = await Promise.all([...all.slice(0, 7), ...all.slice(202)]);
  expect(new Set(early)).toEqual(new Set(['done', 'tooManyRequests']));
  expect(hashing.running).toBe(0);
});

test('a one-time password meets the rule', () => {
  for (let index = 0; index < 200; index++) {
    const password = oneTimePassword();
    expect(password).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
    expect(problem(password)).toBeNull();
  }
});

test('R18: an unknown account takes as long as a known one', { retry: 5 }, async () => {
  const hashing = newHashing();
  const hash = await hashPassword(hashing, 'abcdefg1');
  const known: number[] = [];
  const unknown: number[] = [];
  for (let index = 0; index < 15; index++) {
    for (const [times, of] of [
      [known, hash],
      [unknown, null],
    ] as const) {
      const begin = performance.now();
      await passwordMatches(hashing, of, 'wrong password 1');
      times.push(performance.now() - begin);
    }
  }
  const median = (times: number[]) => times.toSorted((one, other) => one - other)[7] ?? 0;
  expect(Math.abs(median(known) - median(unknown))).toBeLessThan(5);
});
