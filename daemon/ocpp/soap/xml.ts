import { SaxesParser } from 'saxes';
import { CallError } from '../errors.ts';

/** An element as far as messages need it: names without prefix, attributes without namespace, text between its children joined. */
export type XmlElement = {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  readonly isNil: boolean;
  text: string;
};

/** No message of OCPP nests deeper than ten. */
const MAX_DEPTH = 32;
const INSTANCE = 'http://www.w3.org/2001/XMLSchema-instance';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const latin = new TextDecoder('windows-1252');
const isWestern = (encoding: string) => /^(?:iso-8859-15?|latin-?1|windows-1252)$/i.test(encoding);

/** A document, and whether its XML was not as it should be, though plain in its meaning. */
export type XmlDocument = Readonly<{ root: XmlElement; isMended: boolean }>;

/**
 * Reads a body. UTF-8 is what OCPP writes (FACTS §4.5); bytes that are none are taken as the Western letters that they are in old stations.
 * Any other encoding would let markup pass unseen and is refused, as is every document type declaration, before anything is parsed
 * (SECURITY A11, R20). White space and zeros around the document, characters and ampersands that XML does not allow, and prefixes that
 * nobody declared cost no message: it may be the end of a session.
 */
export function readXml(bytes: Uint8Array): XmlDocument {
  const { text, isMended } = decoded(bytes);
  try {
    const document = parse(text);
    return { ...document, isMended: isMended || document.isMended };
  } catch (error) {
    const mended = withoutBlemishes(text);
    if (mended === text) throw error;
    return { ...parse(mended), isMended: true };
  }
}

function decoded(bytes: Uint8Array): Readonly<{ text: string; isMended: boolean }> {
  let text: string;
  let isMended = false;
  try {
    text = utf8.decode(bytes);
  } catch {
    text = latin.decode(bytes);
    isMended = true;
  }
  text = trimmed(text);
  const encoding = /^<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{0,40})/i.exec(text)?.[1] ?? 'utf-8';
  if (!/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
    if (!isWestern(encoding)) throw malformed('encoding: only UTF-8 is taken');
    isMended = true;
  }
  // Wider encodings of letters are full of zeros.
  if (text.includes('\0')) throw malformed('not UTF-8');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw malformed('document type declarations are refused');
  return { text, isMended };
}

/** Without white space around it, and without the zeros that end a text in C. */
function trimmed(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(0, end).trimStart();
}

/** More than these are no text of a station. */
const MAX_BLEMISHES = 1000;
/** What XML does not allow in text: control characters, references to such, ampersands that begin no reference. Not inside CDATA. */
const blemish =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|&#(x?)([\da-f]{1,7});|&(?![a-z][\w.-]{0,30};)|[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/gi;

function withoutBlemishes(text: string): string {
  let found = 0;
  return text.replace(blemish, (part, hex: string | undefined, digits: string | undefined) => {
    if (part.startsWith('<') || (digits !== undefined && isAllowed(Number.parseInt(digits, hex === '' ? 10 : 16)))) return part;
    if (++found > MAX_BLEMISHES) throw malformed('too many characters that it must not have');
    return part === '&' ? '&amp;' : '';
  });
}

const isAllowed = (code: number) =>
  [0x9, 0xa, 0xd].includes(code) ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x10000 && code <= 0x10ffff);

/** Parses a document that is as XML should be. Entities are those five of XML itself; a `CallError` says what is wrong. */
export const parseXml = (text: string): XmlElement => parse(text).root;

function parse(text: string): XmlDocument {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | null = null;
  let isMended = false;
  parser.on('error', (error) => {
    // Names count, not their prefixes.
    if (error.message.includes('unbound namespace prefix')) {
      isMended = true;
      return;
    }
    throw malformed(error.message.slice(0, 120));
  });
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {};
    let isNil = false;
    for (const { uri, local, value, prefix } of Object.values(tag.attributes)) {
      if (uri === '' && prefix === '') attributes[local] = value;
      else if ((uri === INSTANCE || uri === prefix) && local === 'nil') isNil = /^\s*(true|1)\s*$/.test(value);
    }
    const element = { namespace: tag.uri, name: tag.local, attributes, children: [], isNil, text: '' };
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
    if (open.push(element) > MAX_DEPTH) throw malformed('nested too deep');
  });
  parser.on('closetag', () => void open.pop());
  const addText = (part: string) => {
    const element = open.at(-1);
    if (element) element.text += part;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  try {
    parser.write(text).close();
  } catch (error) {
    throw error instanceof CallError ? error : malformed('not XML');
  }
  if (!root) throw malformed('no element');
  return { root, isMended };
}

const malformed = (why: string) => new CallError('FormationViolation', `XML: ${why}`);

const special: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** Text for an element or attribute. Characters that XML has no way to write are left out. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}|[&<>"\r]/gu, (found) => special[found] ?? '');
}
