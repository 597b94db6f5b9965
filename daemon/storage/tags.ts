import type { ExpressionBuilder, Kysely } from 'kysely';
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

const rightsOfOwner = ({ selectFrom }: ExpressionBuilder<Tables, 'tags'>) =>
  selectFrom('siteRights').select('siteId').whereRef('siteRights.accountId', '=', 'tags.accountId');

/**
 * The tags for a site, by text: those without an account, of accounts with a right to the site, and of accounts that belong to no site in
 * particular. Only texts that OCPP can carry. `isOfSite`: the owner has
 * a right to this very site.
 */
export const tagsOfSite = (read: Kysely<Tables>, siteId: number) =>
  withAccounts(read)
    .select(['accounts.firstName', 'accounts.lastName', 'accounts.email'])
    .select((row) => row.exists(rightsOfOwner(row).where('siteId', '=', siteId)).as('isOfSite'))
    .where(({ eb, fn }) => eb(fn<number>('length', ['tags.idTag']), '<=', 20))
    .where((row) => {
      const rights = rightsOfOwner(row);
      return row.or([
        row('tags.accountId', 'is', null),
        row.not(row.exists(rights)),
        row.exists(rights.where('siteId', '=', siteId)),
      ]);
    })
    .orderBy('tags.idTag')
    .execute();
