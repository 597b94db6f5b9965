import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { StorageError } from './errors.ts';
import type { Migration } from './migrations/migrations.ts';

/** Marks a database file as one of ours (`PRAGMA application_id`): "ChPo". */
export const applicationId = 0x4368506f;

export type Migrated = Readonly<{ from: number; to: number; backup: string | null }>;

/**
 * Brings a database to the newest version, step by step, each in one transaction: whenever it is interrupted, the file is at one version
 * or another, never between. What is there is copied beside the file first, and the copy verified.
 */
export function migrate(database: Database, migrations: readonly Migration[]): Migrated {
  const from = versionOf(database);
  const to = migrations.at(-1)?.version ?? 0;
  refuseStrangers(database, from, to);
  if (from === to) return { from, to, backup: null };

  const backup = from > 0 && !database.memory ? backUp(database, from, to) : null;
  // A step may rebuild a table that others refer to; all references are checked before it is kept.
  database.pragma('foreign_keys = OFF');
  for (const migration of migrations) if (migration.version > from) step(database, migration);
  database.pragma('foreign_keys = ON');
  return { from, to, backup };
}

/** The version of the schema in a file; 0: none yet. */
export function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function refuseStrangers(database: Database, from: number, to: number): void {
  const file = database.name;
  if (from > to) {
    throw new StorageError(
      'newerVersion',
      `${file} was written by a newer Charge Portal: its schema has version ${from}, this program knows versions up to ${to}. ` +
        'Install the newer program again, or restore a backup made before the update.',
    );
  }
  const isOurs = Number(database.pragma('application_id', { simple: true })) === applicationId;
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (!isOurs && !isEmpty) throw new StorageError('foreignFile', `${file} is a database of another program.`);
}

function step(database: Database, migration: Migration): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(migration.sql);
    const broken = database.pragma('foreign_key_check') as readonly { table: string }[];
    if (broken[0]) throw new Error(`references of ${broken[0].table} lead nowhere`);
    database.pragma(`application_id = ${applicationId}`);
    database.pragma(`user_version = ${migration.version}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    const why = error instanceof Error ? error.message : String(error);
    throw new StorageError(
      'statement',
      `Migration ${migration.version} (${migration.name}) of ${database.name} failed and was taken back: ${why}`,
      { cause: error },
    );
  }
}

/** Copies the database beside itself and makes sure that the copy is whole. Returns its name. */
function backUp(database: Database, from: number, to: number): string {
  const backup = `${database.name}.v${from}-before-v${to}`;
  const unfinished = `${backup}.unfinished`;
  if (existsSync(unfinished)) rmSync(unfinished);
  database.prepare('VACUUM INTO ?').run(unfinished);
  verifyCopy(database, unfinished);
  const handle = openSync(unfinished, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(unfinished, backup);
  return backup;
}

function verifyCopy(database: Database, file: string): void {
  const copy = new Sqlite(file, { readonly: true });
  try {
    const verdict = copy.pragma('integrity_check', { simple: true });
    const isWhole = verdict === 'ok' && JSON.stringify(rowCounts(copy)) === JSON.stringify(rowCounts(database));
    if (!isWhole)
      throw new StorageError('corrupt', `The backup ${basename(file)} is not a true copy (${verdict}); nothing was migrated.`);
  } finally {
    copy.close();
  }
}

/** How many rows each table has. */
function rowCounts(database: Database): Record<string, number> {
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all();
  const count = (table: string) => database.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0;
  return Object.fromEntries(tables.map((table) => [table, count(table)]));
}
