import type { InputOf, OutputOf } from '../../../shared/api/contract.ts';
import type { localList } from '../../../shared/api/local-list.ts';
import type { Central } from '../central.ts';
import type { Station } from '../station/station.ts';
import { comparedLists, heldList, wantedList } from './wanted-list.ts';

/** A page of the tags of a station's list, by text. */
export async function localListPage(
  central: Central,
  station: Station,
  { after = '', limit }: Omit<InputOf<typeof localList.entries>, 'stationId'>,
): Promise<OutputOf<typeof localList.entries>> {
  const [wanted, held] = await Promise.all([wantedList(central, station), heldList(central, station)]);
  const all = comparedLists(wanted, held);
  const first = all.findIndex(({ idTag }) => idTag > after);
  const rows = first < 0 ? [] : all.slice(first, first + limit);
  const isLast = first < 0 || first + limit >= all.length;
  return { rows, total: all.length, after: isLast ? null : (rows.at(-1)?.idTag ?? null) };
}
