import { expect, test } from 'vitest';
import { splitPinned } from './split-pinned.ts';

const pinned = { column: 'state', values: ['charging'] };
const all = ['charging', 'stopped', 'ended'];

test('running rows and the rest are asked for apart', () => {
  const site = { column: 'siteName', op: 'is' as const, value: 'A' };
  expect(splitPinned([site], pinned, all)).toEqual({
    above: [site, { column: 'state', op: 'in', values: ['charging'] }],
    below: [site, { column: 'state', op: 'in', values: ['stopped', 'ended'] }],
  });
});

test('a filter of the column itself still holds', () => {
  expect(splitPinned([{ column: 'state', op: 'in', values: ['ended'] }], pinned, all)).toEqual({
    above: null,
    below: [{ column: 'state', op: 'in', values: ['ended'] }],
  });
  expect(splitPinned([{ column: 'state', op: 'in', values: ['charging'] }], pinned, all).below).toBeNull();
});
