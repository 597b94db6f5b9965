import { randomUUIDv7 } from 'node:crypto';
import { accountByEmail } from '../../storage/accounts.ts';
import {
  deleteExpiredSignIns,
  deleteOldestSignInsOf,
  deleteSignIn,
  insertSignIn,
  signInsOf,
  touchAccount,
} from '../../storage/sign-ins.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from './audit.ts';
import { countGuess, guessedRight } from './limiter.ts';
import { passwordMatches } from './password.ts';
import type { Person } from './person.ts';
import { forgetAccount, forgetToken, personOf } from './person-of.ts';
import { noteRefusal } from './refusals.ts';
import { hashToken, newToken } from './token.ts';

const mostSignIns = 50;

/** Where a call comes from. */
export type Origin = Readonly<{ address: string; userAgent: string }>;

/**
 * Checks e-mail and password, and opens a sign-in session. Wrong address, wrong password and a blocked account are one refusal,
 * `signInRefused`, that takes the same time; guesses are counted here, whatever way they came (SECURITY R18, A17).
 */
export async function signIn(
  central: Central,
  given: Readonly<{ email: string; password: string }>,
  origin: Origin,
): Promise<{ token: string; person: Person }> {
  const { storage, clock, people, settings } = central;
  const { address } = origin;
  countGuess(people.guesses, clock.now(), given.email, address);
  const account = await accountByEmail(storage.read, given.email);
  const right = await passwordMatches(people.hashing, account?.passwordHash ?? null, given.password);
  if (!account || !right || account.blocked) {
    await noteRefusal(central, account?.id ?? null, given.email, address);
    throw new DomainError('signInRefused');
  }
  guessedRight(people.guesses, given.email, address);

  const now = clock.now();
  const token = newToken('signIn');
  const name = `${account.firstName} ${account.lastName}`.trim() || account.email;
  await storage.write([
    deleteExpiredSignIns(now, now - settings.signInIdleMs),
    insertSignIn({
      publicId: randomUUIDv7(),
      tokenHash: hashToken(token),
      accountId: account.id,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: now + settings.signInAbsoluteMs,
      address,
      userAgent: origin.userAgent.slice(0, 300),
    }),
    deleteOldestSignInsOf(account.id, mostSignIns),
    touchAccount(account.id, now),
    audit(central, { name, accountId: account.id, address }, { action: 'account.signIn', subject: account.email }),
  ]);
  const person = await personOf(central, token, address, true);
  // Only a block or removal between the two can bring this about.
  if (!person) throw new DomainError('signInRefused');
  return { token, person };
}

/** Whether the password is the person's own; counted as a guess, since a stolen session would make one. Refuses with `passwordWrong`. */
export async function requirePassword(
  central: Central,
  person: Person,
  passwordHash: string,
  password: string,
  field: string,
): Promise<void> {
  const { people, clock } = central;
  countGuess(people.guesses, clock.now(), person.email, person.address);
  if (!(await passwordMatches(people.hashing, passwordHash, password))) {
    throw new DomainError('passwordWrong', {}, { [field]: 'wrong' });
  }
  guessedRight(people.guesses, person.email, person.address);
}

/** Ends the person's own sign-in session. An access token is not ended by this. */
export async function signOut(central: Central, person: Person): Promise<void> {
  if (person.signInId !== null) await end(central, person, person.signInId, 'account.signOut');
}

/** Ends another of the own sign-in sessions (PRODUCT B2). One that is gone already is fine. */
export async function endSignIn(central: Central, person: Person, publicId: string): Promise<void> {
  if (person.accountId === null) return;
  const mine = await signInsOf(central.storage.read, person.accountId);
  const found = mine.find((signIn) => signIn.publicId === publicId);
  if (found) await end(central, person, found.id, 'account.endSignIn');
}

async function end(central: Central, person: Person, signInId: number, action: string): Promise<void> {
  await central.storage.write([deleteSignIn(signInId), audit(central, person, { action, subject: person.email })]);
  forgetToken(central, { signInId });
  central.publish({ kind: 'signIn.ended', signInId });
}

/** After such a unit: open connections of the account are looked at again, and those without a sign-in close. */
export function accountChanged(central: Central, accountId: number): void {
  forgetAccount(central, accountId);
  central.publish({ kind: 'account.changed', accountId });
}

/** The person's open sign-in sessions, the latest used first. */
export async function openSignIns(central: Central, person: Person) {
  if (person.accountId === null) return [];
  const now = central.clock.now();
  const rows = await signInsOf(central.storage.read, person.accountId);
  return rows
    .filter((row) => row.expiresAt > now && now - row.lastSeenAt < central.settings.signInIdleMs)
    .map((row) => ({
      id: row.publicId,
      current: row.id === person.signInId,
      createdAt: row.createdAt,
      lastSeenAt: row.lastSeenAt,
      address: row.address,
      userAgent: row.userAgent,
    }));
}
