import { maskedEcho, secretsOf } from './echo.ts';
import { maskJson } from './json.ts';
import { MASK } from './names.ts';
import { maskSentence } from './sentence.ts';
import { maskXml } from './xml.ts';

/** Vendors put JSON into texts of JSON, or into XML; nobody does it five times. */
const deepest = 4;

/**
 * A text with every secret in it replaced by `MASK`: values of secret keys, passwords and one-time paths in addresses, Authorization
 * headers, private keys. JSON, XML, something broken, a sentence: strangers write it, so each step takes time in proportion to its length.
 */
export const withoutSecrets = (text: string): string => maskText(text, 0);

/** The same for a value that becomes JSON, and that may repeat the secrets of `asked`. */
export function valueWithoutSecrets<T>(value: T, asked: object = {}): T {
  const secrets = secretsOf(asked);
  const withoutEcho = (_name: string, part: unknown) => (typeof part === 'string' ? maskedEcho(part, secrets) : part);
  // Masking keeps the form of JSON; the list around it makes a bare text part of some.
  const [clean] = JSON.parse(withoutSecrets(JSON.stringify([value ?? null], withoutEcho))) as [T];
  return clean;
}

function maskText(text: string, depth: number): string {
  if (depth > deepest) return MASK;
  const inner = (part: string) => maskText(part, depth + 1);
  if (/^\s*</.test(text)) return maskXml(text, inner);
  if (!/[[{]/.test(text)) return maskSentence(text);
  const clean = maskJson(text, inner);
  return isWholeJson(clean) ? clean : maskSentence(clean);
}

function isWholeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
