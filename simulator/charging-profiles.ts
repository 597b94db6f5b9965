import type { Configuration } from './configuration.ts';
import { asPayload, type Payload } from './line.ts';

type Period = Readonly<{ startS: number; limit: number; phases: number }>;
type Profile = Readonly<{
  id: number;
  connectorId: number;
  transactionId: number | null;
  stackLevel: number;
  purpose: string;
  kind: string;
  recurrency: string | null;
  validFrom: number;
  validTo: number;
  unit: string;
  startAt: number | null;
  durationMs: number;
  periods: readonly Period[];
}>;
/** A session as far as profiles look at it. */
export type Charging = Readonly<{ startedAt: number; transactionId: number | null }>;

const lineV = 230;
const dayMs = 86_400_000;

/** The charging profiles of a station, and what they leave of its current (OCPP 1.6 §3.13). */
export class ChargingProfiles {
  #profiles: readonly Profile[] = [];
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  /** SetChargingProfile (§5.16); `transactionId` is that of the session on the connector, if one runs. */
  set(connectorId: number, given: unknown, transactionId: number | null): 'Accepted' | 'Rejected' {
    const profile = readProfile(connectorId, asPayload(given));
    if (!this.#isAllowed(profile)) return 'Rejected';
    if (profile.purpose === 'ChargePointMaxProfile' && connectorId !== 0) return 'Rejected';
    if (profile.purpose === 'TxProfile' && (transactionId === null || (profile.transactionId ?? transactionId) !== transactionId))
      return 'Rejected';
    const kept = this.#profiles.filter(
      (one) =>
        one.id !== profile.id &&
        !(one.connectorId === connectorId && one.purpose === profile.purpose && one.stackLevel === profile.stackLevel),
    );
    if (kept.length >= this.#configuration.number('MaxChargingProfilesInstalled')) return 'Rejected';
    this.#profiles = [...kept, profile];
    return 'Accepted';
  }

  /** ClearChargingProfile (§5.5). */
  clear({ id, connectorId, chargingProfilePurpose, stackLevel }: Payload): 'Accepted' | 'Unknown' {
    const isMeant = (one: Profile) =>
      id !== undefined
        ? one.id === id
        : (connectorId === undefined || one.connectorId === connectorId) &&
          (chargingProfilePurpose === undefined || one.purpose === chargingProfilePurpose) &&
          (stackLevel === undefined || one.stackLevel === stackLevel);
    const left = this.#profiles.filter((one) => !isMeant(one));
    if (left.length === this.#profiles.length) return 'Unknown';
    this.#profiles = left;
    return 'Accepted';
  }

  /** A session is over, and its profiles with it. */
  ended(connectorId: number): void {
    this.#profiles = this.#profiles.filter((one) => one.purpose !== 'TxProfile' || one.connectorId !== connectorId);
  }

  /** The highest current of each phase, A, that the profiles allow at a time: the least of the station's and the session's. */
  limitA(connectorId: number, charging: Charging | null, phases: number, at: number): number {
    const ofSession = this.#highest(['TxProfile'], connectorId, charging, at);
    const limits = [
      this.#highest(['ChargePointMaxProfile'], 0, charging, at),
      ofSession ?? this.#highest(['TxDefaultProfile'], connectorId, charging, at),
    ];
    const amperes = limits.map((one) => (one === null ? Number.POSITIVE_INFINITY : amps(one, phases)));
    return Math.min(...amperes);
  }

  /** The times within a span at which a limit may change. */
  changesBetween(from: number, until: number, charging: Charging | null): number[] {
    const times = this.#profiles.flatMap((one) => [
      one.validFrom,
      one.validTo,
      ...startsOf(one, charging, from, until).flatMap((start) => [
        start + one.durationMs,
        ...one.periods.map(({ startS }) => start + startS * 1000),
      ]),
    ]);
    return [...new Set(times.filter((time) => time > from && time < until))].toSorted((a, b) => a - b);
  }

  #isAllowed(profile: Profile): boolean {
    return (
      profile.stackLevel <= this.#configuration.number('ChargeProfileMaxStackLevel') &&
      profile.periods.length <= this.#configuration.number('ChargingScheduleMaxPeriods') &&
      profile.periods[0]?.startS === 0
    );
  }

  /** Within a purpose the highest level that has something to say now wins; one for an outlet over one for all. */
  #highest(purposes: readonly string[], connectorId: number, charging: Charging | null, at: number) {
    const matching = this.#profiles
      .filter((one) => purposes.includes(one.purpose) && (one.connectorId === connectorId || one.connectorId === 0))
      .filter((one) => one.transactionId === null || one.transactionId === charging?.transactionId)
      .toSorted((a, b) => b.connectorId - a.connectorId || b.stackLevel - a.stackLevel);
    for (const one of matching) {
      const period = periodAt(one, charging, at);
      if (period) return { ...period, unit: one.unit };
    }
    return null;
  }
}

const amps = ({ unit, limit, phases }: Period & { unit: string }, used: number): number =>
  unit === 'A' ? limit : limit / (lineV * Math.min(phases, used));

function periodAt(profile: Profile, charging: Charging | null, at: number): Period | null {
  if (at < profile.validFrom || at >= profile.validTo) return null;
  const start = startsOf(profile, charging, at, at + 1).findLast((time) => time <= at);
  if (start === undefined || at >= start + profile.durationMs) return null;
  return profile.periods.findLast(({ startS }) => start + startS * 1000 <= at) ?? null;
}

/** When a profile's schedule begins, as far as it matters within a span. */
function startsOf({ kind, recurrency, startAt }: Profile, charging: Charging | null, from: number, until: number): number[] {
  const anchor = kind === 'Relative' || startAt === null ? (charging?.startedAt ?? null) : startAt;
  if (anchor === null) return [];
  if (kind !== 'Recurring') return [anchor];
  const everyMs = recurrency === 'Weekly' ? 7 * dayMs : dayMs;
  const first = anchor + Math.max(0, Math.floor((from - anchor) / everyMs)) * everyMs;
  const starts: number[] = [];
  for (let start = first; start < until; start += everyMs) starts.push(start);
  return starts;
}

function readProfile(connectorId: number, given: Payload): Profile {
  const schedule = asPayload(given.chargingSchedule);
  const periods = Array.isArray(schedule.chargingSchedulePeriod) ? schedule.chargingSchedulePeriod.map(asPayload) : [];
  const time = (value: unknown, otherwise: number) => (typeof value === 'string' ? Date.parse(value) : otherwise);
  return {
    id: Number(given.chargingProfileId),
    connectorId,
    transactionId: typeof given.transactionId === 'number' ? given.transactionId : null,
    stackLevel: Number(given.stackLevel),
    purpose: String(given.chargingProfilePurpose),
    kind: String(given.chargingProfileKind),
    recurrency: typeof given.recurrencyKind === 'string' ? given.recurrencyKind : null,
    validFrom: time(given.validFrom, Number.NEGATIVE_INFINITY),
    validTo: time(given.validTo, Number.POSITIVE_INFINITY),
    unit: String(schedule.chargingRateUnit),
    startAt: typeof schedule.startSchedule === 'string' ? Date.parse(schedule.startSchedule) : null,
    durationMs: typeof schedule.duration === 'number' ? schedule.duration * 1000 : Number.POSITIVE_INFINITY,
    periods: periods.map(({ startPeriod, limit, numberPhases }) => ({
      startS: Number(startPeriod),
      limit: Number(limit),
      phases: typeof numberPhases === 'number' ? numberPhases : 3,
    })),
  };
}
