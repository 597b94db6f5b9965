import type { Station } from '../station/station.ts';

const last = new WeakMap<Station, Promise<unknown>>();

/**
 * Runs what changes the sessions of a station one after the other. A station's messages come in order already; this holds for a message of
 * its older line, a person, and a start that is repeated at the same moment, too.
 */
export function inTurn<Result>(station: Station, act: () => Promise<Result>): Promise<Result> {
  const before = last.get(station) ?? Promise.resolve();
  const mine = before.then(act, act);
  last.set(
    station,
    mine.catch(() => {}),
  );
  return mine;
}
