import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkIntegrity } from './integrity.ts';
import { migrate, versionOf } from './migrate.ts';
import { type Migration, migrations } from './migrations/migrations.ts';

const newest = migrations.at(-1)?.version ?? 0;
const fixtures = readdirSync(new URL('./migrations/fixtures/', import.meta.url)).filter((name) => /^\d+\.sql$/.test(name));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'charge-portal-migrate-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function make(name: string, sql: string): string {
  const file = join(folder, name);
  const database = new Sqlite(file);
  database.pragma('journal_mode = WAL');
  database.exec(sql);
  database.close();
  return file;
}

function use<Result>(file: string, what: (database: Database) => Result, onStatement?: () => void): Result {
  const database = new Sqlite(file, onStatement ? { verbose: onStatement } : {});
  try {
    return what(database);
  } finally {
    database.close();
  }
}

const schemaOf = (database: Database) =>
  database
    .prepare(
      "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1",
    )
    .pluck()
    .all();
const fixture = (name: string) => readFileSync(new URL(`./migrations/fixtures/${name}`, import.meta.url), 'utf8');
const small: Migration = {
  version: 1,
  name: 'small',
  sql: 'CREATE TABLE a (x UNIQUE); CREATE TABLE b (y); INSERT INTO a VALUES (1), (2); INSERT INTO b VALUES (3);',
};
const second: Migration = {
  version: 2,
  name: 'second',
  sql: `CREATE TABLE c (x UNIQUE, z DEFAULT 5);
    INSERT INTO c (x) SELECT x FROM a;
    DROP TABLE a;
    ALTER TABLE c RENAME TO a;
    CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET y = y + 1; END;
    INSERT INTO a (x) VALUES (7);`,
};
const third: Migration = { version: 3, name: 'third', sql: 'ALTER TABLE b ADD COLUMN w; UPDATE b SET w = y;' };
const smallFile = (name: string) => {
  const file = make(name, '');
  use(file, (database) => migrate(database, [small]));
  return file;
};

test('the versions of the migrations count up from 1', () => {
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
});

describe.each(fixtures)('a database of version %s', (name) => {
  test('comes to the newest version with the schema of a new one, and keeps every row', () => {
    const file = make('old.sqlite3', fixture(name));
    const old = use(file, (database) => rowsOf(database));
    expect(Object.entries(old).filter(([, rows]) => rows === 0)).toEqual([]);
    use(file, (database) => migrate(database, migrations));
    const fresh = make('new.sqlite3', '');
    use(fresh, (database) => migrate(database, migrations));
    // Differs? An unreleased migration was edited: node daemon/storage/migrations/fixtures/write.ts
    expect(use(file, schemaOf)).toEqual(use(fresh, schemaOf));
    expect(use(file, rowsOf)).toMatchObject(old);
    expect(checkIntegrity(file)).toMatchObject({ schemaVersion: newest, problems: [] });
  });
});

test('every version has its fixture', () => {
  expect(fixtures.map((name) => Number.parseInt(name, 10))).toEqual(migrations.map(({ version }) => version));
});

test('what is there is copied before, and the copy is whole', () => {
  const file = smallFile('charge.sqlite3');
  const { from, to, backup } = use(file, (database) => migrate(database, [small, second, third]));
  expect([from, to, backup]).toEqual([1, 3, `${file}.v1-before-v3`]);
  expect(use(`${file}.v1-before-v3`, (copy) => [versionOf(copy), copy.prepare('SELECT x FROM a').pluck().all()])).toEqual([
    1,
    [1, 2],
  ]);
  expect(existsSync(`${file}.v1-before-v3.unfinished`)).toBe(false);
  expect(use(file, (database) => migrate(database, [small, second, third]))).toEqual({ from: 3, to: 3, backup: null });
});

test('R10: killed at any statement of any migration, the file is at the old or the new version, never between', () => {
  const file = smallFile('charge.sqlite3');
  const states: string[] = [];
  const dead = join(folder, 'dead.sqlite3');
  const kill = () => {
    copyAsItIs(file, dead);
    states.push(use(dead, stateOf));
    use(dead, (database) => migrate(database, [small, second, third]));
    expect(use(dead, stateOf)).toBe('3: a 1,2,7; b 4/4');
  };
  use(file, (database) => migrate(database, [small, second, third]), kill);
  expect(states.length).toBeGreaterThan(20);
  expect([...new Set(states)]).toEqual(['1: a 1,2; b 3', '2: a 1,2,7; b 4', '3: a 1,2,7; b 4/4']);
}, 60_000);

test('R10: killed at any statement of the first migrations, a new file becomes whole at the next start', () => {
  const file = make('charge.sqlite3', '');
  const dead = join(folder, 'dead.sqlite3');
  let statements = 0;
  const kill = () => {
    statements++;
    copyAsItIs(file, dead);
    expect([0, ...migrations.map(({ version }) => version)]).toContain(use(dead, versionOf));
    use(dead, (database) => migrate(database, migrations));
    expect(use(dead, versionOf)).toBe(newest);
  };
  use(file, (database) => migrate(database, migrations), kill);
  expect(statements).toBeGreaterThan(50);
}, 60_000);

test('R10: a migration that fails is taken back and says which it was; its backup stays', () => {
  const file = smallFile('charge.sqlite3');
  const broken = { ...third, sql: `${third.sql} INSERT INTO nowhere VALUES (1);` };
  expect(() => use(file, (database) => migrate(database, [small, second, broken]))).toThrow(
    /Migration 3 \(third\) of .* failed and was taken back: no such table: nowhere/,
  );
  expect(use(file, stateOf)).toBe('2: a 1,2,7; b 4');
  expect(existsSync(`${file}.v1-before-v3`)).toBe(true);
});

test('R10: a migration that leaves references to nowhere is taken back', () => {
  const file = smallFile('charge.sqlite3');
  const loose = { ...second, sql: 'CREATE TABLE r (x REFERENCES a(x)); INSERT INTO r VALUES (99);' };
  expect(() => use(file, (database) => migrate(database, [small, loose]))).toThrow(/references of r lead nowhere/);
  expect(use(file, stateOf)).toBe('1: a 1,2; b 3');
});

test('R10: a file of a newer version is refused in words that name both versions, and is not touched', () => {
  const file = smallFile('charge.sqlite3');
  use(file, (database) => migrate(database, [small, second, third]));
  const before = readFileSync(file);
  expect(() => use(file, (database) => migrate(database, [small]))).toThrow(
    /written by a newer Charge Portal: its schema has version 3, this program knows versions up to 1\. Install the newer program again/,
  );
  expect(readFileSync(file).equals(before)).toBe(true);
});

test('a database of another program is refused', () => {
  const file = make('other.sqlite3', 'CREATE TABLE theirs (x)');
  expect(() => use(file, (database) => migrate(database, migrations))).toThrow(/database of another program/);
});

/** What a process killed now would leave behind: the files as they are in the midst of it. */
function copyAsItIs(file: string, copy: string): void {
  for (const end of ['', '-wal', '-shm']) {
    rmSync(`${copy}${end}`, { force: true });
    if (end !== '-shm' && existsSync(`${file}${end}`)) copyFileSync(`${file}${end}`, `${copy}${end}`);
  }
}

function rowsOf(database: Database): Record<string, number> {
  const tables = database
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  return Object.fromEntries(
    tables.map((table) => [table, Number(database.prepare(`SELECT count(*) FROM "${table}"`).pluck().get())]),
  );
}

function stateOf(database: Database): string {
  const all = (sql: string) => database.prepare(sql).pluck().all().join(',');
  const hasW = all("SELECT 1 FROM pragma_table_info('b') WHERE name = 'w'") !== '';
  expect(all('PRAGMA integrity_check')).toBe('ok');
  return `${versionOf(database)}: a ${all('SELECT x FROM a ORDER BY x')}; b ${all(hasW ? "SELECT y || '/' || w FROM b" : 'SELECT y FROM b')}`;
}
