import { type Insertable, type Kysely, sql, type Updateable } from 'kysely';
import { accountsOfSites, isOfPerson } from './accounts.ts';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { Tables, TagsTable } from './tables.ts';
import { contains } from './text.ts';

/** A tag; its owner is given by public id, so that the account can be inserted in the same unit. */
export const insertTag = (row: Omit<Insertable<TagsTable>, 'accountId'>, owner: string | null): Statement =>
  statement(
    db.insertInto('tags').values({
      ...row,
      accountId: owner === null ? null : db.selectFrom('accounts').select('id').where('publicId', '=', owner),
    }),
  );

export const updateTagRow = (id: number, change: Updateable<TagsTable>): Statement =>
  statement(db.updateTable('tags').set(change).where('id', '=', id));

export const deleteTag = (id: number): Statement => statement(db.deleteFrom('tags').where('id', '=', id));

const withOwner = (read: Kysely<Tables>) =>
  read
    .selectFrom('tags')
    .leftJoin('accounts', 'accounts.id', 'tags.accountId')
    .selectAll('tags')
    .select(['accounts.publicId as ownerPublicId', 'accounts.firstName', 'accounts.lastName', 'accounts.email']);

export type OwnedTag = NonNullable<Awaited<ReturnType<typeof tagByPublicId>>>;

export const tagByPublicId = (read: Kysely<Tables>, publicId: string) =>
  withOwner(read).where('tags.publicId', '=', publicId).executeTakeFirst();

/** The tags that are known under one of some texts. */
export const tagsByTexts = (read: Kysely<Tables>, texts: readonly string[]) =>
  withOwner(read)
    .where('tags.idTag', 'in', [...texts])
    .limit(20)
    .execute();

export const tagsOfAccounts = (read: Kysely<Tables>, accountIds: readonly number[]) =>
  withOwner(read)
    .where('tags.accountId', 'in', [...accountIds])
    .orderBy('tags.idTag')
    .execute();

/** Tags whose text, label or owner holds `search`; `siteIds` narrows it to those of EV users of those sites. */
export function tagsFound(
  read: Kysely<Tables>,
  { search, siteIds, limit }: Readonly<{ search?: string | undefined; siteIds?: readonly number[] | undefined; limit: number }>,
) {
  let query = withOwner(read);
  if (siteIds) {
    query = query.where('accounts.role', '=', 'evUser').where('tags.accountId', 'in', accountsOfSites(read, siteIds));
  }
  if (search) {
    const [tag, label] = [contains(sql`tags.idTag`, search), contains(sql`tags.label`, search)];
    query = query.where(sql<boolean>`(${tag} OR ${label} OR ${isOfPerson(search)})`);
  }
  return query.orderBy('tags.idTag').limit(limit).execute();
}
