import { expect, test } from 'vitest';
import en from '../locales/en.json' with { type: 'json' };
import nb from '../locales/nb.json' with { type: 'json' };
import sv from '../locales/sv.json' with { type: 'json' };
import { deeds, deviationKinds } from './deviation.ts';

test.each([
  ['en', en],
  ['nb', nb],
  ['sv', sv],
])('every deviation has a text in %s, and no text is left over', (_, texts) => {
  expect(Object.keys(texts.station.deviation).sort()).toEqual([...deviationKinds].sort());
  expect(Object.keys(texts.messages.did).sort()).toEqual([...deeds].sort());
});
