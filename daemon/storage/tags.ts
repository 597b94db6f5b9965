import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

const withAccounts = (read: Kysely<Tables>) =>
  read
    .selectFrom('tags')
    .leftJoin('accounts', 'accounts.id', 'tags.accountId')
    .select([
      'tags.id',
      'tags.idTag',
      'tags.accountId',
      'tags.parentIdTag',
      'tags.blocked',
      'tags.validFrom',
      'tags.validUntil',
      'tags.maxSessions',
      'accounts.blocked as accountBlocked',
    ]);

/** The tags whose text is one of some forms, with the account that they belong to. */
export const tagsByText = (read: Kysely<Tables>, forms: readonly string[]) =>
  withAccounts(read).where('tags.idTag', 'in', forms).limit(20).execute();
export type TagRow = Awaited<ReturnType<typeof tagsByText>>[number];

/**
 * The tags for a site, by text: those without an account, of accounts with a right to the site, and of accounts that belong to no site in
 * particular. Only texts that OCPP can carry.
 */
export const tagsOfSite = (read: Kysely<Tables>, siteId: number) =>
  withAccounts(read)
    .select(['accounts.firstName', 'accounts.lastName', 'accounts.email'])
    .where(({ eb, fn }) => eb(fn<number>('length', ['tags.idTag']), '<=', 20))
    .where(({ eb, or, not, exists, selectFrom }) => {
      const rights = selectFrom('siteRights').select('siteId').whereRef('siteRights.accountId', '=', 'tags.accountId');
      return or([eb('tags.accountId', 'is', null), not(exists(rights)), exists(rights.where('siteId', '=', siteId))]);
    })
    .orderBy('tags.idTag')
    .execute();
