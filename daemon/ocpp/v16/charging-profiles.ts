import { type Static, Type } from 'typebox';
import {
  type ChargingProfile,
  type ChargingSchedule,
  profileKinds,
  profilePurposes,
  rateUnits,
  recurrencies,
} from '../../../shared/model/charging-profile.ts';
import { readTime } from '../time.ts';
import { DateTime, Int, message, oneOf } from './fields.ts';

/** OCPP 1.6 §7.13. Limits have one decimal. */
export const WireSchedule = message({
  duration: Type.Optional(Int),
  startSchedule: Type.Optional(DateTime),
  chargingRateUnit: oneOf(rateUnits),
  chargingSchedulePeriod: Type.Array(message({ startPeriod: Int, limit: Type.Number(), numberPhases: Type.Optional(Int) })),
  minChargingRate: Type.Optional(Type.Number()),
});

/** OCPP 1.6 §7.8. */
export const WireProfile = message({
  chargingProfileId: Int,
  transactionId: Type.Optional(Int),
  stackLevel: Int,
  chargingProfilePurpose: oneOf(profilePurposes),
  chargingProfileKind: oneOf(profileKinds),
  recurrencyKind: Type.Optional(oneOf(recurrencies)),
  validFrom: Type.Optional(DateTime),
  validTo: Type.Optional(DateTime),
  chargingSchedule: WireSchedule,
});

const tenths = (value: number): number => Math.round(value * 10) / 10;
const iso = (at: number): string => new Date(at).toISOString();

function wireSchedule({ durationS, startAt, unit, minRate, periods }: ChargingSchedule): Static<typeof WireSchedule> {
  return {
    ...(durationS !== undefined && { duration: durationS }),
    ...(startAt !== undefined && { startSchedule: iso(startAt) }),
    chargingRateUnit: unit,
    chargingSchedulePeriod: periods.map(({ startS, limit, phases }) => ({
      startPeriod: startS,
      limit: tenths(limit),
      ...(phases !== undefined && { numberPhases: phases }),
    })),
    ...(minRate !== undefined && { minChargingRate: tenths(minRate) }),
  };
}

export function wireProfile(profile: ChargingProfile): Static<typeof WireProfile> {
  return {
    chargingProfileId: profile.id,
    ...(profile.transactionId !== undefined && { transactionId: profile.transactionId }),
    stackLevel: profile.stackLevel,
    chargingProfilePurpose: profile.purpose,
    chargingProfileKind: profile.kind,
    ...(profile.recurrency !== undefined && { recurrencyKind: profile.recurrency }),
    ...(profile.validFrom !== undefined && { validFrom: iso(profile.validFrom) }),
    ...(profile.validTo !== undefined && { validTo: iso(profile.validTo) }),
    chargingSchedule: wireSchedule(profile.schedule),
  };
}

/** A schedule that a station tells, in the domain's words. */
export function scheduleOf(wire: Static<typeof WireSchedule>): ChargingSchedule {
  const startAt = wire.startSchedule === undefined ? null : readTime(wire.startSchedule);
  return {
    ...(wire.duration !== undefined && { durationS: wire.duration }),
    ...(startAt !== null && { startAt }),
    unit: wire.chargingRateUnit,
    ...(wire.minChargingRate !== undefined && { minRate: wire.minChargingRate }),
    periods: wire.chargingSchedulePeriod.map(({ startPeriod, limit, numberPhases }) => ({
      startS: startPeriod,
      limit,
      ...(numberPhases !== undefined && { phases: numberPhases }),
    })),
  };
}
