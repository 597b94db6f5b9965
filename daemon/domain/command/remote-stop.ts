import { rule } from './rule.ts';

/** Accepted means that the session will be stopped; its stop is the proof (OCPP 1.6 §5.12). */
export const remoteStop = rule('remoteStop', {
  waits: () => true,
  proves: (request, deed) => deed.did === 'stopped' && deed.sessionId === request.transactionId,
  patienceMs: () => 120_000,
});
