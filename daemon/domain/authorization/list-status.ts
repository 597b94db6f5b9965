import type { LocalListStatus } from '../../../shared/api/local-list.ts';
import type { LocalListState } from '../../../shared/model/local-list.ts';
import { localListOf } from '../../storage/local-lists.ts';
import type { Central } from '../central.ts';
import type { Station } from '../station/station.ts';
import { isLost, isRefusal, limitsOfList, saysNoList } from './list-facts.ts';
import { progressOf } from './local-list.ts';
import { differenceOf, heldList, wantedList } from './wanted-list.ts';

/** How the list of a station stands: what it accepted against what it should hold. */
export async function localListStatus(central: Central, station: Station): Promise<LocalListStatus> {
  const [row, wanted, held, limits] = await Promise.all([
    localListOf(central.storage.read, station.id),
    wantedList(central, station),
    heldList(central, station),
    limitsOfList(central, station),
  ]);
  const changes = differenceOf(wanted, held).length;
  const answer = row?.answer ?? null;
  const version = row?.version ?? null;
  const isAutomatic = row?.automatic === 1;
  const progress = progressOf(station);
  const stateNow = (): LocalListState => {
    if (progress) return 'sending';
    if (limits.enabled === false) return 'switchedOff';
    if (row && saysNoList(row)) return 'notSupported';
    if (version === null && !isAutomatic && !isRefusal(answer)) return 'off';
    if (limits.maxEntries !== null && wanted.length > limits.maxEntries) return 'tooLong';
    if (isRefusal(answer)) return 'failed';
    if (row && isLost(row)) return 'lost';
    return version !== null && changes === 0 ? 'inStep' : 'behind';
  };
  return {
    state: stateNow(),
    automatic: isAutomatic,
    version,
    entries: held.length,
    wanted: wanted.length,
    changes,
    acceptedAt: row?.acceptedAt ?? null,
    triedAt: row?.triedAt ?? null,
    triedBy: row?.triedBy ?? null,
    answer,
    toldVersion: row?.toldVersion ?? null,
    toldAt: row?.toldAt ?? null,
    progress,
    ...limits,
  };
}
