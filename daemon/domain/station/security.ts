import type { SecurityProfile } from '../../../shared/model/node.ts';
import { updateStation } from '../../storage/stations.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { needNode } from '../topology/nodes.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { hashKey, keyColumn, newKey } from './key.ts';

export type SecurityChange = Readonly<{ securityProfile: SecurityProfile; newPassword: boolean; password?: string }>;

/**
 * Sets the security profile of a station on our side, and its password: a given one, or with `newPassword` a random one, which is returned
 * this once. To give the station itself a new key, send it `AuthorizationKey`. A line that no longer meets the profile is closed.
 */
export async function setSecurity(
  central: Central,
  person: Person,
  stationId: string,
  change: SecurityChange,
): Promise<{ password: string | null }> {
  const node = needNode(central, stationId);
  const station = central.stations.byId(node.id);
  if (!station) throw new DomainError('nodeKindRefused');
  const password = change.password ?? (change.newPassword ? newKey() : null);
  const key = password === null ? station.key : hashKey(password);
  const { securityProfile } = change;
  await central.storage.write([
    updateStation(station.id, {
      securityProfile,
      ...(password !== null && { passwordHashes: keyColumn(key), pendingPasswordHashes: null }),
    }),
    audit(central, person, {
      action: 'stations.setSecurity',
      subject: station.chargeBoxId,
      siteId: station.siteId,
      before: { securityProfile: station.securityProfile },
      after: { securityProfile, password: password === null ? 'unchanged' : 'new' },
    }),
  ]);
  const isTighter = securityProfile > station.securityProfile;
  station.securityProfile = securityProfile;
  if (password !== null) {
    station.key = key;
    station.pendingKey = null;
  }
  if (isTighter) station.link?.close('security profile changed');
  central.publish({ kind: 'station.changed', stationId: station.id });
  return { password: change.password === undefined ? password : null };
}
