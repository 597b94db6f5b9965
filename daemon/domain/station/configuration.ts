import type { ConfigurationKey } from '../../../shared/model/command.ts';
import { forgetConfigurationKeys, keepConfigurationKeys } from '../../storage/configuration-keys.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import type { Station } from './station.ts';

/** What an adapter puts into `detail` of the answer to `getConfiguration`. */
export type ConfigurationAnswer = Readonly<{ keys: readonly ConfigurationKey[]; unknown: readonly string[] }>;

const mostKeys = 1000;
/** The answer to BootNotification goes first, and what a station sends after its start may come before our curiosity. */
const readAfterMs = 1000;
const secretKeys = new Set(['authorizationkey']);

/** Whether the value of a key must neither be stored nor shown (SECURITY R16). */
export const isSecretKey = (key: string): boolean => secretKeys.has(key.toLowerCase());

/** The statements that keep what a station answered; a full answer replaces all that was known. */
export function keepConfiguration(
  central: Central,
  station: Station,
  answer: ConfigurationAnswer,
  isFull: boolean,
): readonly Statement[] {
  const readAt = central.clock.now();
  const byName = new Map(answer.keys.slice(0, mostKeys).map((key) => [key.key, key]));
  const rows = [...byName.values()].map((key) => ({
    stationId: station.id,
    key: key.key,
    readonly: key.readonly ? 1 : 0,
    value: isSecretKey(key.key) ? null : key.value,
    readAt,
  }));
  const timeout = answer.keys.find((key) => key.key.toLowerCase() === 'connectiontimeout')?.value;
  if (timeout !== undefined && timeout !== null && Number(timeout) > 0) station.connectionTimeoutS = Number(timeout);
  if (rows.length > 0) station.configurationReadAt = readAt;
  const kept = rows.length > 0 ? [keepConfigurationKeys(rows)] : [];
  return isFull ? [forgetConfigurationKeys(station.id), ...kept] : kept;
}

/** Whether the detail of an answer is what an adapter makes of a list of keys. */
export function isConfigurationAnswer(detail: unknown): detail is ConfigurationAnswer {
  return typeof detail === 'object' && detail !== null && 'keys' in detail && Array.isArray(detail.keys);
}

/** Reads all keys of a station in the background, to learn what it can do (FACTS §6.1). What it refuses harms nothing (FIELD 19). */
export function readConfiguration(central: Central, station: Station): void {
  const link = station.link;
  if (!link?.supports('getConfiguration')) return;
  const read = async () => {
    if (station.link !== link) return;
    try {
      const answer = await link.call({ kind: 'getConfiguration' }, () => {});
      if (answer.outcome !== 'accepted' || !isConfigurationAnswer(answer.detail)) return;
      await central.storage.write(keepConfiguration(central, station, answer.detail, true));
      central.publish({ kind: 'station.changed', stationId: station.id });
    } catch (error) {
      station.log.info({ err: error }, 'configuration keys could not be read');
    }
  };
  setTimeout(() => void read(), readAfterMs).unref();
}
