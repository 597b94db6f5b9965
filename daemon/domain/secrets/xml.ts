import { isSecretName, MASK } from './names.ts';
import { maskSentence } from './sentence.ts';

type Level = {
  readonly name: string;
  /** Where its content begins in the output. */
  readonly from: number;
  /** What it says itself, as far as a key could be as long. */
  text: string;
  /** Whether the last `key` in it named a secret; null: there was none yet. */
  isSecret: boolean | null;
  /** Values that came before their key. */
  readonly early: (readonly [from: number, to: number])[];
};

const token = /<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<!--[\s\S]*?(?:-->|$)|<[^<>]*>?|[^<]+/g;
const naming = new Set(['key', 'name']);
/** Beyond, elements are not told apart: no message of OCPP has half as many. */
const deepest = 60;
const longestKey = 200;
/** Words and numbers, in which no secret can be told from another word. */
const harmless = /^[\w\s.+-]*$/;

/**
 * XML by its pieces, whatever the prefixes, in whichever order, cut or broken. Content is masked in an element whose name is that of
 * a secret, and in `value` beside a `key` that names one. `inner` masks the texts in it, as which vendors send JSON and XML.
 */
export function maskXml(text: string, inner: (text: string) => string): string {
  const out: string[] = [];
  const levels: Level[] = [level('', 0)];
  const end = () => {
    const ended = levels.pop();
    const parent = levels.at(-1);
    if (!ended || !parent) return;
    const content = [ended.from, out.length] as const;
    const name = ended.name.toLowerCase();
    if (isSecretName(name)) hide(out, content);
    else if (naming.has(name)) {
      parent.isSecret = isSecretName(ended.text);
      if (parent.isSecret) for (const range of parent.early) hide(out, range);
      parent.early.length = 0;
    } else if (name === 'value') {
      if (parent.isSecret) hide(out, content);
      else if (parent.isSecret === null) parent.early.push(content);
    }
  };
  for (const [part] of text.matchAll(token)) {
    if (part.startsWith('</')) {
      if (levels.length > 1 && levels.at(-1)?.name === localName(part)) end();
      out.push(part);
    } else if (part.startsWith('<') && !part.startsWith('<![CDATA[')) {
      out.push(maskTag(part));
      if (!/^<[!?]|\/\s*>$/.test(part) && levels.length < deepest) levels.push(level(localName(part), out.length));
    } else {
      const here = levels.at(-1);
      const said = contentOf(part);
      if (here && here.text.length < longestKey) here.text += said.slice(0, longestKey);
      const clean = harmless.test(said) ? said : inner(said);
      out.push(clean === said ? part : escaped(clean));
    }
  }
  // What is open was cut: of a value whose key did not come nobody knows whose it is.
  const isCut = levels.length > 1;
  while (levels.length > 1) {
    const parent = levels.at(-2);
    end();
    if (isCut && parent?.isSecret === null) for (const range of parent.early) hide(out, range);
  }
  return out.join('');
}

const level = (name: string, from: number): Level => ({ name, from, text: '', isSecret: null, early: [] });

/** Of what stands in a range of the output, texts are replaced and tags stay. */
function hide(out: string[], [from, to]: readonly [number, number]): void {
  let isFirst = true;
  for (let place = from; place < to; place++) {
    const part = out[place] ?? '';
    if (/^<[^!]/.test(part) || part.trim() === '') continue;
    out[place] = isFirst ? MASK : '';
    isFirst = false;
  }
}

/** The name in a tag, without its prefix. */
const localName = (tag: string): string => /^<\/?(?:[^\s<>/:]{0,200}:)?([^\s<>/]{0,200})/.exec(tag)?.[1] ?? '';

/** Attributes of a tag, `password="…"` or `value="…"` beside `name="password"`; a comment. */
const maskTag = (tag: string): string => (/[=:]/.test(tag) ? maskSentence(tag) : tag);

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** What a piece of text or CDATA says. */
function contentOf(part: string): string {
  if (part.startsWith('<![CDATA[')) return part.slice(9, part.endsWith(']]>') ? -3 : undefined);
  if (!part.includes('&')) return part;
  return part.replace(
    /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi,
    (whole, name?: string, digits?: string, hex?: string) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole;
      const code = digits === undefined ? Number.parseInt(hex ?? '', 16) : Number(digits);
      return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    },
  );
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
