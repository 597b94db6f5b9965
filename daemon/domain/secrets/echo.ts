import { isSecretName, MASK } from './names.ts';

/** Shorter ones would be found in words that have nothing to do with them. */
const shortestEcho = 4;

/** Secrets in what a station is asked that its answer might repeat, as in the description of an error: a key's value, an address's password. */
export function secretsOf(payload: object): readonly string[] {
  const { key, value, location } = payload as Readonly<Record<string, unknown>>;
  if (typeof key === 'string' && typeof value === 'string' && isSecretName(key)) return [value];
  if (typeof location !== 'string' || !location.includes('@') || !URL.canParse(location)) return [];
  return [new URL(location).password];
}

/** A text without secrets that nothing but their value gives away. */
export function maskedEcho(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) {
    if (secret.length >= shortestEcho) out = out.replaceAll(secret, MASK).replaceAll(JSON.stringify(secret).slice(1, -1), MASK);
  }
  return out;
}
