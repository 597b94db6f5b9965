import { formsOfTag } from '../authorization/forms.ts';
import { DomainError } from '../error.ts';
import { checkProfile } from './charging-profiles.ts';
import { rule } from './rule.ts';

/** How long a station waits for the cable when it has not told (`ConnectionTimeOut`), and what a message may take on its way. */
const connectionTimeoutS = 120;
const slackMs = 30_000;

/** Accepted means *will try*; the start of a session with this tag on this outlet is the proof (OCPP 1.6 §5.11, FACTS §6.9). */
export const remoteStart = rule('remoteStart', {
  async check(central, station, { connectorId = 1, chargingProfile }) {
    if (!chargingProfile) return;
    const place = 'request.chargingProfile';
    // The session has no number yet; the station ties the profile to it (OCPP 1.6 §3.13.1).
    const wrong =
      chargingProfile.purpose !== 'TxProfile' ? 'purpose' : chargingProfile.transactionId !== undefined ? 'transactionId' : null;
    if (wrong !== null) {
      const field = `${place}.${wrong}`;
      throw new DomainError('inputInvalid', { field }, { [field]: wrong === 'purpose' ? 'onlyTxProfile' : 'notAtStart' });
    }
    await checkProfile(central, station, connectorId, chargingProfile, place);
  },
  waits: () => true,
  proves: (request, deed) =>
    deed.did === 'started' &&
    (request.connectorId === undefined || request.connectorId === deed.connectorId) &&
    formsOfTag(deed.idTag).includes(request.idTag.trim().toUpperCase()),
  patienceMs: (station) => (station.connectionTimeoutS ?? connectionTimeoutS) * 1000 + slackMs,
});
