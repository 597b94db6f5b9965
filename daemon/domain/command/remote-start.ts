import { formsOfTag } from '../authorization/forms.ts';
import { rule } from './rule.ts';

/** How long a station waits for the cable when it has not told (`ConnectionTimeOut`), and what a message may take on its way. */
const connectionTimeoutS = 120;
const slackMs = 30_000;

/** Accepted means *will try*; the start of a session with this tag on this outlet is the proof (OCPP 1.6 §5.11, FACTS §6.9). */
export const remoteStart = rule('remoteStart', {
  waits: () => true,
  proves: (request, deed) =>
    deed.did === 'started' &&
    (request.connectorId === undefined || request.connectorId === deed.connectorId) &&
    formsOfTag(deed.idTag).includes(request.idTag.trim().toUpperCase()),
  patienceMs: (station) => (station.connectionTimeoutS ?? connectionTimeoutS) * 1000 + slackMs,
});
