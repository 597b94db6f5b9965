import type { Insertable, Kysely } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { SignInsTable, Tables } from './tables.ts';

export const insertSignIn = (row: Insertable<SignInsTable>): Statement => statement(db.insertInto('signIns').values(row));

export const touchSignIn = (id: number, lastSeenAt: number): Statement =>
  statement(db.updateTable('signIns').set({ lastSeenAt }).where('id', '=', id));

export const touchAccount = (id: number, lastSeenAt: number): Statement =>
  statement(db.updateTable('accounts').set({ lastSeenAt }).where('id', '=', id));

export const deleteSignIn = (id: number): Statement => statement(db.deleteFrom('signIns').where('id', '=', id));

/** Ends the sign-ins of an account, all or all but one. */
export const deleteSignInsOf = (accountId: number, except: number | null): Statement => {
  const query = db.deleteFrom('signIns').where('accountId', '=', accountId);
  return statement(except === null ? query : query.where('id', '<>', except));
};

/** Keeps the newest `keep` sign-ins of an account. */
export const deleteOldestSignInsOf = (accountId: number, keep: number): Statement =>
  statement(
    db
      .deleteFrom('signIns')
      .where('id', 'in', (old) =>
        old.selectFrom('signIns').select('id').where('accountId', '=', accountId).orderBy('id', 'desc').limit(-1).offset(keep),
      ),
  );

/** Those that have run out by themselves. */
export const deleteExpiredSignIns = (now: number, idleSince: number): Statement =>
  statement(
    db
      .deleteFrom('signIns')
      .where((either) => either.or([either('expiresAt', '<=', now), either('lastSeenAt', '<=', idleSince)])),
  );

/** A sign-in by its token's hash, with its account. */
export const signInByToken = (read: Kysely<Tables>, tokenHash: string) =>
  read
    .selectFrom('signIns')
    .innerJoin('accounts', 'accounts.id', 'signIns.accountId')
    .where('signIns.tokenHash', '=', tokenHash)
    .select([
      'signIns.id',
      'signIns.lastSeenAt',
      'signIns.expiresAt',
      'accounts.id as accountId',
      'accounts.publicId',
      'accounts.role',
      'accounts.email',
      'accounts.firstName',
      'accounts.lastName',
      'accounts.blocked',
      'accounts.mustChangePassword',
    ])
    .executeTakeFirst();

export const signInsOf = (read: Kysely<Tables>, accountId: number) =>
  read.selectFrom('signIns').selectAll().where('accountId', '=', accountId).orderBy('lastSeenAt', 'desc').execute();
