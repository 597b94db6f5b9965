import type { Insertable, Kysely } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { SessionsTable, Tables } from './tables.ts';

/** A session that is over when it is written. */
export const insertPastSession = (row: Insertable<SessionsTable>): Statement => statement(db.insertInto('sessions').values(row));

export const tagsWithOwners = (read: Kysely<Tables>) => read.selectFrom('tags').select(['id', 'idTag', 'accountId']).execute();
