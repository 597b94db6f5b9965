import type { ConfigurationKey } from '../../../shared/model/command.ts';
import { knownKeys } from '../../../shared/model/configuration-keys.ts';
import { forgetOtherKeys, keepConfigurationKeys } from '../../storage/configuration-keys.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { isSecretName } from '../secrets/names.ts';
import type { Station, StationAnswer, StationLink } from './station.ts';

/** What an adapter puts into `detail` of the answer to `getConfiguration`. */
export type ConfigurationAnswer = Readonly<{
  keys: readonly ConfigurationKey[];
  unknown: readonly string[];
  /** The station had more keys than it told. */
  isCut?: boolean;
}>;

/** More than a message of the usual size can hold. */
const mostKeys = 5000;
/** The answer to BootNotification goes first, and what a station sends after its start may come before our curiosity. */
const readAfterMs = 1000;

/** The statements that keep what a station answered; a full answer that was not cut replaces all that was known. */
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
    value: isSecretName(key.key) ? null : key.value,
    readAt,
  }));
  for (const { key, value } of byName.values()) if (value !== null) noteKey(station, key, value);
  if (rows.length === 0) return [];
  station.configurationReadAt = readAt;
  const kept = keepConfigurationKeys(rows);
  return isFull && !answer.isCut ? [kept, forgetOtherKeys(station.id, [...byName.keys()])] : [kept];
}

/** What is kept in memory of a key that the station told, or took. */
export function noteKey(station: Station, key: string, value: string): void {
  const seconds = Number(value);
  if (!(seconds > 0)) return;
  if (key.toLowerCase() === 'connectiontimeout') station.connectionTimeoutS = seconds;
  if (key.toLowerCase() === 'heartbeatinterval') station.heartbeatIntervalS = seconds;
}

/** Whether the detail of an answer is what an adapter makes of a list of keys. */
export function isConfigurationAnswer(detail: unknown): detail is ConfigurationAnswer {
  return typeof detail === 'object' && detail !== null && 'keys' in detail && Array.isArray(detail.keys);
}

/** The station is gone, or cannot be called where it says that it listens. */
const away: ReadonlySet<string> = new Set(['ConnectionLost', 'NotReached', 'AddressRefused']);
/** It does not know the question, or is away: nothing more is asked. */
const pointless: ReadonlySet<string> = new Set(['NotImplemented', 'NotSupported', ...away]);
/** Names in one question when the station has not said how many it takes. */
const namesAtOnce = 20;
const mostQuestions = 60;

/**
 * Asks for all keys. Some stations cut long answers, or fail at the question: what the standard has and the answer lacks is then asked by
 * name, in parts that get smaller where the station fails (FACTS §6.15). No single key spoils the rest (FIELD 19). `onFirst` gets
 * what came before further questions: their answers may never come. A station that tells no key at all is not asked for each.
 */
export async function readAllKeys(
  link: StationLink,
  onSent: () => void,
  onFirst: (answer: ConfigurationAnswer) => Promise<void> = async () => {},
): Promise<StationAnswer> {
  const first = await link.call({ kind: 'getConfiguration' }, onSent);
  if (first.outcome === 'timedOut' || (first.outcome === 'failed' && pointless.has(first.answer))) return first;
  const found = new Map<string, ConfigurationKey>();
  const take = (keys: readonly ConfigurationKey[]) => {
    for (const key of keys) if (!found.has(key.key.toLowerCase())) found.set(key.key.toLowerCase(), key);
  };
  const whole = first.outcome === 'accepted' && isConfigurationAnswer(first.detail) ? first.detail : null;
  take(whole?.keys ?? []);
  const limit = Number(found.get('getconfigurationmaxkeys')?.value);
  const standard = standardKeys[link.protocol === 'OCPP 1.5S' ? '1.5' : '1.6'];
  const isLacking = found.size === 0 || standard.some(({ key, required }) => required && !found.has(key.toLowerCase()));
  const isEmpty = whole !== null && found.size === 0;
  if (isEmpty || (whole && !isLacking)) return { ...first, detail: { ...whole, isCut: found.size === limit } };
  if (whole) await onFirst({ ...whole, isCut: true });

  const atOnce = limit > 0 ? Math.min(limit, 50) : namesAtOnce;
  const missing = (isOf: (profile: string) => boolean) =>
    standard.filter(({ key, profile }) => isOf(profile) && !found.has(key.toLowerCase())).map(({ key }) => key);
  await askByName(
    link,
    missing((profile) => profile === 'Core'),
    atOnce,
    take,
  );
  // Of the other profiles only what the station says to have; it may have said so just now.
  const profiles = new Set((found.get('supportedfeatureprofiles')?.value ?? '').split(',').map((profile) => profile.trim()));
  await askByName(
    link,
    missing((profile) => profile !== 'Core' && profiles.has(profile)),
    atOnce,
    take,
  );
  if (found.size === 0) return first;
  return {
    outcome: 'accepted',
    answer: 'Accepted',
    detail: { keys: [...found.values()], unknown: [], isCut: (whole?.keys.length ?? 0) < found.size },
  };
}

/** The standard's keys of a version; only those of *Core* are missed when they are not there. */
const standardOf = (version: '1.5' | '1.6'): readonly Readonly<{ key: string; profile: string; required: boolean }>[] =>
  knownKeys
    .filter(({ profile, versions }) => profile !== 'Vendor' && versions.includes(version))
    .map(({ key, required, profile }) => ({ key, profile, required: required && profile === 'Core' && version === '1.6' }));
const standardKeys = { '1.5': standardOf('1.5'), '1.6': standardOf('1.6') };

function asUnanswered(error: unknown): StationAnswer {
  if (error instanceof DomainError) return { outcome: 'timedOut' };
  throw error;
}

async function askByName(
  link: StationLink,
  names: readonly string[],
  atOnce: number,
  take: (keys: readonly ConfigurationKey[]) => void,
): Promise<void> {
  const parts: (readonly string[])[] = [];
  for (let from = 0; from < names.length; from += atOnce) parts.push(names.slice(from, from + atOnce));
  for (let asked = 0; asked < mostQuestions; asked++) {
    const keys = parts.shift();
    if (!keys) return;
    // A line that has ended meanwhile leaves what was told.
    const answer = await link.call({ kind: 'getConfiguration', keys: [...keys] }, () => {}).catch(asUnanswered);
    if (answer.outcome === 'timedOut' || away.has(answer.answer)) return;
    if (answer.outcome === 'accepted' && isConfigurationAnswer(answer.detail)) take(answer.detail.keys);
    else if (keys.length > 1) {
      const half = Math.ceil(keys.length / 2);
      parts.unshift(keys.slice(0, half), keys.slice(half));
    }
  }
}

/** How often the line of a station broke at the question. An answer beyond the longest message breaks it each time. */
const breaks = new WeakMap<Station, number>();
const mostBreaks = 3;

/**
 * Reads all keys of a station in the background, to learn what it can do (FACTS §6.1). What it refuses harms nothing (FIELD 19), and a
 * station whose line breaks at it again and again is left in peace: it could never stay.
 */
export function readConfiguration(central: Central, station: Station): void {
  const link = station.link;
  if (!link?.supports('getConfiguration') || link.isDeaf === true || (breaks.get(station) ?? 0) >= mostBreaks) return;
  const read = async () => {
    if (station.link !== link) return;
    try {
      const keep = async (keys: ConfigurationAnswer) => {
        await central.storage.write(keepConfiguration(central, station, keys, true));
        central.publish({ kind: 'station.changed', stationId: station.id });
      };
      const answer = await readAllKeys(link, () => {}, keep);
      if ('answer' in answer && answer.answer === 'ConnectionLost') breaks.set(station, (breaks.get(station) ?? 0) + 1);
      else breaks.delete(station);
      if (answer.outcome === 'accepted' && isConfigurationAnswer(answer.detail)) await keep(answer.detail);
    } catch (error) {
      station.log.info({ err: error }, 'configuration keys could not be read');
    }
  };
  setTimeout(() => void read(), readAfterMs).unref();
}
