import type { DeviationKind } from '../../shared/model/deviation.ts';

/** An ISO 8601 time with seconds and zone, as OCPP 1.6 wants it (§3.13, FACTS §6.8). */
export const TIME_PATTERN =
  '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[Tt]([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?([Zz]|[+-]\\d\\d:\\d\\d)$';

const LOOSE =
  /^\s*(\d{4})-?(\d\d)-?(\d\d)[Tt\s]+(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?\s*$/;
/** The same with slashes, or figures that nobody padded; the year still comes first, so that no day is taken for a month. */
const UNPADDED =
  /^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})[Tt\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,9}))?)?\s*(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?\s*$/;
const strict = new RegExp(TIME_PATTERN);

/** Seconds since the epoch lie below this, milliseconds above (1973 as ms, year 5138 as s). */
const SECONDS_BELOW = 100_000_000_000;

/**
 * A time as stations write it, made into one that the schema takes; null when no time can be read from it.
 * Without a zone it counts as UTC (FACTS §6.8).
 */
export function mendTime(value: unknown): Readonly<{ text: string; flaw: DeviationKind | null }> | null {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return null;
  if (strict.test(value)) return Number.isNaN(Date.parse(value)) ? null : { text: value, flaw: null };
  if (/^\s*\d{9,13}\s*$/.test(value)) return fromEpoch(Number(value));
  const parts = LOOSE.exec(value) ?? UNPADDED.exec(value);
  if (!parts) return null;
  const [year, month, day, hour, minute, second = '00'] = parts.slice(1, 7).map((part) => part?.padStart(2, '0'));
  const [fraction = '0', zone] = parts.slice(7);
  // A leap second is no time for JavaScript; one second earlier is as true.
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second === '60' ? '59' : second}.${fraction}${zoneText(zone)}`;
  return Number.isNaN(Date.parse(text)) ? null : { text, flaw: zone === undefined ? 'timeWithoutZone' : 'timeFormat' };
}

/** A time of a message in ms, or null when it is absent or no time. */
export function readTime(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

function fromEpoch(value: number): Readonly<{ text: string; flaw: DeviationKind }> | null {
  const at = value < SECONDS_BELOW ? value * 1000 : value;
  if (!(at >= 0 && at <= 8.64e15)) return null;
  const text = new Date(at).toISOString();
  return strict.test(text) ? { text, flaw: 'timeFormat' } : null;
}

function zoneText(zone: string | undefined): string {
  if (zone === undefined || !/^[+-]/.test(zone)) return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}
