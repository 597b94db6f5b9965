import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { StorageError } from './errors.ts';
import { type Migrated, migrate } from './migrate.ts';
import { migrations } from './migrations/migrations.ts';
import { withFolding } from './text.ts';

/** How long one attempt to get at a locked database lasts; whoever wants to wait longer tries again. */
const busyTimeoutMs = 1000;
/** After this many pages (4 KiB) in the log file they are moved into the database: rarely enough that a page is moved once for many changes. */
const checkpointPages = 16_384;
/** The log file is cut back to this size when it could be emptied. */
const logFileBytes = 256 * 1024 * 1024;

/** Opens the database for writing and brings it to the newest version. Blocks: only for the writer's thread and tests. */
export function openForWriting(file: string): { database: Database; migrated: Migrated } {
  refuseOldSqlite();
  const isNew = file !== ':memory:' && !existsSync(file);
  if (isNew) mkdirSync(dirname(file), { recursive: true });
  const database = withFolding(new Sqlite(file, { timeout: busyTimeoutMs }));
  try {
    // It holds hashes of passwords; SQLite gives the files beside it the same mode.
    if (isNew) chmodSync(file, 0o600);
    database.pragma('journal_mode = WAL');
    // The prebuilt library commits with NORMAL in WAL mode, which may lose the last commits when power fails.
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma('cache_size = -65536');
    database.pragma('temp_store = MEMORY');
    database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    database.pragma(`journal_size_limit = ${logFileBytes}`);
    const migrated = migrate(database, migrations);
    return { database, migrated };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Opens a migrated database for queries. */
export function openForReading(file: string): Database {
  const database = withFolding(new Sqlite(file, { readonly: true, timeout: busyTimeoutMs }));
  database.pragma('cache_size = -16384');
  database.pragma('temp_store = MEMORY');
  return database;
}

/** SQLite 3.7.0 to 3.51.2 can corrupt a database in WAL mode with several connections (SECURITY §4). */
export function refuseOldSqlite(): void {
  const probe = new Sqlite(':memory:');
  const version = probe.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0';
  probe.close();
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major * 1_000_000 + minor * 1000 + patch < 3_051_003) {
    throw new StorageError('outdatedSqlite', `SQLite ${version} can damage the database; 3.51.3 or newer is needed.`);
  }
}
