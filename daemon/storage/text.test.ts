import Sqlite from 'better-sqlite3';
import { type RawBuilder, sql } from 'kysely';
import { expect, test } from 'vitest';
import { db } from './db.ts';
import { contains, isSame, startsWith, withFolding } from './text.ts';

const database = withFolding(new Sqlite(':memory:'));
const name = sql`name`;

function found(texts: readonly (string | null)[], test: RawBuilder<boolean>): (string | null)[] {
  const rows = sql<{
    name: string | null;
  }>`SELECT name FROM (SELECT value AS name FROM json_each(${JSON.stringify(texts)})) WHERE ${test}`;
  const compiled = rows.compile(db);
  return database
    .prepare<unknown[], { name: string | null }>(compiled.sql)
    .all(...compiled.parameters)
    .map((row) => row.name);
}

const people = ['Åse Øverås', 'ÄRLA ÖBERG', 'Bærum', 'Karl', 'a\u030Asa', null];

test.each([
  ['åse', ['Åse Øverås']],
  ['ØVERÅS', ['Åse Øverås']],
  ['ärla ö', ['ÄRLA ÖBERG']],
  ['BÆR', ['Bærum']],
  ['KARL', ['Karl']],
  ['Å', ['Åse Øverås', 'a\u030Asa']],
])('letters beyond a to z are found without regard to their case: %s', (sought, expected) => {
  expect(found(people, contains(name, sought))).toEqual(expected);
});

test('the beginning and the whole, too', () => {
  expect(found(people, startsWith(name, 'ÖB'))).toEqual([]);
  expect(found(people, startsWith(name, 'ärla'))).toEqual(['ÄRLA ÖBERG']);
  expect(found(people, isSame(name, 'ÅSE ØVERÅS'))).toEqual(['Åse Øverås']);
  expect(found(people, isSame(name, 'karl'))).toEqual(['Karl']);
});

test('A17: a pattern from input is text, whatever it looks like, with other letters as well', () => {
  const odd = ['100 %å', '100 xå', 'a_Å', 'abÅ', 'c\\ø'];
  expect(found(odd, contains(name, '%Å'))).toEqual(['100 %å']);
  expect(found(odd, contains(name, '_å'))).toEqual(['a_Å']);
  expect(found(odd, contains(name, '\\Ø'))).toEqual(['c\\ø']);
});

test('a text of plain letters asks for nothing slow', () => {
  const plain = contains(name, 'Karl').compile(db).sql;
  expect(plain).not.toContain('folded');
});
