import { expect, test } from 'vitest';
import { mendTime, readTime } from './time.ts';

test.each([
  ['2026-11-22T20:48:23Z', null, '2026-11-22T20:48:23.000Z'],
  ['2026-11-22T20:48:23.123456Z', null, '2026-11-22T20:48:23.123Z'],
  ['2026-11-22T21:48:23+01:00', null, '2026-11-22T20:48:23.000Z'],
  ['2026-11-22T20:48:23', 'timeWithoutZone', '2026-11-22T20:48:23.000Z'],
  ['2026-11-22 20:48:23', 'timeWithoutZone', '2026-11-22T20:48:23.000Z'],
  ['2026-11-22T20:48', 'timeWithoutZone', '2026-11-22T20:48:00.000Z'],
  ['2026-11-22T20:48:23,5Z', 'timeFormat', '2026-11-22T20:48:23.500Z'],
  ['2026-11-22T21:48:23+0100', 'timeFormat', '2026-11-22T20:48:23.000Z'],
  ['2026-11-22T21:48:23+01', 'timeFormat', '2026-11-22T20:48:23.000Z'],
  ['2026/11/22 20:48:23', 'timeWithoutZone', '2026-11-22T20:48:23.000Z'],
  ['2026-11-2T6:5:4Z', 'timeFormat', '2026-11-02T06:05:04.000Z'],
  ['20261122T204823Z', 'timeFormat', '2026-11-22T20:48:23.000Z'],
  ['2026-12-31T23:59:60Z', 'timeFormat', '2026-12-31T23:59:59.000Z'],
  [1795380503, 'timeFormat', '2026-11-22T20:48:23.000Z'],
  [1795380503000, 'timeFormat', '2026-11-22T20:48:23.000Z'],
  ['1795380503', 'timeFormat', '2026-11-22T20:48:23.000Z'],
])('FIELD 11: %j is read as a time', (written, flaw, meant) => {
  const mended = mendTime(written);
  expect(mended?.flaw ?? null).toBe(flaw);
  expect(new Date(readTime(mended?.text) ?? Number.NaN).toISOString()).toBe(meant);
});

test.each([
  '',
  'now',
  '22.11.2026',
  '22.11.2026 20:48:23',
  '11/22/2026 20:48:23',
  '2026-11-22',
  '222222017-01-01T00:00:00Z',
  '2026-13-40T99:99:99Z',
  null,
  {},
  -1,
  1e300,
])('%j is no time', (written) => {
  expect(mendTime(written)).toBeNull();
});

test('what is no time reads as none', () => {
  expect(readTime('')).toBeNull();
  expect(readTime(undefined)).toBeNull();
  expect(readTime('soon')).toBeNull();
});
