import type { Insertable, Kysely } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { AccessTokensTable, Tables } from './tables.ts';

export const insertAccessToken = (row: Insertable<AccessTokensTable>): Statement =>
  statement(db.insertInto('accessTokens').values(row));

export const revokeAccessToken = (id: number, revokedAt: number): Statement =>
  statement(db.updateTable('accessTokens').set({ revokedAt }).where('id', '=', id).where('revokedAt', 'is', null));

export const deleteAccessToken = (id: number): Statement => statement(db.deleteFrom('accessTokens').where('id', '=', id));

export const touchAccessToken = (id: number, lastUsedAt: number): Statement =>
  statement(db.updateTable('accessTokens').set({ lastUsedAt }).where('id', '=', id));

export const accessTokenByHash = (read: Kysely<Tables>, tokenHash: string) =>
  read.selectFrom('accessTokens').selectAll().where('tokenHash', '=', tokenHash).executeTakeFirst();

export const accessTokenByPublicId = (read: Kysely<Tables>, publicId: string) =>
  read.selectFrom('accessTokens').selectAll().where('publicId', '=', publicId).where('revokedAt', 'is', null).executeTakeFirst();

/** Those that are valid, newest first. */
export const validAccessTokens = (read: Kysely<Tables>, now: number) =>
  read
    .selectFrom('accessTokens')
    .selectAll()
    .where('revokedAt', 'is', null)
    .where((either) => either.or([either('expiresAt', 'is', null), either('expiresAt', '>', now)]))
    .orderBy('id', 'desc')
    .execute();

export const accessTokensByName = (read: Kysely<Tables>, name: string) =>
  read.selectFrom('accessTokens').selectAll().where('name', '=', name).where('revokedAt', 'is', null).execute();
