import Sqlite from 'better-sqlite3';
import { versionOf } from './migrate.ts';
import { migrations } from './migrations/migrations.ts';

/** What `doctor` tells about a database file. `problems` is empty when it is sound. */
export type Integrity = Readonly<{
  schemaVersion: number;
  knownVersion: number;
  sqliteVersion: string;
  problems: readonly string[];
}>;

/** Reads the whole database and checks that nothing of it is damaged. Blocks while it does: for a process of its own. */
export function checkIntegrity(file: string): Integrity {
  const database = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    const damage = (database.pragma('integrity_check(100)') as readonly { integrity_check: string }[])
      .map((row) => row.integrity_check)
      .filter((verdict) => verdict !== 'ok');
    const broken = (database.pragma('foreign_key_check') as readonly { table: string; rowid: number; parent: string }[]).map(
      ({ table, rowid, parent }) => `row ${rowid} of ${table} refers to a row of ${parent} that is not there`,
    );
    return {
      schemaVersion: versionOf(database),
      knownVersion: migrations.at(-1)?.version ?? 0,
      sqliteVersion: database.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '',
      problems: [...damage, ...broken.slice(0, 100)],
    };
  } finally {
    database.close();
  }
}
