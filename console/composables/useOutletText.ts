import { type ComputedRef, computed, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import type { OutletLive } from '../../shared/api/stations.ts';
import { durationText, energyText, powerText } from './quantity.ts';
import { clockText, dateText } from './time-zone.ts';

export type OutletFact = Readonly<{ key: string; name: string; text: string; unit?: string }>;

const staleAfterMs = 15 * 60_000;

/** What an outlet does, in words and figures: one text for card and page. */
export function useOutletText(
  outlet: () => OutletLive | null,
  zone: () => string,
  now: Readonly<Ref<number>>,
): Readonly<{
  /** The state in a word, the station's own in brackets, and the plain reason behind it. */
  status: ComputedRef<Readonly<{ word: string; explains: string }>>;
  facts: ComputedRef<readonly OutletFact[]>;
  place: ComputedRef<string>;
}> {
  const { t, te, locale } = useI18n();

  const status = computed(() => {
    const given = outlet();
    if (!given) return { word: '', explains: '' };
    const word = t(`state.${given.state}`);
    if (given.state === 'fault' || (given.errorCode !== null && given.errorCode !== 'NoError')) {
      const known = te(`outlet.error.${given.errorCode}`) ? t(`outlet.error.${given.errorCode}`) : '';
      return { word, explains: [known, given.errorCode, given.vendorErrorCode, given.info].filter(Boolean).join(' · ') };
    }
    const reason =
      given.status && te(`outlet.status.${given.status}`) ? `${t(`outlet.status.${given.status}`)} (${given.status})` : '';
    return { word, explains: given.state === 'offline' || given.state === 'unknown' ? '' : reason };
  });

  const dated = (at: number): string => {
    const day = dateText(at, zone());
    return day === dateText(now.value, zone()) ? clockText(at, zone()) : `${day} ${clockText(at, zone())}`;
  };
  const quantity = (key: string, value: number | null, write: typeof energyText, unit: string): OutletFact => ({
    key,
    name: t(`outlet.fact.${key}`),
    text: value === null ? '—' : write(value, locale.value),
    ...(value === null ? {} : { unit }),
  });

  const facts = computed<readonly OutletFact[]>(() => {
    const given = outlet();
    if (!given) return [];
    const { session, lastSession, statusAt, powerW, sampledAt } = given;
    if (session) {
      const isRunning = session.chargingStoppedAt === null;
      return [
        quantity('power', isRunning ? (session.powerW ?? powerW) : 0, powerText, 'kW'),
        quantity('energy', session.energyWh, energyText, 'kWh'),
        { key: 'duration', name: t('outlet.fact.duration'), text: durationText(now.value - session.startedAt) },
        {
          key: 'user',
          name: t('outlet.fact.user'),
          text: session.userName ?? session.idTag ?? t('sessions.value.authentication.anonymous'),
        },
      ];
    }
    const isFresh = sampledAt !== null && now.value - sampledAt < staleAfterMs;
    return [
      ...(powerW !== null && powerW > 0 && isFresh ? [quantity('power', powerW, powerText, 'kW')] : []),
      ...(statusAt === null ? [] : [{ key: 'since', name: t('outlet.fact.since'), text: dated(statusAt) }]),
      ...(lastSession
        ? [
            quantity('lastEnergy', lastSession.energyWh, energyText, 'kWh'),
            {
              key: 'lasted',
              name: t('outlet.fact.lasted'),
              text: lastSession.durationMs === null ? '—' : durationText(lastSession.durationMs),
            },
            ...(lastSession.endedAt === null
              ? []
              : [{ key: 'lastEnd', name: t('outlet.fact.lastEnd'), text: dated(lastSession.endedAt) }]),
          ]
        : [{ key: 'lastEnergy', name: t('outlet.fact.lastEnergy'), text: '—' }]),
    ];
  });

  const place = computed(() => {
    const given = outlet();
    if (!given) return '';
    const parking = given.parking ? t('outlet.bay', { parking: given.parking }) : '';
    return [t(`outlet.plug.${given.plug}`), parking, t(`outlet.mode.${given.mode}`)].filter(Boolean).join(' · ');
  });

  return { status, facts, place };
}
