import { noteLocalListVersion } from '../../storage/local-lists.ts';
import { rule } from './rule.ts';

/** What it says is kept, so that a list which it has lost is noticed. */
export const getLocalListVersion = rule('getLocalListVersion', {
  answered(central, station, _request, answer) {
    const version = answer.outcome === 'accepted' ? Number(answer.answer) : Number.NaN;
    return Number.isInteger(version) ? [noteLocalListVersion(station.id, version, central.clock.now())] : [];
  },
});
