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

/**
 * Text of a body. UTF-8 is what OCPP writes (FACTS §4.5); anything else would let markup pass unseen and is refused, as is every document
 * type declaration, before anything is parsed (SECURITY A11, R20).
 */
export function xmlText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw malformed('not UTF-8');
  }
  const encoding = /^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{0,40})/i.exec(text)?.[1];
  if (encoding !== undefined && !/^(utf-?8|us-ascii)$/i.test(encoding)) throw malformed('encoding: only UTF-8 is taken');
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw malformed('document type declarations are refused');
  return text;
}

/** Parses a document that `xmlText` has let pass. Entities are those five of XML itself; a `CallError` says what is wrong. */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: XmlElement[] = [];
  let root: XmlElement | null = null;
  parser.on('error', (error) => {
    throw malformed(error.message.slice(0, 120));
  });
  parser.on('opentag', (tag) => {
    const attributes: Record<string, string> = {};
    let isNil = false;
    for (const { uri, local, value, prefix } of Object.values(tag.attributes)) {
      if (uri === '' && prefix === '') attributes[local] = value;
      else if (uri === INSTANCE && local === 'nil') isNil = /^\s*(true|1)\s*$/.test(value);
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
  return root;
}

const malformed = (why: string) => new CallError('FormationViolation', `XML: ${why}`);

const special: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** Text for an element or attribute. Characters that XML has no way to write are left out. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}|[&<>"\r]/gu, (found) => special[found] ?? '');
}
