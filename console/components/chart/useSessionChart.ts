import { type ComputedRef, computed } from 'vue';
import { useI18n } from 'vue-i18n';
import type { SessionRow, SessionSample } from '../../../shared/model/session.ts';
import type { ChartDefinition, Point } from './definition.ts';
import { sessionCurve } from './session-curve.ts';

/** The energy and power curve of a session. Until it has ended the curve goes on to `now`. */
export function useSessionChart(
  curve: () => Readonly<{ session: SessionRow; samples: readonly SessionSample[] }> | null,
  zone: () => string,
  now: () => number,
): ComputedRef<ChartDefinition | null> {
  const { t } = useI18n();
  return computed(() => {
    const given = curve();
    if (!given) return null;
    const { session, samples } = given;
    const { energyKwh, powerKw, isPowerComputed } = sessionCurve(samples, session);
    const isRunning = session.state === 'charging';
    const lastAt = samples.at(-1)?.at ?? session.startedAt;
    const to = isRunning
      ? now()
      : Math.max(session.endedAt ?? 0, session.chargingStoppedAt ?? 0, lastAt, session.startedAt + 60_000);
    const stoppedAt = session.chargingStoppedAt;
    const isApart = stoppedAt !== null && session.endedAt !== null && session.endedAt - stoppedAt > (to - session.startedAt) / 50;
    return {
      title: t('session.curveOf', { station: session.stationName, outlet: session.connectorId }),
      zone: zone(),
      from: Math.min(session.startedAt, samples[0]?.at ?? session.startedAt),
      to,
      axes: [
        { name: t('session.power'), unit: 'kW', least: 1 },
        { name: t('session.energy'), unit: 'kWh', least: 0.4 },
      ],
      series: [
        {
          key: 'power',
          name: t(isPowerComputed ? 'session.powerComputed' : 'session.power'),
          unit: 'kW',
          decimals: 2,
          shape: 'step',
          colour: 'st-charging',
          fill: true,
          axis: 0,
          points: heldUntil(powerKw, isRunning ? to : null),
        },
        {
          key: 'energy',
          name: t('session.energy'),
          unit: 'kWh',
          decimals: 2,
          shape: 'line',
          colour: 'cat-3',
          axis: 1,
          points: energyKwh,
        },
      ],
      marks: isApart && stoppedAt !== null ? [{ at: stoppedAt, name: t('session.chargingStopped') }] : [],
    };
  });
}

/** The last power holds until now, as far as anybody knows, but not for longer than a minute and a half. */
export function heldUntil(points: readonly Point[], now: number | null): readonly Point[] {
  const last = points.at(-1);
  return last && now !== null && now > last[0] && now - last[0] < 90_000 ? [...points, [now, last[1]]] : points;
}
