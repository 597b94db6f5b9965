import { isIPv6 } from 'node:net';
import { DomainError } from '../error.ts';

/** Wrong guesses within the window before the key is locked for the rest of it, and from which one on each makes wait longer. */
type Rule = Readonly<{ most: number; freely: number }>;

const windowMs = 15 * 60_000;
const rules = {
  /** An account from one address: what SECURITY R18 promises. */
  both: { most: 10, freely: 3 },
  /** One address over all accounts, so that trying one password on many is no way around it. */
  address: { most: 60, freely: 30 },
  /** An account from anywhere: high, since a stranger must not lock its owner out. */
  account: { most: 200, freely: 100 },
} satisfies Record<string, Rule>;

type Guesses = { count: number; since: number; notBefore: number };

/** Counts guesses of passwords, on every path where one can be guessed. In memory, bounded. */
export type Limiter = Map<string, Guesses>;

const mostKeys = 20_000;

/** A network counts as one: whoever has an IPv6 address has 2^64 of them. */
export function network(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length;
  return [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(tail ?? '').split(':')]
    .slice(0, 4)
    .join(':');
}

function keysOf(account: string, address: string): readonly (readonly [string, Rule])[] {
  const from = network(address);
  const name = account.toLowerCase();
  return [
    [`both ${name} ${from}`, rules.both],
    [`address ${from}`, rules.address],
    [`account ${name}`, rules.account],
  ];
}

/**
 * Lets a guess pass and counts it, before anything is known of it, so that many at once are counted as well.
 * Refuses with `signInLocked` and the seconds left; a refused one is not counted and costs no hashing.
 */
export function countGuess(limiter: Limiter, now: number, account: string, address: string): void {
  const keys = keysOf(account, address);
  let wait = 0;
  for (const [key] of keys) {
    const guesses = limiter.get(key);
    if (guesses && (now - guesses.since >= windowMs || now < guesses.since)) limiter.delete(key);
    else if (guesses) wait = Math.max(wait, guesses.notBefore - now);
  }
  if (wait > 0) throw new DomainError('signInLocked', { seconds: Math.ceil(wait / 1000) });

  for (const [key, rule] of keys) {
    const guesses = limiter.get(key) ?? { count: 0, since: now, notBefore: 0 };
    guesses.count++;
    const beyond = guesses.count - rule.freely;
    if (guesses.count >= rule.most) guesses.notBefore = guesses.since + windowMs;
    else if (beyond >= 0) guesses.notBefore = now + Math.min(30_000, 1000 * 2 ** Math.min(beyond, 5));
    limiter.set(key, guesses);
  }
  for (const key of limiter.keys()) {
    if (limiter.size <= mostKeys) break;
    limiter.delete(key);
  }
}

/** The guess was right: what was counted for this account and address is forgotten, and the guess is taken back elsewhere. */
export function guessedRight(limiter: Limiter, account: string, address: string): void {
  for (const [key, rule] of keysOf(account, address)) {
    const guesses = limiter.get(key);
    if (!guesses) continue;
    if (rule === rules.both) limiter.delete(key);
    else guesses.count--;
  }
}
