import { type Static, Type } from 'typebox';

/** What a profile limits: the whole station, every session by default, or one running session (OCPP 1.6 §3.13.1). */
export const profilePurposes = ['ChargePointMaxProfile', 'TxDefaultProfile', 'TxProfile'] as const;
export const profileKinds = ['Absolute', 'Recurring', 'Relative'] as const;
export const recurrencies = ['Daily', 'Weekly'] as const;
/** A is per phase, W the total of all phases. */
export const rateUnits = ['A', 'W'] as const;
export type RateUnit = (typeof rateUnits)[number];

const Limit = Type.Number({ minimum: 0, maximum: 1_000_000, description: 'A per phase or W in all; one decimal counts' });

/** Limits over time; a period lasts until the next one begins. */
export const ChargingSchedule = Type.Object({
  durationS: Type.Optional(Type.Integer({ minimum: 1, description: 'None: until the end of the session, or of the validity' })),
  startAt: Type.Optional(Type.Integer({ description: 'ms UTC' })),
  unit: Type.Enum([...rateUnits]),
  minRate: Type.Optional(Limit),
  periods: Type.Array(
    Type.Object({
      startS: Type.Integer({ minimum: 0, description: 'From the start of the schedule; the first is 0' }),
      limit: Limit,
      phases: Type.Optional(Type.Integer({ minimum: 1, maximum: 3, description: 'None: 3' })),
    }),
    { minItems: 1, maxItems: 1000 },
  ),
});
export type ChargingSchedule = Static<typeof ChargingSchedule>;

/** A charging profile as a station takes it (OCPP 1.6 §7.8). Times are ms UTC. */
export const ChargingProfile = Type.Object({
  id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
  transactionId: Type.Optional(Type.Integer()),
  stackLevel: Type.Integer({ minimum: 0, maximum: 1000 }),
  purpose: Type.Enum([...profilePurposes]),
  kind: Type.Enum([...profileKinds]),
  recurrency: Type.Optional(Type.Enum([...recurrencies])),
  validFrom: Type.Optional(Type.Integer()),
  validTo: Type.Optional(Type.Integer()),
  schedule: ChargingSchedule,
});
export type ChargingProfile = Static<typeof ChargingProfile>;
