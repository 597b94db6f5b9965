import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

const call = (text: string) => Buffer.from(text);

test('SECURITY A8: the same call is known again, its id with another body is not', () => {
  const recent = new Recent();
  const long = `x${'y'.repeat(5000)}`;
  recent.remember('1', call('one'), 'answer to one', 0);
  recent.remember('2', call(long), 'answer to two', 0);
  expect(recent.find('1', call('one'), 0)).toBe('answer to one');
  expect(recent.find('1', call('other'), 0)).toBe('other');
  expect(recent.find('2', call(long), 0)).toBe('answer to two');
  expect(recent.find('2', call(`${long}z`), 0)).toBe('other');
  expect(recent.find('3', call('one'), 0)).toBeNull();
});

test('only the latest are remembered', () => {
  const recent = new Recent();
  for (let id = 0; id < 100; id++) recent.remember(String(id), call('text'), 'answer', 0);
  expect(recent.find('0', call('text'), 0)).toBeNull();
  expect(recent.find('99', call('text'), 0)).toBe('answer');
  expect(recent.find('84', call('text'), 0)).toBe('answer');
  expect(recent.find('83', call('text'), 0)).toBeNull();
});

test('an id that comes again after a minute is a new call; the latest use of an id counts', () => {
  const recent = new Recent();
  recent.remember('1', call('beat'), 'one o’clock', 0);
  expect(recent.find('1', call('beat'), 59_999)).toBe('one o’clock');
  expect(recent.find('1', call('beat'), 60_000)).toBeNull();
  recent.remember('1', call('beat'), 'a minute past', 60_000);
  expect(recent.find('1', call('beat'), 60_001)).toBe('a minute past');
});
