import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { Packer } from './batch.ts';
import { Committer } from './committer.ts';

function small() {
  const database = new Sqlite(':memory:');
  database.exec('CREATE TABLE facts (id INTEGER PRIMARY KEY, fact TEXT UNIQUE)');
  const committer = new Committer(database);
  const packer = new Packer();
  const insert = (fact: string) => ({ sql: 'INSERT INTO facts (fact) VALUES (?)', parameters: [fact] });
  return {
    database,
    insert,
    commit: (...units: string[][]) => committer.commit(packer.pack(units.map((unit) => unit.map(insert)))),
  };
}

test('when the disk is full all units of the batch fail as such, and work again when there is space', () => {
  const { database, commit } = small();
  commit(['kept']);
  const pages = database.pragma('page_count', { simple: true });
  database.pragma(`max_page_count = ${pages}`);
  const full = commit(['short'], ['x'.repeat(100_000)]);
  expect(full.failed.map(({ unit, failure }) => [unit, failure.kind === 'storage' && failure.code])).toEqual([
    [0, 'diskFull'],
    [1, 'diskFull'],
  ]);
  expect(database.prepare('SELECT fact FROM facts').pluck().all()).toEqual(['kept']);

  database.pragma('max_page_count = 1000000');
  expect(commit(['x'.repeat(100_000)]).failed).toEqual([]);
  expect(database.prepare('SELECT count(*) FROM facts').pluck().get()).toBe(2);
});

test('what was written stands in the order of the statements, whatever failed between', () => {
  const { commit } = small();
  const { written, failed } = commit(['a', 'b'], ['c', 'a'], ['d'], ['b'], ['e']);
  expect([...written]).toEqual([1, 1, 1, 2, 0, 0, 0, 0, 1, 3, 0, 0, 1, 4]);
  expect(failed.map(({ unit }) => unit)).toEqual([1, 3]);
});

test('generated statements do not pile up: their texts are forgotten, and all still run', () => {
  const { database } = small();
  const committer = new Committer(database);
  const packer = new Packer();
  for (let i = 0; i < 2500; i++) {
    const batch = packer.pack([[{ sql: `INSERT INTO facts (fact) VALUES ('fact ${i}')`, parameters: [] }]]);
    expect(committer.commit(batch).failed).toEqual([]);
    expect(batch.forget).toBe(i === 1001 || i === 2002);
  }
  expect(database.prepare('SELECT count(DISTINCT fact) FROM facts').pluck().get()).toBe(2500);
});
