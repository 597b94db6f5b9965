import { checkUnit } from './charging-profiles.ts';
import { rule } from './rule.ts';

/** What a station expects to draw. Only a forecast (OCPP 1.6 §5.7). */
export const getCompositeSchedule = rule('getCompositeSchedule', {
  async check(central, station, { unit }) {
    if (unit !== undefined) await checkUnit(central, station, unit, 'request.unit');
  },
});
