import type { Period } from '../../shared/model/table.ts';

/** What clock and calendar of a zone show. Months count from 1. */
export type WallTime = Readonly<{
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  tenth: number;
}>;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    const parts = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', calendar: 'gregory', ...parts });
    formats.set(zone, format);
  }
  return format;
}

/** The wall time of an instant (ms UTC) in an IANA zone. */
export function wallTime(at: number, zone: string): WallTime {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second, tenth: Math.floor((((at % 1000) + 1000) % 1000) / 100) };
}

const asUtc = (wall: WallTime): number =>
  Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second, wall.tenth * 100);

/** How far the zone's clock is ahead of UTC at an instant, ms. */
export function zoneOffset(at: number, zone: string): number {
  const tenths = Math.floor(at / 100) * 100;
  return asUtc(wallTime(tenths, zone)) - tenths;
}

/** The instant of a wall time; fields beyond their range carry over. A time that occurs twice is the first, one that is skipped comes after the gap. */
export function instantOf(wall: Partial<WallTime> & Pick<WallTime, 'year' | 'month' | 'day'>, zone: string): number {
  const utc = asUtc({ hour: 0, minute: 0, second: 0, tenth: 0, ...wall });
  const before = utc - zoneOffset(utc - 86_400_000, zone);
  const after = utc - zoneOffset(utc + 86_400_000, zone);
  const early = Math.min(before, after);
  return utc === early + zoneOffset(early, zone) ? early : Math.max(before, after);
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');

/** `2026-03-29 15:05:09.1`, as the manual prints times (PRODUCT M9). */
export function timeText(at: number, zone: string): string {
  const wall = wallTime(at, zone);
  return `${dateOf(wall)} ${pad(wall.hour)}:${pad(wall.minute)}:${pad(wall.second)}.${wall.tenth}`;
}

const dateOf = (wall: WallTime): string => `${pad(wall.year, 4)}-${pad(wall.month)}-${pad(wall.day)}`;

/** `2026-03-29` */
export const dateText = (at: number, zone: string): string => dateOf(wallTime(at, zone));

/** `15:05`, or with seconds `15:05:09` */
export function clockText(at: number, zone: string, seconds = false): string {
  const wall = wallTime(at, zone);
  return `${pad(wall.hour)}:${pad(wall.minute)}${seconds ? `:${pad(wall.second)}` : ''}`;
}

/** The instant that a text like `2026-03-29`, `2026-03-29 15:05` or `2026-03-29T15:05:09` names; null when it names none. */
export function parseTime(text: string, zone: string): number | null {
  const match = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d))?)?)?/.exec(text);
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, tenth = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const isCalendarDay = month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (!isCalendarDay || hour > 23 || minute > 59 || second > 59) return null;
  return instantOf({ year, month, day, hour, minute, second, tenth }, zone);
}

/** First and last millisecond of a moving range, by the calendar of a zone. */
export function periodRange(period: Period, now: number, zone: string): { from: number; to: number } {
  const { year, month, day } = wallTime(now, zone);
  const range = (from: [number, number, number], until: [number, number, number]) => ({
    from: instantOf({ year: from[0], month: from[1], day: from[2] }, zone),
    to: instantOf({ year: until[0], month: until[1], day: until[2] }, zone) - 1,
  });
  switch (period) {
    case 'today':
      return range([year, month, day], [year, month, day + 1]);
    case 'yesterday':
      return range([year, month, day - 1], [year, month, day]);
    case 'last7Days':
      return range([year, month, day - 6], [year, month, day + 1]);
    case 'last30Days':
      return range([year, month, day - 29], [year, month, day + 1]);
    case 'thisMonth':
      return range([year, month, 1], [year, month + 1, 1]);
    case 'previousMonth':
      return range([year, month - 1, 1], [year, month, 1]);
    case 'thisYear':
      return range([year, 1, 1], [year + 1, 1, 1]);
    case 'last12Months':
      return range([year, month - 11, 1], [year, month + 1, 1]);
  }
}
