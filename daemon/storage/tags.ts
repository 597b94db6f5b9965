import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** The tags whose text is one of some forms, with the account that they belong to. */
export const tagsByText = (read: Kysely<Tables>, forms: readonly string[]) =>
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
    ])
    .where('tags.idTag', 'in', forms)
    .limit(20)
    .execute();
export type TagRow = Awaited<ReturnType<typeof tagsByText>>[number];
