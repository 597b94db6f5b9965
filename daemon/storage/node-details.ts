import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A node that no longer stands in the tree; its row stays, so that sessions keep their names. */
export const removedNode = (read: Kysely<Tables>, publicId: string) =>
  read
    .selectFrom('nodes')
    .select(['id', 'kind', 'name', 'parentId', 'siteId', 'removedAt', 'updatedBy'])
    .where('publicId', '=', publicId)
    .where('removedAt', 'is not', null)
    .executeTakeFirst();
