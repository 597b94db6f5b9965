import { type Insertable, type Kysely, sql, type Updateable } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { AccountsTable, Tables } from './tables.ts';
import { contains } from './text.ts';

export const insertAccount = (row: Insertable<AccountsTable>): Statement => statement(db.insertInto('accounts').values(row));

/** Changes an account that was read at `version`; the schema refuses with `changedMeanwhile` when that is another by now. */
export const updateAccount = (id: number, version: number, change: Updateable<AccountsTable>): Statement =>
  statement(
    db
      .updateTable('accounts')
      .set({ ...change, version: version + 1 })
      .where('id', '=', id),
  );

/** What an account sets for itself is no reason to refuse another's edit: it leaves the version alone. */
export const updateOwnAccount = (id: number, change: Omit<Updateable<AccountsTable>, 'version'>): Statement =>
  statement(db.updateTable('accounts').set(change).where('id', '=', id));

export const deleteAccount = (id: number): Statement => statement(db.deleteFrom('accounts').where('id', '=', id));

export const deleteSiteRights = (accountId: number): Statement =>
  statement(db.deleteFrom('siteRights').where('accountId', '=', accountId));

/** Rights to sites for an account given by its public id, so that it can be inserted in the same unit. */
export const insertSiteRights = (publicId: string, siteIds: readonly number[]): Statement =>
  statement(
    db
      .insertInto('siteRights')
      .columns(['accountId', 'siteId'])
      .expression((from) =>
        from
          .selectFrom('accounts')
          .innerJoin('nodes', (join) => join.on('nodes.id', 'in', [...siteIds]))
          .where('accounts.publicId', '=', publicId)
          .select(['accounts.id', 'nodes.id']),
      ),
  );

export const accountByEmail = (read: Kysely<Tables>, email: string) =>
  read.selectFrom('accounts').selectAll().where('email', '=', email).executeTakeFirst();

export const accountById = (read: Kysely<Tables>, id: number) =>
  read.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();

export const accountByPublicId = (read: Kysely<Tables>, publicId: string) =>
  read.selectFrom('accounts').selectAll().where('publicId', '=', publicId).executeTakeFirst();

export async function siteIdsOf(read: Kysely<Tables>, accountId: number): Promise<number[]> {
  const rows = await read.selectFrom('siteRights').select('siteId').where('accountId', '=', accountId).execute();
  return rows.map((row) => row.siteId);
}

export async function hasAdministrator(read: Kysely<Tables>): Promise<boolean> {
  const found = await read.selectFrom('accounts').select('id').where('role', '=', 'administrator').limit(1).executeTakeFirst();
  return found !== undefined;
}

/** Which accounts a list is about; `siteIds` narrows it to the EV users of those sites. */
export type AccountSearch = Readonly<{
  siteIds?: readonly number[] | undefined;
  search?: string | undefined;
  role?: string | undefined;
}>;

function matching(read: Kysely<Tables>, { siteIds, search, role }: AccountSearch) {
  let query = read.selectFrom('accounts');
  if (role !== undefined) query = query.where('role', '=', role);
  if (siteIds) {
    query = query.where('role', '=', 'evUser').where('accounts.id', 'in', accountsOfSites(read, siteIds));
  }
  if (search) {
    const tag = contains(sql`tags.idTag`, search);
    query = query.where(
      sql<boolean>`(${isOfPerson(search)} OR EXISTS (SELECT 1 FROM tags WHERE tags.accountId = accounts.id AND ${tag}))`,
    );
  }
  return query;
}

/** A page of accounts by e-mail address; `after` is the last address of the page before. */
export const accountPage = (read: Kysely<Tables>, search: AccountSearch, after: string | undefined, limit: number) => {
  let query = matching(read, search).selectAll('accounts');
  if (after !== undefined) query = query.where('email', '>', after);
  return query.orderBy('email').limit(limit).execute();
};

export async function countAccounts(read: Kysely<Tables>, search: AccountSearch): Promise<number> {
  const row = await matching(read, search)
    .select((count) => count.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}

export const siteRightsOf = (read: Kysely<Tables>, accountIds: readonly number[]) =>
  read
    .selectFrom('siteRights')
    .selectAll()
    .where('accountId', 'in', [...accountIds])
    .execute();

export async function countSessionsOf(read: Kysely<Tables>, accountId: number): Promise<number> {
  const row = await read
    .selectFrom('sessions')
    .select((count) => count.fn.countAll<number>().as('count'))
    .where('accountId', '=', accountId)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Whether the account of a row has a text in its address or name. */
export const isOfPerson = (search: string) =>
  sql<boolean>`(${contains(sql`accounts.email`, search)}
    OR ${contains(sql`(accounts.firstName || ' ' || accounts.lastName)`, search)})`;

/** Ids of the accounts with rights to some sites. */
export const accountsOfSites = (read: Kysely<Tables>, siteIds: readonly number[]) =>
  read
    .selectFrom('siteRights')
    .select('accountId')
    .where('siteId', 'in', [...siteIds]);
