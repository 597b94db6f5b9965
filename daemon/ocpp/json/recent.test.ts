import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

const call = (text: string) => Buffer.from(text);

test('SECURITY A8: the same call is known again, its id with another body is not', () => {
  const recent = new Recent();
  const long = `x${'y'.repeat(5000)}`;
  recent.remember('1', call('one'), 'answer to one');
  recent.remember('2', call(long), 'answer to two');
  expect(recent.find('1', call('one'))).toBe('answer to one');
  expect(recent.find('1', call('other'))).toBe('other');
  expect(recent.find('2', call(long))).toBe('answer to two');
  expect(recent.find('2', call(`${long}z`))).toBe('other');
  expect(recent.find('3', call('one'))).toBeNull();
});

test('only the latest are remembered', () => {
  const recent = new Recent();
  for (let id = 0; id < 100; id++) recent.remember(String(id), call('text'), 'answer');
  expect(recent.find('0', call('text'))).toBeNull();
  expect(recent.find('99', call('text'))).toBe('answer');
  expect(recent.find('84', call('text'))).toBe('answer');
  expect(recent.find('83', call('text'))).toBeNull();
});
