import type {
  ChargingProfile,
  profileKinds,
  profilePurposes,
  RateUnit,
  recurrencies,
} from '../../../../../shared/model/charging-profile.ts';
import { parseDuration, parseNumber } from '../../../../composables/quantity.ts';
import { clockText, dateText, instantOf, parseTime, wallTime } from '../../../../composables/time-zone.ts';

/** A row of the table of periods, as it is typed. */
export type PeriodDraft = { start: string; limit: string; phases: '' | '1' | '2' | '3' };

/** A charging profile as it is typed; `readProfile` makes one of it. */
export type ProfileDraft = {
  id: string;
  purpose: (typeof profilePurposes)[number];
  stackLevel: string;
  kind: (typeof profileKinds)[number];
  recurrency: (typeof recurrencies)[number];
  validFrom: string;
  validTo: string;
  startAt: string;
  duration: string;
  unit: RateUnit;
  minRate: string;
  periods: PeriodDraft[];
};

/** Members that are wrong, `period.<row>.<member>` for those of a period, and why: a key of `control.profile.wrong`. */
export type DraftProblems = Readonly<Record<string, string>>;

const hourMs = 3_600_000;
const largestId = 2_147_483_647;
const highestLevel = 1000;

/** A moment as people type it. */
export const momentText = (at: number, zone: string): string => `${dateText(at, zone)} ${clockText(at, zone)}`;

/** `1:30` for hours and minutes, with seconds only where there are any. */
export function spanText(seconds: number): string {
  const pad = (value: number) => String(value).padStart(2, '0');
  const text = `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? text : `${text}:${pad(seconds % 60)}`;
}

export const midnight = (at: number, zone: string): number => {
  const { year, month, day } = wallTime(at, zone);
  return instantOf({ year, month, day }, zone);
};

export function newDraft(purpose: ProfileDraft['purpose'], id: number, now: number, zone: string): ProfileDraft {
  return {
    id: String(id),
    purpose,
    stackLevel: '0',
    kind: purpose === 'ChargePointMaxProfile' ? 'Absolute' : 'Relative',
    recurrency: 'Daily',
    validFrom: '',
    validTo: '',
    startAt: momentText(midnight(now, zone), zone),
    duration: '',
    unit: 'A',
    minRate: '',
    periods: [{ start: '0:00', limit: '16', phases: '' }],
  };
}

/** Ready-made limits: one that holds all the time, or one for the day and more at night. */
export type Preset = Readonly<{ key: string; limitA: number; nightA?: number }>;
export const presets: readonly Preset[] = [
  { key: 'pause', limitA: 0 },
  { key: 'limit', limitA: 6 },
  { key: 'limit', limitA: 10 },
  { key: 'limit', limitA: 16 },
  { key: 'limit', limitA: 32 },
  { key: 'night', limitA: 6, nightA: 16 },
];

export function usePreset(draft: ProfileDraft, preset: Preset, now: number, zone: string): void {
  draft.unit = 'A';
  const period = (start: string, limit: number): PeriodDraft => ({ start, limit: String(limit), phases: '' });
  if (preset.nightA === undefined) {
    draft.periods = [period('0:00', preset.limitA)];
    if (draft.kind === 'Recurring') draft.kind = draft.purpose === 'ChargePointMaxProfile' ? 'Absolute' : 'Relative';
    draft.duration = '';
    return;
  }
  draft.kind = 'Recurring';
  draft.recurrency = 'Daily';
  draft.startAt = momentText(midnight(now, zone), zone);
  draft.duration = '24:00';
  draft.periods = [period('0:00', preset.nightA), period('6:00', preset.limitA), period('22:00', preset.nightA)];
}

/** The profile that a draft describes, or what is wrong with it (OCPP 1.6 §3.13, §7.8). */
export function readProfile(
  draft: ProfileDraft,
  zone: string,
): { profile: ChargingProfile; problems: null } | { profile: null; problems: DraftProblems } {
  const problems: Record<string, string> = {};
  const number = (key: string, text: string, most: number): number => {
    const value = parseNumber(text);
    if (value === null || value < 0 || value > most) problems[key] = 'number';
    return value ?? 0;
  };
  const whole = (key: 'id' | 'stackLevel', least: number, most: number): number => {
    const value = number(key, draft[key], most);
    if (!Number.isInteger(value) || value < least) problems[key] = 'number';
    return value;
  };
  const moment = (key: 'validFrom' | 'validTo' | 'startAt', isNeeded = false): number | undefined => {
    const text = draft[key].trim();
    const at = text === '' ? null : parseTime(text, zone);
    if (at === null && (isNeeded || text !== '')) problems[key] = isNeeded && text === '' ? 'needed' : 'time';
    return at ?? undefined;
  };

  const id = whole('id', 1, largestId);
  const stackLevel = whole('stackLevel', 0, highestLevel);
  const [validFrom, validTo] = [moment('validFrom'), moment('validTo')];
  if (validFrom !== undefined && validTo !== undefined && validTo <= validFrom) problems.validTo = 'beforeStart';
  const startAt = draft.kind === 'Relative' ? undefined : moment('startAt', true);
  const durationS = draft.duration.trim() === '' ? undefined : seconds(draft.duration);
  if (durationS === null || durationS === 0) problems.duration = 'span';
  const minRate = draft.minRate.trim() === '' ? undefined : number('minRate', draft.minRate, 1_000_000);
  if (draft.purpose === 'ChargePointMaxProfile' && draft.kind === 'Relative') problems.kind = 'notRelative';

  let before = -1;
  const periods = draft.periods.map(({ start, limit, phases }, index) => {
    const startS = seconds(start);
    const place = `period.${index}.start`;
    if (startS === null) problems[place] = 'span';
    else if (index === 0 && startS !== 0) problems[place] = 'firstNotZero';
    else if (startS <= before) problems[place] = 'notRising';
    else if (durationS && startS >= durationS) problems[place] = 'afterEnd';
    before = startS ?? before;
    const value = number(`period.${index}.limit`, limit, 1_000_000);
    return { startS: startS ?? 0, limit: Math.round(value * 10) / 10, ...(phases === '' ? {} : { phases: Number(phases) }) };
  });

  if (Object.keys(problems).length > 0) return { profile: null, problems };
  const given = { validFrom, validTo };
  return {
    profile: {
      id,
      stackLevel,
      purpose: draft.purpose,
      kind: draft.kind,
      ...(draft.kind === 'Recurring' ? { recurrency: draft.recurrency } : {}),
      ...present(given),
      schedule: { ...present({ durationS: durationS ?? undefined, startAt, minRate }), unit: draft.unit, periods },
    },
    problems: null,
  };
}

const seconds = (text: string): number | null => {
  const ms = parseDuration(text);
  return ms === null ? null : Math.round(ms / 1000);
};

/** The members that have a value. */
type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
function present<T extends Record<string, unknown>>(members: T): Present<T> {
  // What is left out are exactly the members without a value.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** How long a chart of a schedule reaches: its own length, that of its repetition, or a while beyond its last period. */
export function shownSeconds({ kind, recurrency, schedule }: Pick<ChargingProfile, 'kind' | 'recurrency' | 'schedule'>): number {
  const last = schedule.periods.at(-1)?.startS ?? 0;
  const day = (24 * hourMs) / 1000;
  const repetition = kind === 'Recurring' ? (recurrency === 'Weekly' ? 7 * day : day) : 0;
  return schedule.durationS ?? Math.max(repetition, last === 0 ? 4 * 3600 : Math.ceil((last * 1.25) / 1800) * 1800);
}
