import { setConfigurationKey } from '../../storage/configuration-keys.ts';
import { updateStation } from '../../storage/stations.ts';
import type { Statement } from '../../storage/storage.ts';
import { isSecretName, MASK } from '../secrets/names.ts';
import { noteKey } from '../station/configuration.ts';
import { hashKey, keyColumn, withKey, withoutKey } from '../station/key.ts';
import type { Station, StationAnswer } from '../station/station.ts';
import { rule } from './rule.ts';

/** The key that opens our own door to the station. */
const isPassword = (key: string): boolean => key.toLowerCase() === 'authorizationkey';

/**
 * Changes a configuration key. A new AuthorizationKey is on disk, as a hash, before it is sent, and both keys are accepted until the
 * station answers or uses one: no answer must not lock it out (SECURITY R16, A01). Its value is stored and shown nowhere.
 */
export const changeConfiguration = rule('changeConfiguration', {
  // Its value is stored nowhere, so nothing would be there to send.
  mayWait: ({ key }) => !isSecretName(key),
  shown: (request) => (isSecretName(request.key) ? { ...request, value: MASK } : request),
  before: (_central, station, { key, value }) => {
    if (!isPassword(key)) return [];
    station.pendingKey = withKey(station.pendingKey, value);
    return [updateStation(station.id, { pendingPasswordHashes: keyColumn(station.pendingKey) })];
  },
  // An error may repeat the value.
  detail: ({ key }, answer) => (isSecretName(key) || !('detail' in answer) ? null : answer.detail),
  answered: (central, station, { key, value }, answer) => {
    if (isPassword(key)) return rotated(station, value, answer);
    const isKept = answer.outcome === 'accepted' && !isSecretName(key);
    if (isKept) noteKey(station, key, value);
    return isKept ? [setConfigurationKey({ stationId: station.id, key, readonly: 0, value, readAt: central.clock.now() })] : [];
  },
});

/** *Accepted* ends the old key, a refusal the new one; anything else leaves both until one is used. */
function rotated(station: Station, value: string, answer: StationAnswer): readonly Statement[] {
  if (answer.outcome === 'accepted' && answer.answer === 'Accepted') {
    station.key = hashKey(value);
    station.pendingKey = null;
    return [updateStation(station.id, { passwordHashes: keyColumn(station.key), pendingPasswordHashes: null })];
  }
  if (answer.outcome === 'rejected') {
    station.pendingKey = station.pendingKey && withoutKey(station.pendingKey, value);
    return [updateStation(station.id, { pendingPasswordHashes: keyColumn(station.pendingKey) })];
  }
  return [];
}
