import { useI18n } from 'vue-i18n';
import type { Column, Filter } from '../../../shared/model/table.ts';
import { durationText, numberText, parseDuration, parseNumber } from '../../composables/quantity.ts';
import { timeText } from '../../composables/time-zone.ts';

/** Factor between what a column keeps (Wh, W) and what people read and type (kWh, kW). */
const shownPer = (column: Column): number => (column.kind === 'energy' || column.kind === 'power' ? 1000 : 1);

export const unitOf = (column: Column): string => ({ energy: 'kWh', power: 'kW' })[column.kind as 'energy' | 'power'] ?? '';

/** What people type into a range of this column, as it is kept; null when it is none, undefined when the end is open. */
export function parseEnd(text: string, column: Column): number | null | undefined {
  if (text.trim() === '') return undefined;
  if (column.kind === 'duration') return parseDuration(text);
  const value = parseNumber(text);
  return value === null ? null : Math.round(value * shownPer(column));
}

/** Texts of columns, their values and their filters, in the reader's language. `name` is the section of the locales. */
export function useColumnText(name: string, zone: () => string) {
  const { t, te, locale } = useI18n();

  const title = (column: Column): string => t(`${name}.column.${column.key}`);
  const valueText = (column: Column, value: string): string => {
    const key = `${name}.value.${column.key}.${value}`;
    return te(key) ? t(key) : value;
  };

  /** One end of a range as people read and type it. */
  function endText(column: Column, value: number): string {
    if (column.kind === 'time') return timeText(value, zone()).slice(0, 16);
    if (column.kind === 'duration') return durationText(value);
    const shown = value / shownPer(column);
    return numberText(shown, locale.value, Number.isInteger(shown) ? 0 : 2);
  }

  function rangeText(filter: Filter & { op: 'between' }, column: Column, unit: string): string {
    if (filter.period) return t(`table.period.${filter.period}`);
    const [from, to] = [filter.from, filter.to].map((end) => (end === undefined ? null : endText(column, end)));
    if (from && to) return from === to ? `= ${from}${unit}` : `${from} – ${to}${unit}`;
    if (column.kind === 'time') return t(from ? 'table.since' : 'table.until', { time: from ?? to ?? '' });
    return from ? `≥ ${from}${unit}` : `≤ ${to}${unit}`;
  }

  /** A filter in a few words; with its unit where the column's title does not stand above it. */
  function filterSummary(filter: Filter, column: Column, withUnit: boolean): string {
    switch (filter.op) {
      case 'between':
        return rangeText(filter, column, withUnit && unitOf(column) ? `\u00A0${unitOf(column)}` : '');
      case 'in': {
        const names = filter.values.map((value) => valueText(column, value));
        return names.length <= 3 && withUnit
          ? names.join(', ')
          : t('table.someOf', { count: names.length, total: column.values?.length ?? names.length });
      }
      case 'empty':
      case 'notEmpty':
        return t(`table.op.${filter.op}`);
      case 'contains':
        return withUnit ? t('table.opWith.contains', { value: filter.value }) : filter.value;
      default:
        return t(`table.opWith.${filter.op}`, { value: filter.value });
    }
  }

  return { title, valueText, endText, filterSummary };
}
