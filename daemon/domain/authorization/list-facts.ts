import type { LocalListRow } from '../../storage/local-lists.ts';
import type { Central } from '../central.ts';
import { limitsOf } from '../command/station-limit.ts';
import type { Station } from '../station/station.ts';

/** Whether a station has said that it has no list: to send it one by ourselves is of no use. */
export const isUnsupported = (answer: string | null): boolean => answer === 'NotSupported' || answer === 'NotImplemented';
export const isRefusal = (answer: string | null): boolean => answer !== null && answer !== 'Accepted';

/** Whether its last word was that it keeps none: version -1 says so too (OCPP 1.6 §5.10). */
export const saysNoList = ({ answer, triedAt, toldVersion, toldAt }: LocalListRow): boolean =>
  isUnsupported(answer) || (toldVersion === -1 && (toldAt ?? 0) >= (triedAt ?? 0));

/** Whether it has lost or changed the list that it accepted: since then it has told another version. */
export const isLost = ({ version, acceptedAt, toldVersion, toldAt }: LocalListRow): boolean =>
  version !== null && toldVersion !== null && toldVersion !== version && (toldAt ?? 0) > (acceptedAt ?? 0);

/** What a station says of its list; null: not told. */
export async function limitsOfList(central: Central, station: Station) {
  const limits = await limitsOf(central, station, ['LocalAuthListMaxLength', 'SendLocalListMaxLength', 'LocalAuthListEnabled']);
  const enabled = limits.text('LocalAuthListEnabled')?.trim().toLowerCase();
  return {
    maxEntries: limits.number('LocalAuthListMaxLength'),
    maxPerMessage: limits.number('SendLocalListMaxLength'),
    enabled: enabled === 'true' ? true : enabled === 'false' ? false : null,
  };
}
