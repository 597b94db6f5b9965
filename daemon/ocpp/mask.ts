import { withoutSecrets } from '../domain/secrets/without-secrets.ts';

/** Messages that are many and hold no secrets; only an address with a password could hide in their free texts. */
const harmless = new Set(['Heartbeat', 'MeterValues', 'StatusNotification', 'StartTransaction', 'StopTransaction', 'Authorize']);

/** The text of a message without its secrets. One that is not as its action's schema has it (`isOdd`) may hold anything. */
export function masked(text: string, action: string, isOdd = false): string {
  if (!isOdd && harmless.has(action) && !text.includes('@')) return text;
  return withoutSecrets(text);
}
