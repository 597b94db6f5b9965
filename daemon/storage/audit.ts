import type { Insertable, Kysely } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { AuditTable, Tables } from './tables.ts';

/** One line of the audit log. It is only ever added to. */
export const insertAudit = (entry: Insertable<AuditTable>): Statement => statement(db.insertInto('audit').values(entry));

/** The newest entries first; `before` goes on from an entry's id. */
export const auditPage = (read: Kysely<Tables>, page: Readonly<{ before?: number; limit: number }>) =>
  read
    .selectFrom('audit')
    .selectAll()
    .$if(page.before !== undefined, (query) => query.where('id', '<', page.before ?? 0))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute();
