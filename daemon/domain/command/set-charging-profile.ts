import { keepProfile } from '../../storage/charging-profiles.ts';
import { DomainError } from '../error.ts';
import { checkProfile } from './charging-profiles.ts';
import { rule } from './rule.ts';

/**
 * Gives a station a charging profile. It is remembered, since no message lists what a station has (FACTS §8). A profile of one session
 * needs that session to be open on the connector (OCPP 1.6 §3.13.1).
 */
export const setChargingProfile = rule('setChargingProfile', {
  async check(central, station, { connectorId, profile }) {
    if (profile.purpose === 'TxProfile') {
      const session = station.connectors.get(connectorId)?.session;
      const field = 'request.profile.transactionId';
      if (profile.transactionId === undefined) throw new DomainError('inputInvalid', { field }, { [field]: 'required' });
      if (session?.id !== profile.transactionId || session.state !== 'charging')
        throw new DomainError('sessionNotOpen', { field, connectorId }, { [field]: 'sessionNotOpen' });
    }
    await checkProfile(central, station, connectorId, profile, 'request.profile');
  },
  answered: (central, station, { connectorId, profile }, answer, { byName }) =>
    answer.outcome === 'accepted'
      ? keepProfile({
          stationId: station.id,
          profileId: profile.id,
          connectorId,
          purpose: profile.purpose,
          stackLevel: profile.stackLevel,
          transactionId: profile.transactionId ?? null,
          profile: JSON.stringify(profile),
          setAt: central.clock.now(),
          byName,
        })
      : [],
});
