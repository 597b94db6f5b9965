import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestCentral, testCentral } from '../testing.ts';
import { type LinkUse, makeLink, useLink } from './one-time-links.ts';

let made: TestCentral;
beforeEach(async () => {
  made = await testCentral();
});
afterEach(() => made.close());

const download: LinkUse = { kind: 'download', name: 'x', type: 'text/plain', sizeBytes: 1, async *content() {} };
const link = () => makeLink(made.central, download).path.split('/').at(-1) ?? '';

test('a link opens what it was made for, once, within its time, and nothing else', () => {
  const token = link();
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(useLink(made.central, token, 'download')).toBe(download);
  expect(useLink(made.central, token, 'download')).toBeNull();
  expect(useLink(made.central, 'guessed', 'download')).toBeNull();
  expect(useLink(made.central, link(), 'upload')).toBeNull();
  const late = link();
  made.clock.advance(5 * 60_000);
  expect(useLink(made.central, late, 'download')).toBeNull();
});

test('no more than a thousand wait; those whose time is over make room', () => {
  for (let count = 0; count < 1000; count++) link();
  expect(link).toThrow('tooManyRequests');
  made.clock.advance(5 * 60_000);
  expect(link()).not.toBe('');
  expect(made.central.links.size).toBe(1);
});
