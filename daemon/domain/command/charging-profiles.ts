import type { ChargingProfile, RateUnit } from '../../../shared/model/charging-profile.ts';
import { profilesOf } from '../../storage/charging-profiles.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { beyondLimit, limitsOf } from './station-limit.ts';

type Problem = readonly [field: string, reason: string];

/** Refuses a profile that no station could take (OCPP 1.6 §3.13, §7.8), and one that this station has said to be beyond it (FACTS §8). */
export async function checkProfile(
  central: Central,
  station: Station,
  connectorId: number,
  profile: ChargingProfile,
  place: string,
): Promise<void> {
  const problems = [...purposeProblems(connectorId, profile), ...kindProblems(profile), ...periodProblems(profile)];
  const [first] = problems;
  if (first) {
    const fields = Object.fromEntries(problems.map(([field, reason]) => [`${place}.${field}`, reason]));
    throw new DomainError('inputInvalid', { field: `${place}.${first[0]}` }, fields);
  }
  await checkLimits(central, station, connectorId, profile, place);
}

function* purposeProblems(connectorId: number, profile: ChargingProfile): Generator<Problem> {
  if (profile.purpose === 'ChargePointMaxProfile' && connectorId !== 0) yield ['purpose', 'onlyWholeStation'];
  if (profile.purpose === 'TxProfile' && connectorId === 0) yield ['purpose', 'onlyOneOutlet'];
  if (profile.purpose !== 'TxProfile' && profile.transactionId !== undefined) yield ['transactionId', 'onlyTxProfile'];
  if (profile.purpose === 'ChargePointMaxProfile' && profile.kind === 'Relative') yield ['kind', 'notRelative'];
}

function* kindProblems({ kind, recurrency, schedule, validFrom, validTo }: ChargingProfile): Generator<Problem> {
  if (kind === 'Recurring' && recurrency === undefined) yield ['recurrency', 'required'];
  if (kind !== 'Recurring' && recurrency !== undefined) yield ['recurrency', 'onlyRecurring'];
  if (kind === 'Recurring' && schedule.startAt === undefined) yield ['schedule.startAt', 'required'];
  if (kind === 'Relative' && schedule.startAt !== undefined) yield ['schedule.startAt', 'notRelative'];
  if (validFrom !== undefined && validTo !== undefined && validTo <= validFrom) yield ['validTo', 'beforeStart'];
}

function* periodProblems({ schedule: { periods, durationS } }: ChargingProfile): Generator<Problem> {
  let before = -1;
  for (const [index, { startS, limit }] of periods.entries()) {
    const place = `schedule.periods.${index}`;
    if (index === 0 && startS !== 0) yield [`${place}.startS`, 'firstNotZero'];
    if (startS <= before) yield [`${place}.startS`, 'notRising'];
    if (durationS !== undefined && startS >= durationS) yield [`${place}.startS`, 'afterEnd'];
    // 16.3 is no exact number: tenths are compared rounded (FACTS §11).
    if (Math.abs(limit * 10 - Math.round(limit * 10)) > 1e-6) yield [`${place}.limit`, 'oneDecimal'];
    before = startS;
  }
}

const limitKeys = {
  level: 'ChargeProfileMaxStackLevel',
  periods: 'ChargingScheduleMaxPeriods',
  profiles: 'MaxChargingProfilesInstalled',
} as const;

async function checkLimits(
  central: Central,
  station: Station,
  connectorId: number,
  profile: ChargingProfile,
  place: string,
): Promise<void> {
  await checkUnit(central, station, profile.schedule.unit, `${place}.schedule.unit`);
  const limits = await limitsOf(central, station, Object.values(limitKeys));
  const level = limits.number(limitKeys.level);
  if (level !== null && profile.stackLevel > level)
    throw beyondLimit(limitKeys.level, level, profile.stackLevel, `${place}.stackLevel`);
  const periods = limits.number(limitKeys.periods);
  const asked = profile.schedule.periods.length;
  if (periods !== null && asked > periods) throw beyondLimit(limitKeys.periods, periods, asked, `${place}.schedule.periods`);
  const most = limits.number(limitKeys.profiles);
  if (most === null) return;
  const others = (await profilesOf(central.storage.read, station.id)).filter(
    (one) =>
      one.profileId !== profile.id &&
      !(one.connectorId === connectorId && one.purpose === profile.purpose && one.stackLevel === profile.stackLevel),
  );
  if (others.length + 1 > most) throw beyondLimit(limitKeys.profiles, most, others.length + 1, `${place}.id`);
}

const unitKey = 'ChargingScheduleAllowedChargingRateUnit';
// The key says Current and Power where messages say A and W; some stations write the letters here, too.
const wordsOf: Readonly<Record<RateUnit, readonly string[]>> = { A: ['current', 'a'], W: ['power', 'w'] };

/** Refuses a unit that the station has said not to take. */
export async function checkUnit(central: Central, station: Station, unit: RateUnit, field: string): Promise<void> {
  const told = (await limitsOf(central, station, [unitKey])).text(unitKey);
  const words = (told ?? '')
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
  if (words.length > 0 && !words.some((word) => wordsOf[unit].includes(word)))
    throw beyondLimit(unitKey, told ?? '', unit, field);
}
