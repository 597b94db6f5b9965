import { rule } from './rule.ts';

/**
 * *Scheduled* means after the running session: then the status of the connector is the proof. Some stations answer so though nothing
 * charges, and say nothing more (FACTS §10); a day is enough for any session.
 */
export const changeAvailability = rule('changeAvailability', {
  waits: (_request, answer) => answer === 'Scheduled',
  outlivesRestart: true,
  proves: (request, deed) =>
    deed.did === 'reported' &&
    (request.connectorId === 0 || deed.connectorId === request.connectorId) &&
    (deed.status === 'Unavailable') === !request.operative,
  patienceMs: () => 24 * 3_600_000,
});
