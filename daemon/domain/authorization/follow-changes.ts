import { automaticLocalLists, localListOf } from '../../storage/local-lists.ts';
import type { Central, DomainEvent } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station, StationLink } from '../station/station.ts';
import { theSystem } from '../user/person.ts';
import { isLost, isUnsupported } from './list-facts.ts';
import { hasOtherVersion, sendLocalList } from './local-list.ts';
import { differenceOf, heldList, type WantedEntry, wantedList } from './wanted-list.ts';

/** People change tags one after the other; stations hear of it once. */
const settleMs = 2000;
/** A station that came back first says what it has to say; many that come back together are not asked at once. */
const spreadMs = 3000;
/** What changes by time alone, such as a tag whose time has come, goes with this. */
const sweepMs = 300_000;
/** Stations that are being brought in step at a time. */
const atOnce = 4;
const someone = theSystem('Local authorisation list');

/**
 * Keeps the local lists of those stations in step that are switched to it: after changes of tags and accounts, and when a station comes
 * back. The function that is returned ends it.
 */
export function followChanges(central: Central): () => void {
  const queue = new Set<number>();
  const seen = new WeakMap<Station, StationLink>();
  const timers = new Set<NodeJS.Timeout>();
  let busy = 0;

  const later = (ms: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms).unref();
    timers.add(timer);
    return timer;
  };
  const work = () => {
    for (const stationId of queue) {
      if (busy >= atOnce) return;
      queue.delete(stationId);
      busy++;
      bringBack(central, stationId)
        .catch((err: unknown) => central.log.warn({ err, stationId }, 'local list not brought in step'))
        .finally(() => {
          busy--;
          work();
        });
    }
  };
  const lookAtAll = async () => {
    const lists = new Map<number, Promise<readonly WantedEntry[]>>();
    for (const list of await automaticLocalLists(central.storage.read)) {
      const station = central.stations.byId(list.stationId);
      if (!station?.link || !station.booted || isUnsupported(list.answer)) continue;
      const wanted = lists.get(station.siteId) ?? wantedList(central, station);
      lists.set(station.siteId, wanted);
      const isBehind = differenceOf(await wanted, await heldList(central, station)).length > 0;
      if (isBehind || isLost(list)) queue.add(list.stationId);
    }
    work();
  };
  const look = () => void lookAtAll().catch((err: unknown) => central.log.warn({ err }, 'local lists not compared'));
  let settling: NodeJS.Timeout | null = null;
  const hear = (event: DomainEvent) => {
    if (event.kind === 'tags.changed' || event.kind === 'account.changed') {
      if (settling) clearTimeout(settling);
      settling = later(settleMs, look);
    }
    if (event.kind === 'localLists.changed') {
      queue.add(event.stationId);
      work();
    }
    if (event.kind !== 'station.changed') return;
    const station = central.stations.byId(event.stationId);
    if (!station?.link || !station.booted || seen.get(station) === station.link) return;
    seen.set(station, station.link);
    later(spreadMs * (1 + ((station.id * 0.6180339887) % 1)), () => {
      queue.add(station.id);
      work();
    });
  };
  const unsubscribe = central.subscribe(hear);
  const sweep = setInterval(look, sweepMs).unref();
  return () => {
    unsubscribe();
    clearInterval(sweep);
    for (const timer of timers) clearTimeout(timer);
    queue.clear();
  };
}

/** Sends what a station lacks, if it is there and follows changes, and all of it if it has another list than it accepted. */
async function bringBack(central: Central, stationId: number): Promise<void> {
  const station = central.stations.byId(stationId);
  const list = await localListOf(central.storage.read, stationId);
  if (!station?.link || !station.booted || list?.automatic !== 1 || isUnsupported(list.answer)) return;
  const lacks = differenceOf(await wantedList(central, station), await heldList(central, station)).length > 0;
  if (!lacks && list.answer === 'Accepted' && !(await hasOtherVersion(central, station))) return;
  try {
    await (await sendLocalList(central, someone, station, false)).done;
  } catch (error) {
    // Offline again, busy, or too long: its state says so, and the next change or return tries again.
    if (!(error instanceof DomainError)) throw error;
  }
}
