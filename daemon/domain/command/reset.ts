import { rule } from './rule.ts';

/** Accepted means that it will restart; that it starts, or at least comes back, is the proof (OCPP 1.6 §5.14). */
export const reset = rule('reset', {
  waits: () => true,
  proves: (_request, deed) => deed.did === 'booted' || deed.did === 'connected',
  patienceMs: () => 10 * 60_000,
});
