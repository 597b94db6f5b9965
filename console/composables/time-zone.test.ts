import { expect, test } from 'vitest';
import { clockText, instantOf, parseTime, periodRange, timeText, zoneOffset } from './time-zone.ts';

const oslo = 'Europe/Oslo';
const hour = 3_600_000;

test('times are printed as yyyy-mm-dd hh:mm:ss.s in the zone asked for', () => {
  const at = Date.UTC(2026, 2, 29, 13, 5, 9, 180);
  expect(timeText(at, oslo)).toBe('2026-03-29 15:05:09.1');
  expect(timeText(at, 'UTC')).toBe('2026-03-29 13:05:09.1');
  expect(clockText(at, oslo)).toBe('15:05');
});

test('midnight is 00, not 24', () => {
  expect(timeText(Date.UTC(2026, 0, 1), 'UTC')).toBe('2026-01-01 00:00:00.0');
});

test('wall time and instant are inverse, also around summer time', () => {
  for (let at = Date.UTC(2026, 2, 28); at < Date.UTC(2026, 2, 30); at += hour / 2)
    expect(parseTime(timeText(at, oslo), oslo)).toBe(at);
});

test('an hour that occurs twice is its first, one that is skipped comes after the gap', () => {
  const twice = parseTime('2026-10-25 02:30', oslo);
  expect(twice).toBe(Date.UTC(2026, 9, 25, 0, 30));
  const skipped = parseTime('2026-03-29 02:30', oslo);
  expect(timeText(skipped ?? 0, oslo)).toBe('2026-03-29 03:30:00.0');
});

test('fields carry over', () => {
  expect(instantOf({ year: 2026, month: 13, day: 1 }, 'UTC')).toBe(Date.UTC(2027, 0, 1));
  expect(instantOf({ year: 2026, month: 1, day: 0 }, 'UTC')).toBe(Date.UTC(2025, 11, 31));
});

test('zones with half hours have their offset', () => {
  expect(zoneOffset(Date.UTC(2026, 0, 1), 'Asia/Kolkata')).toBe(5.5 * hour);
});

test.each(['', 'yesterday', '2026-02-30', '2026-13-01', '2026-01-01 25:00', '26-1-1'])('%j names no time', (text) => {
  expect(parseTime(text, oslo)).toBeNull();
});

test('a day with a change of the clock has 23 or 25 hours', () => {
  const spring = periodRange('today', Date.UTC(2026, 2, 29, 12), oslo);
  expect(spring.to + 1 - spring.from).toBe(23 * hour);
  const autumn = periodRange('today', Date.UTC(2026, 9, 25, 12), oslo);
  expect(autumn.to + 1 - autumn.from).toBe(25 * hour);
});

test('periods follow the calendar of the zone', () => {
  const now = parseTime('2026-01-15 12:00', oslo) ?? 0;
  const named = (period: Parameters<typeof periodRange>[0]) => {
    const { from, to } = periodRange(period, now, oslo);
    return [timeText(from, oslo), timeText(to, oslo)].map((text) => text.slice(0, 16));
  };
  expect(named('yesterday')).toEqual(['2026-01-14 00:00', '2026-01-14 23:59']);
  expect(named('last7Days')).toEqual(['2026-01-09 00:00', '2026-01-15 23:59']);
  expect(named('previousMonth')).toEqual(['2025-12-01 00:00', '2025-12-31 23:59']);
  expect(named('thisYear')).toEqual(['2026-01-01 00:00', '2026-12-31 23:59']);
  expect(named('last12Months')).toEqual(['2025-02-01 00:00', '2026-01-31 23:59']);
});
