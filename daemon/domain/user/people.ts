import type { Limiter } from './limiter.ts';
import { type Hashing, newHashing } from './password.ts';
import type { Person } from './person.ts';
import { newRefusals, type Refusals } from './refusals.ts';

/** A token in use, and whom it belongs to. */
export type Known = {
  readonly person: Omit<Person, 'address'>;
  readonly accessTokenId: number | null;
  /** When this was read from the database. */
  readonly readAt: number;
  /** When the token was last used, and what of that is on disk. */
  lastSeenAt: number;
  writtenAt: number;
  readonly endsAt: number;
};

/**
 * What the rules about people keep in memory: the persons behind the tokens in use (by the token's hash), guesses of passwords
 * that were counted, passwords being hashed, refused sign-ins that are not in the audit log yet.
 */
export type People = Readonly<{ known: Map<string, Known>; guesses: Limiter; hashing: Hashing; refusals: Refusals }>;

export const newPeople = (): People => ({ known: new Map(), guesses: new Map(), hashing: newHashing(), refusals: newRefusals() });
