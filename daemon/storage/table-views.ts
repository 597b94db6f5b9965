import type { Kysely } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { Tables } from './tables.ts';

/** Remembers a view of a table for an account, in place of an older one of the same name. */
export const saveTableView = (accountId: number, tableName: string, name: string, view: string): Statement =>
  statement(
    db
      .insertInto('tableViews')
      .values({ accountId, tableName, name, view })
      .onConflict((same) => same.columns(['accountId', 'tableName', 'name']).doUpdateSet({ view })),
  );

export const deleteTableView = (accountId: number, tableName: string, name: string): Statement =>
  statement(
    db.deleteFrom('tableViews').where('accountId', '=', accountId).where('tableName', '=', tableName).where('name', '=', name),
  );

export const tableViewsOf = (read: Kysely<Tables>, accountId: number, tableName: string) =>
  read
    .selectFrom('tableViews')
    .select(['name', 'view'])
    .where('accountId', '=', accountId)
    .where('tableName', '=', tableName)
    .orderBy('name')
    .execute();
