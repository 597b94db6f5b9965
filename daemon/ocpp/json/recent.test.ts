import { expect, test } from 'vitest';
import { Recent } from './recent.ts';

test('SECURITY A8: the same call is known again, its id with another body is not', () => {
  const recent = new Recent();
  const long = `x${'y'.repeat(5000)}`;
  recent.remember('1', 'one', 'answer to one');
  recent.remember('2', long, 'answer to two');
  expect(recent.find('1', 'one')).toBe('answer to one');
  expect(recent.find('1', 'other')).toBe('other');
  expect(recent.find('2', long)).toBe('answer to two');
  expect(recent.find('2', `${long}z`)).toBe('other');
  expect(recent.find('3', 'one')).toBeNull();
});

test('only the latest are remembered', () => {
  const recent = new Recent();
  for (let id = 0; id < 100; id++) recent.remember(String(id), 'text', 'answer');
  expect(recent.find('0', 'text')).toBeNull();
  expect(recent.find('99', 'text')).toBe('answer');
  expect(recent.find('84', 'text')).toBe('answer');
  expect(recent.find('83', 'text')).toBeNull();
});
