import type { SecurityProfile } from '../../../shared/model/node.ts';
import { forgetSeenStation } from '../../storage/seen-stations.ts';
import type { Central } from '../central.ts';
import { newKey } from '../station/key.ts';
import type { Person } from '../user/person.ts';
import { createNode } from './create.ts';
import type { LiveNode } from './live-tree.ts';

export type Adoption = Readonly<{ chargeBoxId: string; parentId: string; name: string; securityProfile: SecurityProfile }>;

/**
 * Registers a station that called in and was not known (PRODUCT M38). With a profile that needs one it gets a password, which is
 * returned this once and kept as a hash only.
 */
export async function adoptStation(
  central: Central,
  person: Person,
  adoption: Adoption,
): Promise<{ node: LiveNode; password: string | null }> {
  const needsPassword = adoption.securityProfile === 1 || adoption.securityProfile === 2;
  const password = needsPassword ? newKey() : null;
  const node = await createNode(central, person, { ...adoption, kind: 'station', ...(password !== null && { password }) }, [
    forgetSeenStation(adoption.chargeBoxId),
  ]);
  central.publish({ kind: 'stations.seen' });
  return { node, password };
}
