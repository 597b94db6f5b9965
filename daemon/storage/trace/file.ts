import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { packed, unpacked } from './pack.ts';

/** Messages of one station that came one after the other, as they lie in the file. */
export type Block = Readonly<{
  firstId: number;
  lastId: number;
  stationId: number;
  firstAt: number;
  lastAt: number;
  messages: Buffer;
}>;

const version = 1;
/** Pages of 16 KiB that gather in the log file before they are moved, which waits for the disk. */
const checkpointPages = 1024;
const logFileBytes = 32 * 1024 * 1024;
const blocksAtOnce = 16;
const vacuumPages = 64;

/**
 * The file of the trace: blocks of messages. One row a block, not a message: a row costs some µs, and a message should cost far less.
 * All blocks of a station are found by the index; ids rise with time, so the oldest are at the beginning of the table.
 */
export class TraceFile {
  readonly #database: Database;
  readonly #insert: Statement<Block>;
  readonly #before: Statement<[number, number, number], Block>;
  readonly #at: Statement<[number, number], Block>;
  readonly #after: Statement<[number, number], Block>;
  readonly #deleteOldest: Statement<[number]>;
  readonly #oldest: Statement<[], Pick<Block, 'firstAt' | 'lastAt'>>;

  constructor(file: string) {
    this.#database = openFile(file);
    const columns = 'firstId, lastId, stationId, firstAt, lastAt, messages';
    this.#insert = this.#database.prepare(
      `INSERT OR REPLACE INTO blocks (${columns}) VALUES (@firstId, @lastId, @stationId, @firstAt, @lastAt, @messages)`,
    );
    const some = `SELECT ${columns} FROM blocks WHERE stationId = ?`;
    this.#before = this.#database.prepare(`${some} AND firstId < ? AND firstAt <= ? ORDER BY firstId DESC LIMIT 1`);
    this.#at = this.#database.prepare(`${some} AND firstId <= ? ORDER BY firstId DESC LIMIT 1`);
    this.#after = this.#database.prepare(`${some} AND firstId > ? ORDER BY firstId LIMIT 1`);
    this.#deleteOldest = this.#database.prepare(
      'DELETE FROM blocks WHERE firstId IN (SELECT firstId FROM blocks ORDER BY firstId LIMIT ?)',
    );
    this.#oldest = this.#database.prepare('SELECT firstAt, lastAt FROM blocks ORDER BY firstId LIMIT 1');
  }

  /** Puts blocks into the file, together. One after the other is asked for. */
  append(blocks: Iterable<Block>): void {
    this.#database.transaction(() => {
      for (const block of blocks) this.#insert.run({ ...block, messages: packed(block.messages) });
    })();
  }

  /** The newest block of a station that holds something before an id, and began no later than a time. */
  before(stationId: number, id: number, time: number): Block | undefined {
    return whole(this.#before.get(stationId, id, time));
  }

  /** The oldest block of a station that may hold something after an id. */
  after(stationId: number, id: number): Block | undefined {
    const here = this.#at.get(stationId, id);
    return whole(here && here.lastId > id ? here : this.#after.get(stationId, id));
  }

  newestId(): number {
    return this.#database.prepare<[], number>('SELECT coalesce(max(firstId), 0) FROM blocks').pluck().get() ?? 0;
  }

  oldestAt(): number | null {
    return this.#oldest.get()?.firstAt ?? null;
  }

  /** What is used of the file, without the pages that deleted blocks have left. */
  bytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  /** Deletes some of the oldest blocks if there is too much, or they are too old. False when nothing was left to do. */
  prune(mostBytes: number, oldestAt: number): boolean {
    const oldest = this.#oldest.get();
    if (!oldest || (this.bytes() <= mostBytes && oldest.lastAt >= oldestAt)) return false;
    this.#deleteOldest.run(blocksAtOnce);
    return true;
  }

  /** Gives some of the file back when much of it is empty; else the pages are used again. */
  shrink(): void {
    const free = this.#pragma('freelist_count');
    if (free > 4 * vacuumPages && free > this.#pragma('page_count') / 4) {
      this.#database.pragma(`incremental_vacuum(${vacuumPages})`);
    }
  }

  close(): void {
    this.#database.close();
  }

  #pragma(name: string): number {
    return Number(this.#database.pragma(name, { simple: true }));
  }
}

const whole = (block: Block | undefined) => block && { ...block, messages: unpacked(block.messages) };

function openFile(file: string): Database {
  const database = new Sqlite(file, { timeout: 1000 });
  try {
    if (file !== ':memory:') chmodSync(file, 0o600);
    database.pragma('page_size = 16384');
    database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    database.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    database.pragma(`journal_size_limit = ${logFileBytes}`);
    const found = Number(database.pragma('user_version', { simple: true }));
    if (found !== 0 && found !== version) throw new OtherVersion(`the trace has version ${found}, not ${version}`);
    database.exec(`
      CREATE TABLE IF NOT EXISTS blocks (
        firstId INTEGER PRIMARY KEY, lastId INTEGER NOT NULL, stationId INTEGER NOT NULL,
        firstAt INTEGER NOT NULL, lastAt INTEGER NOT NULL, messages BLOB NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS blocksOfStation ON blocks (stationId, firstId, firstAt);
      PRAGMA user_version = ${version};
    `);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

class OtherVersion extends Error {}

/** Whether the file itself is at fault, so that another one helps. */
export function isDamage(error: unknown): boolean {
  if (error instanceof OtherVersion || error instanceof RangeError || error instanceof SyntaxError) return true;
  const code = error instanceof Sqlite.SqliteError ? error.code : '';
  return /^SQLITE_(CORRUPT|NOTADB|ERROR|MISMATCH|CONSTRAINT|FORMAT)/.test(code);
}

/** Puts a file aside that cannot be used; the one put aside before goes. */
export function putAside(file: string): void {
  const aside = `${file}.damaged`;
  for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
  rmSync(aside, { force: true, recursive: true });
  if (existsSync(file)) renameSync(file, aside);
}
