import type { ChargingSchedule } from '../../../../../shared/model/charging-profile.ts';
import type { ChartDefinition } from '../../../../components/chart/definition.ts';

/** Limits over time, from an instant on, or (`from` null) from the start of the charging, whenever that is. */
export function scheduleChart(
  schedule: ChargingSchedule,
  text: Readonly<{ title: string; limit: string; now: string }>,
  span: Readonly<{ from: number | null; seconds: number; zone: string; now: number }>,
): ChartDefinition {
  const from = span.from ?? 0;
  const to = from + span.seconds * 1000;
  const points = schedule.periods
    .filter(({ startS }) => startS < span.seconds)
    .map(({ startS, limit }) => [from + startS * 1000, limit] as const);
  const last = points.at(-1);
  return {
    title: text.title,
    zone: span.zone,
    from,
    to,
    isElapsed: span.from === null,
    axes: [{ name: text.limit, unit: schedule.unit, least: schedule.unit === 'A' ? 6 : 1400 }],
    series: [
      {
        key: 'limit',
        name: text.limit,
        unit: schedule.unit,
        decimals: schedule.periods.some(({ limit }) => !Number.isInteger(limit)) ? 1 : 0,
        shape: 'step',
        colour: 'cat-1',
        fill: true,
        axis: 0,
        points: last ? [...points, [to, last[1]]] : [],
      },
    ],
    marks: span.from !== null && span.now > from && span.now < to ? [{ at: span.now, name: text.now }] : [],
  };
}
