import { keepLocalList, noteLocalListAnswer } from '../../storage/local-lists.ts';
import { DomainError } from '../error.ts';
import { rule } from './rule.ts';
import { beyondLimit, limitsOf } from './station-limit.ts';

const limitKey = 'SendLocalListMaxLength';

/** Only a differential list may hold entries that delete, each tag stands in it once, and the station limits its length (OCPP 1.6 §5.15). */
export const sendLocalList = rule('sendLocalList', {
  async check(central, station, { update, entries }) {
    const seen = new Set<string>();
    for (const [index, { idTag, status }] of entries.entries()) {
      const place = `request.entries.${index}`;
      const problem =
        update === 'full' && status === undefined
          ? ([`${place}.status`, 'required'] as const)
          : seen.has(idTag.toUpperCase())
            ? ([`${place}.idTag`, 'twice'] as const)
            : null;
      if (problem) throw new DomainError('inputInvalid', { field: problem[0] }, { [problem[0]]: problem[1] });
      seen.add(idTag.toUpperCase());
    }
    const most = (await limitsOf(central, station, [limitKey])).number(limitKey);
    if (most !== null && entries.length > most) throw beyondLimit(limitKey, most, entries.length, 'request.entries');
  },
  // An operator's own list is for now, and what is kept of a command goes with every change of its station.
  mayWait: () => false,
  shown: (request) => ({ ...request, entries: [], length: request.entries.length }),
  answered(central, station, { update, listVersion, entries }, answer, { byName }) {
    const word = answer.outcome === 'timedOut' ? 'NoAnswer' : answer.answer;
    const tried = { stationId: station.id, version: listVersion, at: central.clock.now(), by: byName, answer: word };
    return answer.outcome === 'accepted' ? keepLocalList(tried, update === 'full', entries) : [noteLocalListAnswer(tried)];
  },
});
