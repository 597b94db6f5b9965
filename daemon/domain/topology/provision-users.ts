import { randomUUIDv7 } from 'node:crypto';
import type { Provision } from '../../../shared/provision.ts';
import { insertAccount, insertSiteRights } from '../../storage/accounts.ts';
import { accountNames, allSiteRights, tagOwners } from '../../storage/provision.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { audit } from '../user/audit.ts';
import { hashPassword, requireGoodPassword } from '../user/password.ts';
import type { Person } from '../user/person.ts';
import { accountChanged } from '../user/sign-in.ts';
import { addTags } from '../user/tags.ts';
import { ProvisionRefused } from './provision-file.ts';

type User = NonNullable<Provision['users']>[number];
type Known = Readonly<{
  accounts: ReadonlyMap<string, { readonly id: number; readonly publicId: string }>;
  /** Tag text → account. */
  tags: ReadonlyMap<string, number | null>;
  rights: ReadonlySet<string>;
}>;

/** Users are written by so many at a time: hashing passwords takes longer than writing. */
const atOnce = 50;

const rightKey = (accountId: number, siteId: number) => `${accountId} ${siteId}`;

type Users = Readonly<{ users: readonly Readonly<{ user: User; path: string }>[]; known: Known }>;

/** Looks at everything that can be wrong with the users of a file, before anything of the file is written. */
export async function planUsers(central: Central, file: Provision): Promise<Users> {
  const users = (file.users ?? []).map((user, index) => ({ user, path: `users[${index}]` }));
  const known = await readKnown(central);
  const sites = new Set([...sitesOf(central).keys(), ...(file.sites ?? []).map((site) => site.name.toLowerCase())]);
  for (const { user, path } of users) check(known, sites, user, path);
  return { users, known };
}

/** Adds the accounts of a provision file, and to those that exist the tags and sites that they lack. */
export async function provisionUsers(
  central: Central,
  person: Person,
  { users, known }: Users,
  summary: { users: number; tags: number },
): Promise<void> {
  for (let first = 0; first < users.length; first += atOnce) {
    const some = users.slice(first, first + atOnce);
    const units = await Promise.all(some.map(({ user }) => unitOf(central, person, known, user, summary)));
    await central.storage.write(units.flat());
  }
}

async function readKnown(central: Central): Promise<Known> {
  const { read } = central.storage;
  const [accounts, tags, rights] = await Promise.all([accountNames(read), tagOwners(read), allSiteRights(read)]);
  return {
    accounts: new Map(accounts.map((account) => [account.email.toLowerCase(), account])),
    tags: new Map(tags.map((tag) => [tag.idTag, tag.accountId])),
    rights: new Set(rights.map((right) => rightKey(right.accountId, right.siteId))),
  };
}

function check(known: Known, sites: ReadonlySet<string>, user: User, path: string): void {
  const account = known.accounts.get(user.email.toLowerCase());
  const names = user.sites ?? [];
  for (const [index, name] of names.entries())
    if (!sites.has(name.toLowerCase())) throw new ProvisionRefused(`${path}.sites[${index}]`, `there is no site "${name}".`);
  if (names.length === 0 && user.role === 'siteAdministrator')
    throw new ProvisionRefused(`${path}.sites`, 'a site administrator needs at least one site.');
  if (!account) requirePassword(user, path);
  for (const [index, tag] of (user.rfid ?? []).entries()) {
    const owner = known.tags.get(kept(tag));
    const isForeign = owner !== undefined && owner !== account?.id;
    if (isForeign) throw new ProvisionRefused(`${path}.rfid[${index}]`, `the tag "${tag}" belongs to another user.`);
  }
}

async function unitOf(
  central: Central,
  person: Person,
  known: Known,
  user: User,
  summary: { users: number; tags: number },
): Promise<Statement[]> {
  const siteIds = siteIdsOf(central, user);
  const tags = (user.rfid ?? []).filter((tag) => !known.tags.has(kept(tag))).map((idTag) => ({ idTag }));
  summary.tags += tags.length;
  const account = known.accounts.get(user.email.toLowerCase());
  if (!account) {
    summary.users += 1;
    return await newAccount(central, person, user, siteIds, tags);
  }
  const newSites = siteIds.filter((siteId) => !known.rights.has(rightKey(account.id, siteId)));
  if (newSites.length === 0 && tags.length === 0) return [];
  accountChanged(central, account.id);
  return [
    ...(newSites.length > 0 ? [insertSiteRights(account.publicId, newSites)] : []),
    ...addTags(central, account.publicId, tags),
    audit(central, person, { action: 'users.update', subject: user.email, after: { sites: user.sites, tags } }),
  ];
}

async function newAccount(
  central: Central,
  person: Person,
  user: User,
  siteIds: readonly number[],
  tags: readonly Readonly<{ idTag: string }>[],
): Promise<Statement[]> {
  const { role, email, firstName, lastName } = user;
  const passwordHash = await hashPassword(central.people.hashing, user.password);
  const publicId = randomUUIDv7();
  const now = central.clock.now();
  return [
    insertAccount({
      ...{ publicId, role, email, passwordHash, firstName, lastName },
      emailAtAlarm: user.emailAtAlarm ? 1 : 0,
      createdAt: now,
      updatedAt: now,
      updatedBy: person.name,
    }),
    ...(siteIds.length > 0 ? [insertSiteRights(publicId, siteIds)] : []),
    ...addTags(central, publicId, tags),
    audit(central, person, { action: 'users.create', subject: email, siteId: siteIds[0] ?? null, after: { role, email } }),
  ];
}

/** Row ids of the sites of a user. Administrators and support users see every site, so they have none of their own. */
function siteIdsOf(central: Central, user: User): number[] {
  if (user.role !== 'siteAdministrator' && user.role !== 'evUser') return [];
  const sites = sitesOf(central);
  return [...new Set(user.sites ?? [])].flatMap((name) => sites.get(name.toLowerCase()) ?? []);
}

const sitesOf = (central: Central) =>
  new Map([...central.tree.root().children].map((site) => [site.name.toLowerCase(), site.id]));

function requirePassword(user: User, path: string): void {
  try {
    requireGoodPassword(user.password, 'password');
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new ProvisionRefused(`${path}.password`, 'a password has at least 8 characters with both letters and digits.');
  }
}

/** As tags are kept. */
const kept = (idTag: string) => idTag.trim().toUpperCase();
