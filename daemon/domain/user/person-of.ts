import type { Role } from '../../../shared/model/rights.ts';
import { accessTokenByHash, touchAccessToken } from '../../storage/access-tokens.ts';
import { siteIdsOf } from '../../storage/accounts.ts';
import { signInByToken, touchAccount, touchSignIn } from '../../storage/sign-ins.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import type { Known } from './people.ts';
import type { Person, Scope } from './person.ts';
import { hashToken, opensSignIn } from './token.ts';

/** A change of rights takes effect within this, also one that another process made (`reset-password`). */
const freshMs = 1000;
/** How often the last use is written. */
const touchMs = 60_000;
const mostKnown = 20_000;

/**
 * The person behind a token, or null: unknown, ended, run out, blocked. Asked for each call and each tick of a live stream.
 * `active` counts as use and puts off the idle end; a stream that merely stays open is not active.
 */
export async function personOf(central: Central, token: string, address: string, active: boolean): Promise<Person | null> {
  const { known } = central.people;
  const now = central.clock.now();
  const hash = hashToken(token);
  let entry = known.get(hash);
  if (!entry || now - entry.readAt >= freshMs || now < entry.readAt) {
    entry = await look(central, token, hash, entry);
    known.delete(hash);
    // What is worth nothing is not remembered: strangers could fill the memory with it.
    if (!entry) return null;
    known.set(hash, entry);
    for (const oldest of known.keys()) {
      if (known.size <= mostKnown) break;
      known.delete(oldest);
    }
  }
  if (now >= entry.endsAt) return null;
  if (opensSignIn(token) && now - entry.lastSeenAt >= central.settings.signInIdleMs) return null;
  if (active) {
    entry.lastSeenAt = now;
    if (now - entry.writtenAt >= touchMs) {
      entry.writtenAt = now;
      noteUse(central, entry, now);
    }
  }
  return { ...entry.person, address };
}

/** Lets the next call look the account up again. Whoever changes what an account may do calls this, then publishes. */
export function forgetAccount(central: Central, accountId: number): void {
  for (const [hash, { person }] of central.people.known) if (person.accountId === accountId) central.people.known.delete(hash);
}

/** The same for one token, by the row it belongs to. */
export function forgetToken(central: Central, row: Readonly<{ signInId: number } | { accessTokenId: number }>): void {
  for (const [hash, entry] of central.people.known) {
    const same = 'signInId' in row ? entry.person.signInId === row.signInId : entry.accessTokenId === row.accessTokenId;
    if (same) central.people.known.delete(hash);
  }
}

async function look(central: Central, token: string, hash: string, before: Known | undefined): Promise<Known | undefined> {
  return opensSignIn(token) ? lookForSignIn(central, hash, before) : lookForAccessToken(central, hash);
}

async function lookForSignIn(central: Central, hash: string, before: Known | undefined): Promise<Known | undefined> {
  const { storage, clock } = central;
  const row = await signInByToken(storage.read, hash);
  if (!row || row.blocked) return undefined;
  return {
    person: {
      accountId: row.accountId,
      publicId: row.publicId,
      name: `${row.firstName} ${row.lastName}`.trim() || row.email,
      email: row.email,
      role: row.role as Role, // the column's CHECK allows no other
      scope: await scopeOf(central, row.role as Role, row.accountId),
      signInId: row.id,
      mustChangePassword: row.mustChangePassword === 1,
    },
    accessTokenId: null,
    readAt: clock.now(),
    lastSeenAt: Math.max(row.lastSeenAt, before?.lastSeenAt ?? 0),
    writtenAt: row.lastSeenAt,
    endsAt: row.expiresAt,
  };
}

async function lookForAccessToken(central: Central, hash: string): Promise<Known | undefined> {
  const row = await accessTokenByHash(central.storage.read, hash);
  if (!row || row.revokedAt !== null) return undefined;
  return {
    person: {
      accountId: null,
      publicId: row.publicId,
      name: row.name,
      email: '',
      role: row.role as Role, // only `createToken` and the bootstrap token write it
      scope: { kind: 'all' },
      signInId: null,
      mustChangePassword: false,
    },
    accessTokenId: row.id,
    readAt: central.clock.now(),
    lastSeenAt: row.lastUsedAt ?? 0,
    writtenAt: row.lastUsedAt ?? 0,
    endsAt: row.expiresAt ?? Number.POSITIVE_INFINITY,
  };
}

/** Where the rights of an account hold (PRODUCT *People*). */
async function scopeOf(central: Central, role: Role, accountId: number): Promise<Scope> {
  if (role === 'evUser') return { kind: 'account', accountId };
  if (role === 'siteAdministrator') return { kind: 'sites', siteIds: new Set(await siteIdsOf(central.storage.read, accountId)) };
  return { kind: 'all' };
}

function noteUse(central: Central, { person, accessTokenId }: Known, now: number): void {
  const unit: Statement[] = [];
  if (accessTokenId !== null) unit.push(touchAccessToken(accessTokenId, now));
  if (person.signInId !== null) unit.push(touchSignIn(person.signInId, now));
  if (person.accountId !== null) unit.push(touchAccount(person.accountId, now));
  central.storage.write(unit).catch((error: unknown) => central.log.warn({ err: error }, 'last use of a token not noted'));
}
