import type { Insertable, Kysely } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { AuditTable, Tables } from './tables.ts';

/** One line of the audit log. Nothing of it is ever changed, and only refused sign-ins, which strangers can fill it with, are forgotten. */
export const insertAudit = (entry: Insertable<AuditTable>): Statement => statement(db.insertInto('audit').values(entry));

/** Takes away the oldest entries of an action beyond a number of them. */
export const forgetOldRefusals = (action: string, kept: number): Statement =>
  statement(
    db
      .deleteFrom('audit')
      .where('action', '=', action)
      .where('id', '<=', (newest) =>
        newest
          .selectFrom('audit as kept')
          .select('kept.id')
          .where('kept.action', '=', action)
          .orderBy('kept.id', 'desc')
          .limit(1)
          .offset(kept),
      ),
  );

/** The newest entries first; `before` goes on from an entry's id. */
export const auditPage = (read: Kysely<Tables>, page: Readonly<{ before?: number; limit: number }>) =>
  read
    .selectFrom('audit')
    .selectAll()
    .$if(page.before !== undefined, (query) => query.where('id', '<', page.before ?? 0))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute();
