import { valuesOf } from '../../storage/configuration-keys.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';

/** What a station has said of its limits, by keys as the standard spells them; a key that it has not told limits nothing. */
export async function limitsOf(central: Central, station: Station, keys: readonly string[]) {
  const values = await valuesOf(central.storage.read, station.id, keys);
  const text = (key: string): string | null => values.get(key.toLowerCase()) ?? null;
  return {
    text,
    number: (key: string): number | null => {
      const value = text(key);
      return value !== null && /^\d+$/.test(value.trim()) ? Number(value) : null;
    },
  };
}

/** A refusal because of what the station has said of itself. It names the key, its value, what was asked, and the field. */
export const beyondLimit = (key: string, limit: string | number, asked: string | number, field: string): DomainError =>
  new DomainError('stationLimit', { key, limit, asked, field }, { [field]: 'stationLimit' });

/** Refuses when the station says that it cannot. */
export async function needsTrue(central: Central, station: Station, key: string, field: string): Promise<void> {
  const value = (await limitsOf(central, station, [key])).text(key);
  if (value?.trim().toLowerCase() === 'false') throw beyondLimit(key, value, 'true', field);
}
