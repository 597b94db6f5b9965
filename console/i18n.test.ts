import { globSync, readFileSync } from 'node:fs';
import { baseCompile } from '@intlify/message-compiler';
import { expect, test } from 'vitest';
import { parse } from 'vue/compiler-sfc';
import { languages } from '../shared/api/account.ts';
import { errorCodes } from '../shared/errors.ts';
import { nodeKinds } from '../shared/model/node.ts';
import { roles } from '../shared/model/rights.ts';
import { stateKeys } from '../shared/model/state.ts';

type Messages = { [key: string]: string | Messages };

const read = (language: string): Messages =>
  JSON.parse(readFileSync(new URL(`../shared/locales/${language}.json`, import.meta.url), 'utf8'));

function flat(messages: Messages, path = ''): [string, string][] {
  return Object.entries(messages).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : flat(value, `${path}${key}.`),
  );
}

const texts = Object.fromEntries(languages.map((language) => [language, new Map(flat(read(language)))]));
const english = texts.en ?? new Map<string, string>();
const others = languages.filter((language) => language !== 'en');
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();
const folder = new URL('.', import.meta.url).pathname;
const files = globSync('**/*.{vue,ts}', { cwd: folder, exclude: ['dist/**', '**/*.test.ts'] });
const sources = new Map(files.map((file) => [file, readFileSync(folder + file, 'utf8')]));

test.each(others)('%s has exactly the texts that English has', (language) => {
  expect([...(texts[language]?.keys() ?? [])].sort()).toEqual([...english.keys()].sort());
});

test.each(others)('%s has the placeholders and the plural forms of English', (language) => {
  const differences = [...english].flatMap(([key, text]) => {
    const other = texts[language]?.get(key) ?? '';
    const isSame =
      placeholders(text).join() === placeholders(other).join() && text.split(' | ').length === other.split(' | ').length;
    return isSame ? [] : [`${key}: ${text} / ${other}`];
  });
  expect(differences).toEqual([]);
});

test.each(languages)('no text of %s is empty by mistake', (language) => {
  const empty = [...(texts[language] ?? [])].filter(([key, text]) => !text.trim() && english.get(key)?.trim());
  expect(empty).toEqual([]);
});

test('every text that the pages name exists', () => {
  const missing: string[] = [];
  for (const [file, source] of sources) {
    for (const match of source.matchAll(/\bt\(\s*'([\w.]+)'/g))
      if (!english.has(match[1] ?? '')) missing.push(`${file}: ${match[1]}`);
  }
  expect(missing).toEqual([]);
});

test.each([
  ['errors', [...errorCodes, 'unreachable']],
  ['state', [...stateKeys]],
  ['kind', [...nodeKinds]],
  ['role', [...roles]],
  ['language', [...languages]],
])('every member of %s has its text', (area, keys) => {
  for (const key of keys) expect(english.get(`${area}.${key}`), `${area}.${key}`).toBeTruthy();
});

type TemplateNode = {
  type: number;
  content?: unknown;
  children?: TemplateNode[];
  props?: TemplateProp[];
  branches?: TemplateNode[];
  loc: { start: { line: number } };
};
type TemplateProp = { type: number; name: string; value?: { content: string } };
/** Types of nodes in Vue's template tree. */
const element = 1;
const textNode = 2;
const attribute = 6;
const spoken = new Set(['label', 'title', 'text', 'aria-label', 'placeholder', 'alt', 'hint', 'explains', 'meta']);

function literals(node: TemplateNode): string[] {
  const own: string[] = [];
  if (node.type === textNode && /\p{L}{2,}/u.test(String(node.content)))
    own.push(`${node.loc.start.line}: ${String(node.content).trim()}`);
  if (node.type === element) {
    for (const prop of node.props ?? []) {
      if (prop.type === attribute && spoken.has(prop.name) && /\p{L}/u.test(prop.value?.content ?? ''))
        own.push(`${node.loc.start.line}: ${prop.name}="${prop.value?.content}"`);
    }
  }
  return [...own, ...(node.children ?? []).flatMap(literals)];
}

test('templates hold no text of their own', () => {
  const found: string[] = [];
  for (const [file, source] of sources) {
    if (!file.endsWith('.vue')) continue;
    const { descriptor } = parse(source);
    if (!descriptor.template?.ast) continue;
    found.push(...literals(descriptor.template.ast as unknown as TemplateNode).map((literal) => `${file}:${literal}`));
  }
  expect(found).toEqual([]);
});

test.each(languages)('every text of %s is one that vue-i18n understands', (language) => {
  const broken: string[] = [];
  for (const [key, text] of texts[language] ?? []) {
    baseCompile(text, { jit: true, onError: (error) => broken.push(`${key}: ${error.message}`) });
  }
  expect(broken).toEqual([]);
});
