import type { ConfigurationEntry } from '../../../../../shared/api/stations.ts';
import { fitOf, type KnownKey, keyProfiles, knownKey } from '../../../../../shared/model/configuration-keys.ts';
import type { Configuration } from './useConfiguration.ts';

export type RowFilter = 'all' | 'writable' | 'changed' | 'edited';
export const rowFilters: readonly RowFilter[] = ['all', 'writable', 'changed', 'edited'];

/** Values that people have typed, by key. */
export type Edits = Readonly<Record<string, string>>;

/** The keys of a feature profile. */
export type RowGroup = Readonly<{ profile: KnownKey['profile']; rows: readonly ConfigurationEntry[] }>;

/** A key that the station has not told, such as a password: it can be written all the same. */
export const untold = (key: string): ConfigurationEntry => ({
  key,
  readonly: false,
  value: null,
  previousValue: null,
  changedAt: null,
  known: knownKey(key),
});

/** Read only as the station says, or by the standard: such a key is not editable. */
export const isReadOnly = (entry: ConfigurationEntry): boolean => entry.readonly || entry.known?.access === 'R';

/** Whether the last reading found another value than the one before. */
export const isChanged = (entry: ConfigurationEntry, readAt: number | null): boolean =>
  entry.changedAt !== null && readAt !== null && entry.changedAt >= readAt;

/** What was typed and differs from what the station has. */
export function editedOf(entries: readonly ConfigurationEntry[], edits: Edits): readonly ConfigurationEntry[] {
  return entries.filter((entry) => {
    const edit = edits[entry.key];
    return edit !== undefined && edit !== (entry.value ?? '');
  });
}

/** What a value has to be, when it is not that; undefined when it fits or nothing is known. */
export function unfit(entry: ConfigurationEntry, value: string): string | undefined {
  if (!entry.known) return undefined;
  const fit = fitOf(entry.known, value, entry.value);
  return fit.fits ? undefined : fit.expected;
}

/** The rows that a search and a filter leave, by feature profile in the standard's order; `meaning` is a key's text. */
export function groupsOf(
  entries: readonly ConfigurationEntry[],
  { readAt }: Pick<Configuration, 'readAt'>,
  asked: Readonly<{ search: string; filter: RowFilter; edits: Edits; meaning: (key: string) => string }>,
): readonly RowGroup[] {
  const text = asked.search.trim().toLowerCase();
  const edited = new Set(editedOf(entries, asked.edits));
  const fits = (entry: ConfigurationEntry): boolean => {
    if (asked.filter === 'writable' && isReadOnly(entry)) return false;
    if (asked.filter === 'changed' && !isChanged(entry, readAt)) return false;
    if (asked.filter === 'edited' && !edited.has(entry)) return false;
    if (text === '') return true;
    const meaning = entry.known ? asked.meaning(entry.known.key) : '';
    return [entry.key, entry.value ?? '', meaning].some((part) => part.toLowerCase().includes(text));
  };
  const shown = entries.filter(fits).toSorted((a, b) => a.key.localeCompare(b.key, 'en', { numeric: true }));
  return keyProfiles
    .map((profile) => ({ profile, rows: shown.filter((entry) => (entry.known?.profile ?? 'Vendor') === profile) }))
    .filter(({ rows }) => rows.length > 0);
}
