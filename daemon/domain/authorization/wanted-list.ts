import type { LocalListEntry } from '../../../shared/model/command.ts';
import { localListEntriesOf } from '../../storage/local-lists.ts';
import { tagsOfSite } from '../../storage/tags.ts';
import type { Central } from '../central.ts';
import type { Station } from '../station/station.ts';
import { statusAt } from './authorize.ts';

/** An entry as it is to stand at a station, with whom it belongs to. */
export type WantedEntry = Readonly<{
  idTag: string;
  status: 'Accepted' | 'Blocked' | 'Expired';
  expiresAt: number | null;
  parentIdTag: string | null;
  userName: string | null;
  email: string | null;
  /** Its owner has a right to the station's very site. */
  isOfSite: boolean;
}>;

export type HeldEntry = Awaited<ReturnType<typeof localListEntriesOf>>[number];

/**
 * The list for a station: the tags of those who may charge at its site, each with what `authorize` would say of it. A tag that is not valid
 * yet is left out: the station asks about it, and gets the right answer on the day.
 */
export async function wantedList(central: Central, station: Pick<Station, 'siteId'>): Promise<readonly WantedEntry[]> {
  const now = central.clock.now();
  const rows = await tagsOfSite(central.storage.read, station.siteId);
  return rows.flatMap((row) => {
    const { status, parentIdTag, expiresAt } = statusAt(row, now);
    if (status === 'Invalid' || status === 'ConcurrentTx') return [];
    const userName = `${row.firstName ?? ''} ${row.lastName ?? ''}`.trim() || null;
    const parent = parentIdTag !== null && parentIdTag.length <= 20 ? parentIdTag : null;
    const owner = { userName, email: row.email, isOfSite: Boolean(row.isOfSite) };
    return [{ idTag: row.idTag, status, expiresAt, parentIdTag: parent, ...owner }];
  });
}

/** What the station has accepted. */
export const heldList = (central: Central, station: Pick<Station, 'id'>): Promise<HeldEntry[]> =>
  localListEntriesOf(central.storage.read, station.id);

const isSame = (wanted: WantedEntry, held: HeldEntry): boolean =>
  wanted.status === held.status && wanted.expiresAt === held.expiresAt && wanted.parentIdTag === held.parentIdTag;

/** The entries of both lists, by text, with how each stands. */
export function comparedLists(wanted: readonly WantedEntry[], held: readonly HeldEntry[]) {
  const atStation = new Map(held.map((entry) => [entry.idTag, entry]));
  const rows = wanted.map((entry) => {
    const there = atStation.get(entry.idTag);
    atStation.delete(entry.idTag);
    const place: 'same' | 'missing' | 'differs' = !there ? 'missing' : isSame(entry, there) ? 'same' : 'differs';
    return { ...entry, place };
  });
  const leaving = [...atStation.values()].map((entry) => ({
    ...entry,
    status: entry.status as WantedEntry['status'], // Kept from a request that had passed its schema.
    ...{ userName: null, email: null, isOfSite: false },
    place: 'goes' as const,
  }));
  return [...rows, ...leaving].sort((one, other) => (one.idTag < other.idTag ? -1 : one.idTag > other.idTag ? 1 : 0));
}

/** An entry as it goes to the station. */
export const asEntry = ({ idTag, status, expiresAt, parentIdTag }: WantedEntry): LocalListEntry => ({
  idTag,
  status,
  ...(expiresAt !== null && { expiresAt }),
  ...(parentIdTag !== null && { parentIdTag }),
});

/** What makes the one list of the other. What goes stands first, so that the station never holds more than before and after. */
export function differenceOf(wanted: readonly WantedEntry[], held: readonly HeldEntry[]): LocalListEntry[] {
  const compared = comparedLists(wanted, held);
  return [
    ...compared.filter(({ place }) => place === 'goes').map(({ idTag }) => ({ idTag })),
    ...compared.filter(({ place }) => place === 'missing' || place === 'differs').map(asEntry),
  ];
}
