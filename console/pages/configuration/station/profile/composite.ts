import type { ChargingSchedule } from '../../../../../shared/model/charging-profile.ts';
import type { Command } from '../../../../../shared/model/command.ts';

/** What a station said it would draw: from when on, and how much. */
export type Composite = Readonly<{ startAt: number; schedule: ChargingSchedule }>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** The composite schedule in the answer to `getCompositeSchedule`; null when the station gave none. */
export function compositeOf({ detail, answeredAt }: Pick<Command, 'detail' | 'answeredAt'>): Composite | null {
  if (!isObject(detail) || !isObject(detail.schedule)) return null;
  const { schedule } = detail;
  if (!Array.isArray(schedule.periods) || schedule.periods.length === 0) return null;
  const unit = schedule.unit === 'W' ? 'W' : 'A';
  const periods = schedule.periods.flatMap((period: unknown) =>
    isObject(period) && typeof period.startS === 'number' && typeof period.limit === 'number'
      ? [{ startS: period.startS, limit: period.limit }]
      : [],
  );
  const startAt = [detail.startAt, schedule.startAt, answeredAt].find((at) => typeof at === 'number');
  const durationS = typeof schedule.durationS === 'number' ? { durationS: schedule.durationS } : {};
  return startAt === undefined || periods.length === 0
    ? null
    : { startAt: Number(startAt), schedule: { unit, periods, ...durationS } };
}
