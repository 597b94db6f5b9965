import { randomUUIDv7 } from 'node:crypto';
import type { InputOf } from '../../../shared/api/contract.ts';
import type { Account, users } from '../../../shared/api/users.ts';
import type { Role } from '../../../shared/model/rights.ts';
import {
  accountByPublicId,
  accountPage,
  countAccounts,
  countSessionsOf,
  deleteAccount,
  deleteSiteRights,
  insertAccount,
  insertSiteRights,
  siteIdsOf,
  siteRightsOf,
  updateAccount as updateAccountRow,
} from '../../storage/accounts.ts';
import { ConstraintError } from '../../storage/errors.ts';
import { deleteSignInsOf } from '../../storage/sign-ins.ts';
import type { Statement } from '../../storage/storage.ts';
import { tagsOfAccounts } from '../../storage/tag-list.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { mayChange, mayInspect, ownSites, sitePublicIds, siteRows } from './account-scope.ts';
import { audit } from './audit.ts';
import { emailRefusal } from './own-account.ts';
import { hashPassword, requireGoodPassword } from './password.ts';
import type { Person } from './person.ts';
import { accountChanged } from './sign-in.ts';
import { addTags, asTag, requireFreeTags, tagRefusal } from './tags.ts';

type Row = NonNullable<Awaited<ReturnType<typeof accountByPublicId>>>;
type NewAccount = InputOf<typeof users.create>;
type AccountChange = InputOf<typeof users.update>;

/** Accounts by e-mail address, those that the person may manage. */
export async function listAccounts(central: Central, person: Person, asked: InputOf<typeof users.list>) {
  const { read } = central.storage;
  const search = { siteIds: ownSites(person), search: asked.search, role: asked.role };
  const [rows, total] = await Promise.all([accountPage(read, search, asked.after, asked.limit), countAccounts(read, search)]);
  const full = rows.length === asked.limit;
  return { rows: await asAccounts(central, person, rows), total, after: full ? (rows.at(-1)?.email ?? null) : null };
}

/** One account; one that the person may not manage does not exist. */
export async function getAccount(central: Central, person: Person, publicId: string): Promise<Account> {
  const { row } = await find(central, person, publicId);
  return asAccount(central, person, row);
}

/** Creates an account with its tags. Refuses `emailTaken`, `tagTaken`, `passwordTooWeak`, and what the person may not give. */
export async function createAccount(central: Central, person: Person, given: NewAccount): Promise<Account> {
  const siteIds = sitesFor(central, person, given.role, given.siteIds ?? []);
  requireGoodPassword(given.password, 'password');
  const tags = given.tags ?? [];
  await requireFreeTags(central, person, tags);
  const passwordHash = await hashPassword(central.people.hashing, given.password);
  const now = central.clock.now();
  const publicId = randomUUIDv7();
  const unit: Statement[] = [
    insertAccount({
      publicId,
      role: given.role,
      email: given.email,
      passwordHash,
      firstName: given.firstName,
      lastName: given.lastName,
      emailAtAlarm: given.emailAtAlarm ? 1 : 0,
      blocked: given.blocked ? 1 : 0,
      createdAt: now,
      updatedAt: now,
      updatedBy: person.name,
    }),
    insertSiteRights(publicId, siteIds),
    ...addTags(central, publicId, tags),
    audit(central, person, { action: 'users.create', subject: given.email, siteId: siteIds[0] ?? null, after: shown(given) }),
  ];
  await central.storage.write(unit).catch((error: unknown) => {
    throw tagRefusal(emailRefusal(error, given.email));
  });
  if (tags.length > 0) central.publish({ kind: 'tags.changed' });
  return getAccount(central, person, publicId);
}

/** Changes an account. A new password, role or block ends its sign-in sessions; other sites take effect at once on open ones. */
export async function updateAccount(central: Central, person: Person, change: AccountChange): Promise<Account> {
  const { row, siteIds: before } = await find(central, person, change.accountId);
  const own = ownSites(person);
  const onlySites = Object.keys(change).every((member) => ['accountId', 'version', 'siteIds'].includes(member));
  if (!onlySites && !mayChange(person, { role: row.role, siteIds: before })) throw new DomainError('rightMissing');

  const role = change.role ?? (row.role as Role); // the column's CHECK allows no other
  const foreign = own ? before.filter((id) => !own.includes(id)) : [];
  // A role without sites loses those it had.
  const given = change.siteIds ?? (withSites(role) ? sitePublicIds(central, person, before) : []);
  const siteIds = [...foreign, ...sitesFor(central, person, role, given, foreign.length > 0)];
  if (change.password !== undefined) requireGoodPassword(change.password, 'password');
  const passwordHash = change.password === undefined ? undefined : await hashPassword(central.people.hashing, change.password);
  const endsSignIns = passwordHash !== undefined || role !== row.role || (change.blocked === true && row.blocked === 0);

  const unit: Statement[] = [
    updateAccountRow(row.id, change.version, {
      role,
      ...(change.email === undefined ? {} : { email: change.email }),
      ...(change.firstName === undefined ? {} : { firstName: change.firstName }),
      ...(change.lastName === undefined ? {} : { lastName: change.lastName }),
      ...(change.emailAtAlarm === undefined ? {} : { emailAtAlarm: change.emailAtAlarm ? 1 : 0 }),
      ...(change.blocked === undefined ? {} : { blocked: change.blocked ? 1 : 0 }),
      ...(passwordHash === undefined ? {} : { passwordHash }),
      updatedAt: central.clock.now(),
      updatedBy: person.name,
    }),
    deleteSiteRights(row.id),
    insertSiteRights(row.publicId, siteIds),
    ...(endsSignIns ? [deleteSignInsOf(row.id, null)] : []),
    audit(central, person, {
      action: 'users.update',
      subject: row.email,
      siteId: siteIds[0] ?? null,
      before: { role: row.role, email: row.email, firstName: row.firstName, lastName: row.lastName, blocked: row.blocked === 1 },
      after: shown(change),
    }),
  ];
  await commit(central, row.publicId, unit, change.email ?? row.email);
  accountChanged(central, row.id);
  // Read without asking whether the person may see it: an account that was just let go of is shown this last time.
  const now = await accountByPublicId(central.storage.read, row.publicId);
  if (!now) throw new DomainError('accountUnknown');
  return asAccount(central, person, now);
}

/** Deletes an account with its tags; its sessions stay without the name (PRODUCT M12). Returns how many those are. */
export async function removeAccount(central: Central, person: Person, publicId: string, version: number): Promise<number> {
  const { row, siteIds } = await find(central, person, publicId);
  if (!mayChange(person, { role: row.role, siteIds })) throw new DomainError('rightMissing');
  const sessions = await countSessionsOf(central.storage.read, row.id);
  const unit = [
    // Fails the unit when somebody changed the account since it was read.
    updateAccountRow(row.id, version, {}),
    deleteAccount(row.id),
    audit(central, person, {
      action: 'users.remove',
      subject: row.email,
      siteId: siteIds[0] ?? null,
      before: { role: row.role, email: row.email, firstName: row.firstName, lastName: row.lastName },
    }),
  ];
  await commit(central, publicId, unit, row.email);
  accountChanged(central, row.id);
  return sessions;
}

const withSites = (role: Role) => role === 'siteAdministrator' || role === 'evUser';

/** The sites of an account as asked for, checked against its role and against what the person may give. */
function sitesFor(central: Central, person: Person, role: Role, publicIds: readonly string[], others = false): readonly number[] {
  if (person.scope.kind !== 'all' && role !== 'evUser') throw new DomainError('rightMissing', {}, { role: 'notYours' });
  if (!withSites(role)) {
    if (publicIds.length > 0) throw new DomainError('inputInvalid', { field: 'siteIds' }, { siteIds: 'notForRole' });
    return [];
  }
  const needed = role === 'siteAdministrator' || person.scope.kind !== 'all';
  if (needed && publicIds.length === 0 && !others) {
    throw new DomainError('inputInvalid', { field: 'siteIds' }, { siteIds: 'required' });
  }
  return siteRows(central, person, [...new Set(publicIds)]);
}

async function find(central: Central, person: Person, publicId: string): Promise<{ row: Row; siteIds: readonly number[] }> {
  const row = await accountByPublicId(central.storage.read, publicId);
  const siteIds = row ? await siteIdsOf(central.storage.read, row.id) : [];
  if (!row || !mayInspect(person, { role: row.role, siteIds })) throw new DomainError('accountUnknown');
  return { row, siteIds };
}

async function commit(central: Central, publicId: string, unit: readonly Statement[], email: string): Promise<void> {
  try {
    await central.storage.write(unit);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    if (error.constraint === 'lastAdministrator') throw new DomainError('lastAdministrator');
    if (error.constraint === 'changedMeanwhile') throw await changedMeanwhile(central, publicId);
    throw emailRefusal(error, email);
  }
}

/** Who changed it, and when, for "changed by … at …; reload". */
async function changedMeanwhile(central: Central, publicId: string): Promise<DomainError> {
  const now = await accountByPublicId(central.storage.read, publicId);
  if (!now) return new DomainError('accountUnknown');
  return new DomainError('changedMeanwhile', { by: now.updatedBy ?? '', at: now.updatedAt, version: now.version });
}

/** What of an input may stand in the audit log. */
function shown({ password, ...rest }: Readonly<{ password?: string }> & object): object {
  return password === undefined ? rest : { ...rest, password: 'changed' };
}

async function asAccounts(central: Central, person: Person, rows: readonly Row[]): Promise<Account[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const [rights, tags] = await Promise.all([siteRightsOf(central.storage.read, ids), tagsOfAccounts(central.storage.read, ids)]);
  return rows.map((row) => ({
    id: row.publicId,
    version: row.version,
    role: row.role as Role, // the column's CHECK allows no other
    email: row.email,
    firstName: row.firstName,
    lastName: row.lastName,
    siteIds: sitePublicIds(
      central,
      person,
      rights.filter((right) => right.accountId === row.id).map((right) => right.siteId),
    ),
    emailAtAlarm: row.emailAtAlarm === 1,
    blocked: row.blocked === 1,
    createdAt: row.createdAt,
    lastSeenAt: row.lastSeenAt,
    tags: tags.filter((tag) => tag.accountId === row.id).map(asTag),
  }));
}

async function asAccount(central: Central, person: Person, row: Row): Promise<Account> {
  const [account] = await asAccounts(central, person, [row]);
  if (!account) throw new Error('an account of one row is one account');
  return account;
}
