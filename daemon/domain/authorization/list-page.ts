import type { InputOf, OutputOf } from '../../../shared/api/contract.ts';
import type { localList } from '../../../shared/api/local-list.ts';
import { roleHas } from '../../../shared/model/rights.ts';
import { tagDecimal, tagHex } from '../../../shared/model/tag.ts';
import type { Central } from '../central.ts';
import type { Station } from '../station/station.ts';
import type { Person } from '../user/person.ts';
import { comparedLists, heldList, wantedList } from './wanted-list.ts';

type Entry = ReturnType<typeof comparedLists>[number];

/** A page of the tags of a station's list, by text. Addresses of users are for those who manage their accounts. */
export async function localListPage(
  central: Central,
  person: Pick<Person, 'role' | 'scope'>,
  station: Station,
  { after = '', limit, search = '', differing = false }: Omit<InputOf<typeof localList.entries>, 'stationId'>,
): Promise<OutputOf<typeof localList.entries>> {
  const [wanted, held] = await Promise.all([wantedList(central, station), heldList(central, station)]);
  const mayRead = ({ isOfSite }: Entry) => roleHas(person.role, 'accounts.manage') && (person.scope.kind === 'all' || isOfSite);
  const isSought = passes(search);
  const all = comparedLists(wanted, held)
    .map((entry) => (mayRead(entry) ? entry : { ...entry, email: null }))
    .filter((entry) => (!differing || entry.place !== 'same') && isSought(entry));
  const first = all.findIndex(({ idTag }) => idTag > after);
  const found = first < 0 ? [] : all.slice(first, first + limit);
  const isLast = first < 0 || first + limit >= all.length;
  const rows = found.map(({ isOfSite: _, ...row }) => row);
  return { rows, total: all.length, after: isLast ? null : (rows.at(-1)?.idTag ?? null) };
}

/** Whether an entry holds a text: the tag in either form, its group, or whose it is. */
function passes(search: string): (entry: Entry) => boolean {
  const sought = search.trim().toLowerCase();
  if (sought === '') return () => true;
  return ({ idTag, parentIdTag, userName, email }) =>
    [idTag, tagDecimal(idTag), tagHex(idTag), parentIdTag, userName, email].some((text) => text?.toLowerCase().includes(sought));
}
