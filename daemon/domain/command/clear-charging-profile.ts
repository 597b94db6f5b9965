import { forgetProfiles } from '../../storage/charging-profiles.ts';
import { rule } from './rule.ts';

/** Takes profiles from a station. *Unknown* says that it has none of them, so that we forget them as well (OCPP 1.6 §5.5). */
export const clearChargingProfile = rule('clearChargingProfile', {
  answered: (_central, station, request, answer) =>
    answer.outcome === 'accepted' || answer.outcome === 'rejected' ? [forgetProfiles(station.id, request)] : [],
});
