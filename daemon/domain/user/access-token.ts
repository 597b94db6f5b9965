import { randomUUIDv7 } from 'node:crypto';
import type { InputOf } from '../../../shared/api/contract.ts';
import type { AccessToken, system } from '../../../shared/api/system.ts';
import type { Role } from '../../../shared/model/rights.ts';
import {
  accessTokenByHash,
  accessTokenByPublicId,
  accessTokensByName,
  deleteAccessToken,
  insertAccessToken,
  revokeAccessToken,
  validAccessTokens,
} from '../../storage/access-tokens.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from './audit.ts';
import { type Person, theSystem } from './person.ts';
import { forgetToken } from './person-of.ts';
import { hashToken, newToken } from './token.ts';

/** The tokens that are valid, newest first. */
export async function listTokens(central: Central): Promise<AccessToken[]> {
  return (await validAccessTokens(central.storage.read, central.clock.now())).map(asAccessToken);
}

/** Makes a token for scripts. Its text is returned this once and kept nowhere. */
export async function createToken(
  central: Central,
  person: Person,
  given: InputOf<typeof system.createToken>,
): Promise<{ token: string; accessToken: AccessToken }> {
  if (given.expiresAt !== null && given.expiresAt <= central.clock.now()) {
    throw new DomainError('inputInvalid', { field: 'expiresAt' }, { expiresAt: 'past' });
  }
  const token = newToken('access');
  const row = {
    publicId: randomUUIDv7(),
    name: given.name,
    role: given.role,
    tokenHash: hashToken(token),
    createdAt: central.clock.now(),
    createdBy: person.name,
    expiresAt: given.expiresAt,
    lastUsedAt: null,
    revokedAt: null,
  };
  await central.storage.write([
    insertAccessToken(row),
    audit(central, person, { action: 'system.createToken', subject: given.name, after: given }),
  ]);
  return { token, accessToken: asAccessToken(row) };
}

/** Ends a token at once, on open connections too. */
export async function revokeToken(central: Central, person: Person, publicId: string): Promise<void> {
  const row = await accessTokenByPublicId(central.storage.read, publicId);
  if (!row) throw new DomainError('tokenUnknown');
  await central.storage.write([
    revokeAccessToken(row.id, central.clock.now()),
    audit(central, person, { action: 'system.revokeToken', subject: row.name }),
  ]);
  forgetToken(central, { accessTokenId: row.id });
  central.publish({ kind: 'accessToken.revoked' });
}

const bootstrapName = 'bootstrap';

/** The administrator's token of `CHARGE_PORTAL_BOOTSTRAP_TOKEN`. Starting with another one replaces it; one that was revoked stays so. */
export async function ensureBootstrapToken(central: Central, token: string): Promise<void> {
  const { storage, clock } = central;
  const tokenHash = hashToken(token);
  const present = await accessTokenByHash(storage.read, tokenHash);
  if (present) {
    if (present.revokedAt !== null) central.log.warn('the token of CHARGE_PORTAL_BOOTSTRAP_TOKEN was revoked and is not valid');
    return;
  }
  const starter = theSystem('CHARGE_PORTAL_BOOTSTRAP_TOKEN');
  const older = await accessTokensByName(storage.read, bootstrapName);
  await storage.write([
    ...older.map((row) => deleteAccessToken(row.id)),
    insertAccessToken({
      publicId: randomUUIDv7(),
      name: bootstrapName,
      role: 'administrator',
      tokenHash,
      createdAt: clock.now(),
      createdBy: starter.name,
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    }),
    audit(central, starter, { action: 'system.createToken', subject: bootstrapName }),
  ]);
}

const asAccessToken = (row: Omit<AccessToken, 'id' | 'role'> & Readonly<{ publicId: string; role: string }>): AccessToken => ({
  id: row.publicId,
  name: row.name,
  role: row.role as Role, // only this file writes it
  createdAt: row.createdAt,
  createdBy: row.createdBy,
  expiresAt: row.expiresAt,
  lastUsedAt: row.lastUsedAt,
});
