import type { ConfigurationEntry } from '../../shared/api/stations.ts';
import { knownKey } from '../../shared/model/configuration-keys.ts';
import type { Central } from '../domain/central.ts';
import type { Station } from '../domain/station/station.ts';
import { keysForReboot } from '../storage/commands.ts';
import { configurationOf, latestChanges } from '../storage/configuration-keys.ts';

/** The configuration keys of a station as it last answered them, with what they were before and what is known of them (PRODUCT M31). */
export async function stationConfiguration(
  { storage: { read } }: Central,
  station: Station,
): Promise<{ readAt: number | null; forReboot: string[]; keys: ConfigurationEntry[] }> {
  const [rows, changes, waiting] = await Promise.all([
    configurationOf(read, station.id),
    latestChanges(read, station.id),
    keysForReboot(read, station.id, station.bootedAt ?? 0),
  ]);
  const changeOf = new Map(changes.map((change) => [change.key, change]));
  return {
    readAt: readingOf(rows),
    forReboot: waiting.map(({ key }) => key),
    keys: rows.map(({ key, readonly, value }) => ({
      key,
      readonly: readonly === 1,
      value,
      previousValue: changeOf.get(key)?.before ?? null,
      changedAt: changeOf.get(key)?.changedAt ?? null,
      known: knownKey(key),
    })),
  };
}

/** When the station was last asked for its keys: the time that most of them carry, since an upload renews only those that it wrote. */
function readingOf(rows: readonly Readonly<{ readAt: number }>[]): number | null {
  const counts = new Map<number, number>();
  for (const { readAt } of rows) counts.set(readAt, (counts.get(readAt) ?? 0) + 1);
  const [most] = [...counts].toSorted(([at, count], [otherAt, otherCount]) => otherCount - count || otherAt - at);
  return most?.[0] ?? null;
}
