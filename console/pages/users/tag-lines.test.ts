import { expect, test } from 'vitest';
import type { Tag } from '../../../shared/api/users.ts';
import { parseTagLines, tagChanges, tagLines } from './tag-lines.ts';

const tag = (idTag: string, label = '', decimal: string | null = null): Tag => ({
  id: idTag,
  idTag,
  decimal,
  label,
  parentIdTag: null,
  blocked: false,
  validFrom: null,
  validUntil: null,
  maxSessions: null,
  accountId: null,
  userName: null,
});

test('a tag a line, its label after the comma, empty lines are nothing', () => {
  expect(parseTagLines(' 04A1B2 , Key ring\n\n12345678\n')).toEqual([
    { idTag: '04A1B2', label: 'Key ring' },
    { idTag: '12345678', label: '' },
  ]);
  expect(tagLines([tag('04A1B2', 'Key ring'), tag('FF')])).toBe('04A1B2, Key ring\nFF');
});

test('only what differs changes; case and decimal form are the same tag', () => {
  const tags = [tag('04A1B2', 'Key ring'), tag('FF', '', '255'), tag('AA')];
  const changes = tagChanges(tags, parseTagLines('04a1b2, Wallet\n255\nBB'));
  expect(changes.added).toEqual([{ idTag: 'BB', label: '' }]);
  expect(changes.removed.map(({ idTag }) => idTag)).toEqual(['AA']);
  expect(changes.relabelled.map(({ tag: { idTag }, label }) => [idTag, label])).toEqual([['04A1B2', 'Wallet']]);
});
