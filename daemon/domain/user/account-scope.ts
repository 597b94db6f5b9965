import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Person } from './person.ts';

/**
 * Which accounts a person may manage. Administrators: all. Site administrators: the EV users of the own sites; one who belongs to
 * other sites too is seen, but changed by neither side alone (only by administrators), save for tags and the own sites' membership.
 */
export type Account = Readonly<{ role: string; siteIds: readonly number[] }>;

/** The sites to which a person's view of accounts is narrowed; undefined: not at all. */
export function ownSites(person: Person): readonly number[] | undefined {
  if (person.scope.kind === 'all') return undefined;
  return person.scope.kind === 'sites' ? [...person.scope.siteIds] : [];
}

export function mayInspect(person: Person, account: Account): boolean {
  const own = ownSites(person);
  return own === undefined || (account.role === 'evUser' && account.siteIds.some((id) => own.includes(id)));
}

export function mayChange(person: Person, account: Account): boolean {
  const own = ownSites(person);
  return own === undefined || (mayInspect(person, account) && account.siteIds.every((id) => own.includes(id)));
}

/** Row ids of sites named by public id. Refuses what is no site within the person's scope. */
export function siteRows(central: Central, person: Person, publicIds: readonly string[]): readonly number[] {
  const own = ownSites(person);
  return publicIds.map((publicId, index) => {
    const node = central.tree.byPublicId(publicId);
    if (node?.kind !== 'site' || (own && !own.includes(node.id))) {
      throw new DomainError('nodeUnknown', { nodeId: publicId }, { [`siteIds.${index}`]: 'unknown' });
    }
    return node.id;
  });
}

/** The other way round, as far as the person may know of them; sites that were removed are left out. */
export function sitePublicIds(central: Central, person: Person, siteIds: readonly number[]): string[] {
  const own = ownSites(person);
  return siteIds
    .filter((id) => !own || own.includes(id))
    .flatMap((id) => {
      const node = central.tree.byId(id);
      return node ? [node.publicId] : [];
    });
}
