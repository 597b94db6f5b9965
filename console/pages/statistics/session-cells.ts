import { useI18n } from 'vue-i18n';
import type { SessionRow, sessionColumns } from '../../../shared/model/session.ts';
import type { Column, Filter } from '../../../shared/model/table.ts';
import type { Cell } from '../../components/table/definition.ts';
import { durationText, energyText, powerText } from '../../composables/quantity.ts';
import { instantOf, timeText, wallTime } from '../../composables/time-zone.ts';

/** The manual's numbers for how somebody was authorised (PRODUCT M9). */
const authenticationNumber: Readonly<Record<string, string>> = { anonymous: '0', rfid: '1' };
const lateAfterMs = 60_000;
const dash = '—';

/** What stands in the cells of Statistics. `now` is looked at for running sessions only. */
export function useSessionCells(zoneOf: (row: SessionRow) => string, now: () => number) {
  const { t, te, locale } = useI18n();
  const unknown = (reason: string): Cell => ({ text: dash, tip: t(`sessions.unknown.${reason}`), look: 'unknown' });
  const time = (row: SessionRow, at: number): string => timeText(at, zoneOf(row));

  function startedAt(row: SessionRow): Cell {
    const glyph = row.state === 'charging' ? 'charging' : row.state === 'stopped' ? 'occupied' : 'none';
    const isCorrected = row.flags.includes('clockCorrected');
    return {
      text: time(row, row.startedAt),
      glyph,
      ...(isCorrected ? { look: 'doubtful', tip: t('sessions.flag.clockCorrected') } : {}),
    };
  }

  function duration(row: SessionRow): Cell {
    if (row.state === 'charging' || row.state === 'stopped') return { text: durationText(now() - row.startedAt) };
    return row.durationMs === null ? unknown('duration') : { text: durationText(row.durationMs) };
  }

  function endedAt(row: SessionRow): Cell {
    if (row.state === 'charging') return { text: t('sessions.value.state.charging'), look: 'charging' };
    if (row.state === 'stopped') return { text: t('sessions.cableIn'), tip: t('sessions.cableInExplains') };
    return row.endedAt === null ? unknown('end') : { text: time(row, row.endedAt) };
  }

  function energy(row: SessionRow): Cell {
    if (row.energyWh === null) return unknown('energy');
    const doubt = (['implausible', 'meterReset', 'unitGuessed'] as const).find((flag) => row.flags.includes(flag));
    const text = energyText(row.energyWh, locale.value);
    return doubt ? { text, look: 'doubtful', tip: t(`sessions.flag.${doubt}`) } : { text, look: 'strong' };
  }

  function serverLogAt(row: SessionRow): Cell {
    const text = time(row, row.serverLogAt);
    const isLate = row.flags.includes('offline') || row.serverLogAt - row.startedAt > lateAfterMs;
    return isLate ? { text, look: 'doubtful', tip: t('sessions.flag.offline') } : { text };
  }

  function stopReason(row: SessionRow): Cell {
    if (row.stopReason === null) return row.state === 'charging' ? { text: '' } : unknown('stopReason');
    const key = `sessions.value.stopReason.${row.stopReason}`;
    return { text: te(key) ? t(key) : row.stopReason, tip: row.stopReason };
  }

  const text = (value: string | null, reason: string): Cell => (value === null ? unknown(reason) : { text: value });
  const measured = (value: number | null, reason: string, write = energyText): Cell =>
    value === null ? unknown(reason) : { text: write(value, locale.value) };

  const cells: Readonly<Record<(typeof sessionColumns)[number]['key'], (row: SessionRow) => Cell>> = {
    startedAt,
    durationMs: duration,
    endedAt,
    nodeIdentity: (row) => ({ text: row.nodeIdentity, look: 'mono' }),
    siteName: (row) => ({ text: row.siteName }),
    energyWh: energy,
    stationName: (row) => ({ text: row.stationName }),
    authentication: (row) => ({
      text: t(`sessions.value.authentication.${row.authentication}`),
      quiet: authenticationNumber[row.authentication],
    }),
    transactionId: (row) => ({ text: String(row.transactionId) }),
    connectorId: (row) => ({ text: String(row.connectorId) }),
    serverLogAt,
    email: (row) => text(row.email, 'user'),
    meterValueWh: (row) => measured(row.meterValueWh, 'meter'),
    state: (row) => ({ text: t(`sessions.value.state.${row.state}`) }),
    idTag: (row) => (row.idTag === null ? unknown('idTag') : { text: row.idTag, look: 'mono' }),
    userName: (row) => text(row.userName, 'user'),
    peakPowerW: (row) => measured(row.peakPowerW, 'power', powerText),
    stopReason,
    meterStartWh: (row) => measured(row.meterStartWh, 'meter'),
  };
  return (row: SessionRow, column: Column): Cell => cells[column.key as keyof typeof cells](row); // the table's columns are `sessionColumns`
}

/** The filter that finds the sessions with the same value; of a time the same day. Null where there is none. */
export function sameValue(row: SessionRow, column: Column, zone: string): Filter | null {
  const value: unknown = row[column.key as (typeof sessionColumns)[number]['key']];
  if (value === null) return { column: column.key, op: 'empty' };
  if (column.kind === 'time' && typeof value === 'number') {
    const { year, month, day } = wallTime(value, zone);
    return {
      column: column.key,
      op: 'between',
      from: instantOf({ year, month, day }, zone),
      to: instantOf({ year, month, day: day + 1 }, zone) - 1,
    };
  }
  if (column.kind === 'set') return { column: column.key, op: 'in', values: [String(value)] };
  if (typeof value === 'number') return { column: column.key, op: 'between', from: value, to: value };
  return { column: column.key, op: 'is', value: String(value) };
}
