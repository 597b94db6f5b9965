import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { db, hot, statement } from './db.ts';
import { ConstraintError, StorageError } from './errors.ts';
import { checkIntegrity } from './integrity.ts';
import { migrations } from './migrations/migrations.ts';
import { openStorage } from './open.ts';
import type { Storage } from './storage.ts';

const log = pino({ level: 'silent' });
const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'charge-portal-storage-'));
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  return join(folder, 'data', 'charge-portal.sqlite3');
}

async function open(file: string): Promise<Storage> {
  const storage = await openStorage({ file, log });
  cleanUp.push(() => storage.close());
  return storage;
}

const addTag = hot<{ publicId: string; idTag: string; blocked: boolean }>((given) =>
  db.insertInto('tags').values({
    publicId: given('publicId'),
    idTag: given('idTag'),
    // Booleans arrive as 0 and 1.
    blocked: given('blocked') as unknown as number,
    label: 'from a test',
    createdAt: 1_795_373_400_000,
    accountId: null,
    parentIdTag: null,
    validFrom: null,
    validUntil: null,
    maxSessions: null,
  }),
);
const tag = (idTag: string) => addTag({ publicId: `public ${idTag}`, idTag, blocked: true });
const tags = (storage: Storage) => storage.read.selectFrom('tags').select('idTag').orderBy('idTag').execute();

describe.each(['a file', ':memory:'])('storage in %s', (where) => {
  const place = () => (where === ':memory:' ? where : newFile());

  test('a new database has all tables, and nothing in them', async () => {
    const storage = await open(place());
    expect(await tags(storage)).toEqual([]);
    expect(await storage.read.selectFrom('nodes').selectAll().execute()).toEqual([]);
  });

  test('R13: a value of a kind that cannot be stored costs its own unit and no other', async () => {
    const storage = await open(place());
    const strange = { ...tag('STRANGE'), parameters: [...tag('STRANGE').parameters.slice(1), Object] };
    const outcomes = await Promise.allSettled([storage.write([tag('A')]), storage.write([strange]), storage.write([tag('B')])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { code: 'statement' } });
    await storage.write([tag('C')]);
    expect(await tags(storage)).toEqual([{ idTag: 'A' }, { idTag: 'B' }, { idTag: 'C' }]);
  });

  test('a unit resolves with ids and changes, and reads see it from then on', async () => {
    const storage = await open(place());
    const written = await storage.write([tag('04A1'), tag('04B2'), statement(db.updateTable('tags').set({ label: 'both' }))]);
    expect(written).toEqual([
      { changes: 1, id: 1 },
      { changes: 1, id: 2 },
      { changes: 2, id: 2 },
    ]);
    expect(await storage.read.selectFrom('tags').select(['idTag', 'label', 'blocked']).execute()).toEqual([
      { idTag: '04A1', label: 'both', blocked: 1 },
      { idTag: '04B2', label: 'both', blocked: 1 },
    ]);
  });

  test('a failing unit leaves nothing behind and harms none of those committed with it', async () => {
    const storage = await open(place());
    const outcomes = await Promise.allSettled([
      storage.write([tag('04A1')]),
      storage.write([tag('04B2'), tag('04A1')]),
      storage.write([{ sql: 'INSERT INTO nowhere VALUES (1)', parameters: [] }]),
      storage.write([{ sql: 'UPDATE tags SET label = ?', parameters: [{ not: 'a value' }] }]),
      storage.write([tag('04C3'), tag('04D4')]),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled']);
    expect((await tags(storage)).map((row) => row.idTag)).toEqual(['04A1', '04C3', '04D4']);
  });

  test('a broken rule is told by its name', async () => {
    const storage = await open(place());
    await storage.write([tag('04A1')]);
    const constraintOf = async (sql: string, ...parameters: unknown[]) => {
      const error = await storage.write([{ sql, parameters }]).catch((reason: unknown) => reason);
      return error instanceof ConstraintError ? error.constraint : error;
    };
    await expect(storage.write([tag('04A1')])).rejects.toMatchObject({ name: 'ConstraintError' });
    expect(await constraintOf("INSERT INTO tags (publicId, idTag, createdAt) VALUES ('x', '04A1', 0)")).toBe('tagText');
    expect(await constraintOf("INSERT INTO tags (publicId, idTag, createdAt) VALUES ('public 04A1', '04A2', 0)")).toBe(
      'tags.publicId',
    );
    expect(await constraintOf("INSERT INTO tags (publicId, idTag, createdAt) VALUES ('x', NULL, 0)")).toBe('tags.idTag');
    const insertRoot = "INSERT INTO nodes (publicId, kind, name, createdAt, updatedAt) VALUES (?, 'system', 'Root', 0, 0)";
    await storage.write([{ sql: insertRoot, parameters: ['r1'] }]);
    expect(await constraintOf(insertRoot, 'r2')).toBe('oneSystem');
    const insertSite = "INSERT INTO nodes (publicId, kind, parentId, name, createdAt, updatedAt) VALUES (?, 'site', 1, ?, 0, 0)";
    await storage.write([{ sql: insertSite, parameters: ['s1', 'Harbour'] }]);
    expect(await constraintOf(insertSite, 's2', 'harbour')).toBe('siteName');
    expect(await constraintOf('UPDATE nodes SET removedAt = 1 WHERE id = 1')).toBe('nodeHasChildren');
    expect(await constraintOf('INSERT INTO siteRights (accountId, siteId) VALUES (77, 1)')).toBe('foreignKey');
  });

  test('after closing, writes are refused; units taken before are on disk', async () => {
    const storage = await openStorage({ file: place(), log });
    const last = storage.write([tag('04A1')]);
    await storage.close();
    expect(await last).toEqual([{ changes: 1, id: 1 }]);
    await expect(storage.write([tag('04B2')])).rejects.toMatchObject({ code: 'closed' });
  });
});

test('values survive the way to the thread and back: text, numbers, null, bytes', async () => {
  const storage = await open(newFile());
  await storage.write([{ sql: 'CREATE TABLE odd (a, b, c, d, e)', parameters: [] }]);
  const values = ['Grønland \u{1f50c}', 1_795_373_400_123, null, Buffer.from([0, 255]), -0.5];
  await storage.write([{ sql: 'INSERT INTO odd VALUES (?, ?, ?, ?, ?)', parameters: values }]);
  const query = { sql: 'SELECT * FROM odd', parameters: [] };
  const { rows } = await storage.read.executeQuery<Record<string, unknown>>({
    ...storage.read.selectFrom('tags').compile(),
    ...query,
  });
  expect(
    rows.map((row) => Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value))),
  ).toEqual([values]);
});

test('thousands of units at once are all written, in their order', async () => {
  const storage = await open(newFile());
  const written = await Promise.all(Array.from({ length: 9000 }, (_, index) => storage.write([tag(`${index}`)])));
  expect(written.map((unit) => unit[0]?.id)).toEqual(Array.from({ length: 9000 }, (_, index) => index + 1));
});

test('more units than memory should hold are refused, not kept', async () => {
  const storage = await open(newFile());
  const outcomes = await Promise.allSettled(Array.from({ length: 50_001 }, (_, index) => storage.write([tag(`${index}`)])));
  expect(outcomes.slice(0, 50_000).every((outcome) => outcome.status === 'fulfilled')).toBe(true);
  expect(outcomes[50_000]).toMatchObject({ status: 'rejected', reason: { code: 'busy' } });
});

test('R9: while another program holds the database, reads go on; the writes wait and none is lost', async () => {
  const file = newFile();
  const storage = await open(file);
  const stranger = new Sqlite(file);
  stranger.exec('BEGIN IMMEDIATE');
  let stored = 0;
  const writes = ['04A1', '04B2', '04C3'].map((idTag) => storage.write([tag(idTag)]).then(() => stored++));

  // Longer than one attempt of the writer to get the lock.
  const until = Date.now() + 1500;
  while (Date.now() < until) expect(await tags(storage)).toEqual([]);
  expect(stored).toBe(0);

  stranger.exec('ROLLBACK');
  stranger.close();
  await Promise.all(writes);
  expect(await tags(storage)).toHaveLength(3);
});

test('closing moves everything into the database file, which is sound and readable by its owner only', async () => {
  const file = newFile();
  const storage = await openStorage({ file, log });
  await storage.write([tag('04A1')]);
  await storage.close();
  expect(statSync(`${file}-wal`, { throwIfNoEntry: false })).toBeUndefined();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const newest = migrations.at(-1)?.version;
  expect(checkIntegrity(file)).toMatchObject({ schemaVersion: newest, knownVersion: newest, problems: [] });
});

test('a damaged file is refused in words', async () => {
  const file = newFile();
  const storage = await openStorage({ file, log });
  await storage.close();
  writeFileSync(file, 'not a database, though it has the name of one'.repeat(100));
  await expect(openStorage({ file, log })).rejects.toBeInstanceOf(StorageError);
  await expect(openStorage({ file, log })).rejects.toMatchObject({ code: 'corrupt' });
});
