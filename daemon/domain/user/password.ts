import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../error.ts';

/** OWASP 2026: argon2id with 19 MiB, two passes, one lane. The algorithm's own default is argon2id. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** What an unknown e-mail address is checked against, so that it takes the time of a known one. Nothing matches it. */
const noAccount = '$argon2id$v=19$m=19456,t=2,p=1$bm9zdWNoYWNjb3VudA$7n0d1Y0mW6cK8gqkQ0b4bGxkq2N1r0v1hV2m3n4o5p4';

const atOnce = 2;
const mayWait = 200;

/** Hashing takes 30 ms of a core each: two at once, a bounded number wait, the rest is told to come back (SECURITY R18). */
export type Hashing = { running: number; readonly waiting: (() => void)[] };

export const newHashing = (): Hashing => ({ running: 0, waiting: [] });

async function inTurn<T>(hashing: Hashing, work: () => Promise<T>): Promise<T> {
  if (hashing.running >= atOnce) {
    if (hashing.waiting.length >= mayWait) throw new DomainError('tooManyRequests', { seconds: 5 });
    await new Promise<void>((resolve) => hashing.waiting.push(resolve));
  } else {
    hashing.running++;
  }
  try {
    return await work();
  } finally {
    // The turn is handed on without being given back, so that nobody slips in between.
    const next = hashing.waiting.shift();
    if (next) next();
    else hashing.running--;
  }
}

export const hashPassword = (hashing: Hashing, password: string): Promise<string> =>
  inTurn(hashing, () => hash(password.normalize('NFC'), cost));

/** Whether the password is the hashed one. Without a hash it takes as long, and says no. */
export async function passwordMatches(hashing: Hashing, passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await inTurn(hashing, () => verify(passwordHash ?? noAccount, password.normalize('NFC')));
  return matches && passwordHash !== null;
}

/** At least 8 characters, with letters and digits, and no other rule (PRODUCT M2). `field` is the input it came in. */
export function requireGoodPassword(password: string, field: string): void {
  const problem =
    [...password].length < 8 ? 'tooShort' : !/\p{L}/u.test(password) ? 'noLetter' : !/\p{N}/u.test(password) ? 'noDigit' : null;
  if (problem) throw new DomainError('passwordTooWeak', { reason: problem }, { [field]: problem });
}

const readable = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password to be typed once: four groups of four, 79 bits, no letters that look alike, and always within the rule. */
export function oneTimePassword(): string {
  for (;;) {
    const groups = Array.from({ length: 4 }, () =>
      Array.from({ length: 4 }, () => readable[randomInt(readable.length)]).join(''),
    );
    const password = groups.join('-');
    if (/[a-z]/.test(password) && /\d/.test(password)) return password;
  }
}
