import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * A station's password (AuthorizationKey), salted and hashed once for each form in which stations are known to send it (FACTS §9).
 * A fast hash will do: keys are random, and a slow one would let a reconnect storm or a guesser take the daemon down (SECURITY §5).
 */
export type KeyHashes = Readonly<{ salt: string; hashes: readonly string[] }>;

const digest = (salt: string, password: Buffer) => createHash('sha256').update(salt, 'hex').update(password).digest();

/** The bytes that a station may send for a key: its text, and if it is hex, the bytes it stands for and both letter cases. */
function formsOf(key: string): Buffer[] {
  const texts = [key];
  const isHex = key.length % 2 === 0 && /^[0-9a-f]+$/i.test(key);
  if (isHex) texts.push(key.toLowerCase(), key.toUpperCase());
  const forms = [...new Set(texts)].map((text) => Buffer.from(text, 'utf8'));
  return isHex ? [...forms, Buffer.from(key, 'hex')] : forms;
}

export function hashKey(key: string, salt = randomBytes(16).toString('hex')): KeyHashes {
  return { salt, hashes: formsOf(key).map((form) => digest(salt, form).toString('hex')) };
}

/** One more key beside those that may have reached the station already. */
export function withKey(keys: KeyHashes | null, key: string): KeyHashes {
  const added = hashKey(key, keys?.salt);
  return { salt: added.salt, hashes: [...new Set([...(keys?.hashes ?? []), ...added.hashes])] };
}

/** The keys without one that the station has refused. */
export function withoutKey(keys: KeyHashes, key: string): KeyHashes | null {
  const refused = new Set(hashKey(key, keys.salt).hashes);
  const hashes = keys.hashes.filter((hash) => !refused.has(hash));
  return hashes.length > 0 ? { salt: keys.salt, hashes } : null;
}

/** Compared against when there is no key, so that a stranger learns nothing from the time that it takes. */
const nobody = hashKey(randomBytes(20).toString('hex'));

/** Whether a password is one of the forms of a key. Takes as long whether it is or not. */
export function matchesKey(key: KeyHashes | null, password: Buffer): boolean {
  const { salt, hashes } = key ?? nobody;
  const given = digest(salt, password);
  let isSame = false;
  for (const hash of hashes) isSame = timingSafeEqual(given, Buffer.from(hash, 'hex')) || isSame;
  return isSame && key !== null;
}

/** A key for a new station: 20 random bytes as hex, the most that every version of the paper allows (SECURITY §3). */
export const newKey = (): string => randomBytes(20).toString('hex');

export const keyColumn = (key: KeyHashes | null): string | null => (key === null ? null : JSON.stringify(key));

export function keyFromColumn(column: string | null): KeyHashes | null {
  // Written by keyColumn only, so its shape is known.
  return column === null ? null : (JSON.parse(column) as KeyHashes);
}
