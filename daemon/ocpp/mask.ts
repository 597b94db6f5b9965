import { isSecretKey } from '../domain/station/configuration.ts';

/** What stands in the place of a secret. */
const MASK = '•••';

/** Names of configuration keys and of members of vendors' data whose value is nobody's business, whatever their maker. */
const secretName =
  /authori[sz]ation_?-?key|pass_?-?(word|wd|phrase|code)|^pwd$|secret|private_?-?key|pre_?-?shared|^psk$|api_?-?key|credential|^authorization$/i;

const isSecretName = (name: string): boolean => secretName.test(name) || isSecretKey(name.trim());

/** Messages that are many and hold no secrets; only an address with a password could hide in their free texts. */
const harmless = new Set(['Heartbeat', 'MeterValues', 'StatusNotification', 'StartTransaction', 'StopTransaction', 'Authorize']);

/** The text of a message with every secret in it replaced: values of secret keys, passwords in addresses, Authorization headers. */
export function masked(text: string, action: string): string {
  if (harmless.has(action) && !text.includes('@')) return text;
  return maskText(text, 0);
}

function maskText(text: string, depth: number): string {
  // Vendors put JSON into texts of JSON; nobody does it five times.
  if (depth > 4) return MASK;
  if (!/[[{]/.test(text) || /^\s*</.test(text)) return maskPlain(text);
  const clean = maskJson(text, depth);
  return isWholeJson(clean) ? clean : maskPlain(clean);
}

function isWholeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const address = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@"'<>]*):(?:[^\s"'<>/]*@|[^\s"'<>@]*@)/gi;
const header = /(authorization["']?\s*[:=]\s*["']?\s*(?:(?:basic|bearer|digest)\s+)?)[^\s"',;<>]+/gi;
const assignment =
  /((?:authori[sz]ation_?-?key|pass_?-?(?:word|wd|phrase|code)|pwd|secret|private_?-?key|psk|api_?-?key)["']?\s*[=:]\s*)("[^"]*"?|'[^']*'?|[^\s"'<>&;,]+)/gi;
const namedValue =
  /(["']?key["']?\s*[:=]\s*["']?([^"',}\s]*)["']?[\s\S]*?["']?value["']?\s*[:=]\s*)("[^"]*"?|'[^']*'?|[^"'\s,}]+)/gi;
const element = /<((?:[\w.-]+:)?([\w.-]+))(\s[^<>]*)?>([^<]*)<\/\1\s*>/g;
const keyAndValue =
  /(<(?:[\w.-]+:)?key(?:\s[^<>]*)?>([^<]*)<\/(?:[\w.-]+:)?key\s*>(?:(?!<(?:[\w.-]+:)?key[\s>])[\s\S])*?<(?:[\w.-]+:)?value(?:\s[^<>]*)?>)([\s\S]*?)(?=<\/(?:[\w.-]+:)?value|$)/gi;

/** Text that is no JSON: XML, something broken, a sentence. */
function maskPlain(text: string): string {
  let out = text;
  if (out.includes('@')) out = out.replace(address, `$1:${MASK}@`);
  out = out.replace(header, `$1${MASK}`).replace(assignment, hideValue);
  out = out.replace(namedValue, (whole, before: string, key: string, value: string) =>
    isSecretName(key) ? hideValue(whole, before, value) : whole,
  );
  if (!out.includes('<')) return out;
  out = out.replace(keyAndValue, (whole, before: string, key: string) => (isSecretName(key.trim()) ? before + MASK : whole));
  return out.replace(element, (whole, open: string, name: string, attributes: string | undefined) =>
    isSecretName(name) ? `<${open}${attributes ?? ''}>${MASK}</${open}>` : whole,
  );
}

function hideValue(_whole: string, name: string, value: string): string {
  const quote = /^["']/.exec(value)?.[0] ?? '';
  return name + quote + MASK + quote;
}

type Level = {
  isObject: boolean;
  /** The member whose value comes next; null: a name does. */
  member: string | null;
  hasKey: boolean;
  isSecret: boolean;
  /** Where in the output the values of its `value` members stand. */
  values: number[];
};

const token = /"(?:[^"\\]|\\[\s\S])*"?|[{}[\]:,]|[^"{}[\]:,]+/g;

/**
 * JSON by its tokens, so that the rest of the text stays as it came, and one that is cut or broken is masked all the same. A value is
 * masked when its member's name is that of a secret, or stands in `value` beside a `key` that names one.
 */
function maskJson(text: string, depth: number): string {
  const out: string[] = [];
  const levels: Level[] = [];
  /** A secret member's value that is an object or list: all of it is left out. */
  let hidden = 0;
  const end = (level: Level | undefined) => {
    if (level && (level.isSecret || (!level.hasKey && level.values.length > 0 && isCut))) {
      for (const place of level.values) out[place] = `"${MASK}"`;
    }
  };
  let isCut = false;
  for (const [part] of text.matchAll(token)) {
    const level = levels.at(-1);
    if (part === '{' || part === '[') {
      if (hidden > 0 || (level?.isObject && level.member !== null && isHiding(level))) hidden++;
      if (hidden === 1) out.push(`"${MASK}"`);
      if (hidden === 0) out.push(part);
      levels.push({ isObject: part === '{', member: null, hasKey: false, isSecret: false, values: [] });
    } else if (part === '}' || part === ']') {
      end(levels.pop());
      if (hidden > 0) hidden--;
      else out.push(part);
    } else if (hidden > 0) {
      // left out
    } else if (part === ',') {
      if (level?.isObject) level.member = null;
      out.push(part);
    } else if (part === ':' || part.trim() === '') {
      out.push(part);
    } else {
      out.push(level?.isObject ? member(level, part, out.length, depth) : scalar(part, depth));
    }
  }
  isCut = levels.length > 0;
  for (const level of levels) end(level);
  return out.join('');
}

const isHiding = ({ member: name, isSecret }: Level) => name !== null && (isSecretName(name) || (isSecret && isValue(name)));
const isValue = (name: string) => name.trim().toLowerCase() === 'value';

/** A name in an object, or the value that follows it. */
function member(level: Level, part: string, place: number, depth: number): string {
  if (level.member === null) {
    level.member = textOf(part);
    return part;
  }
  const name = level.member;
  if (name.trim().toLowerCase() === 'key') {
    level.hasKey = true;
    level.isSecret ||= isSecretName(textOf(part));
  }
  if (isValue(name)) level.values.push(place);
  if (isSecretName(name)) return part.trim() === 'null' ? part : `"${MASK}"`;
  return scalar(part, depth);
}

function scalar(part: string, depth: number): string {
  if (!part.startsWith('"')) return part;
  const text = textOf(part);
  const clean = maskText(text, depth + 1);
  return clean === text ? part : JSON.stringify(clean);
}

/** What a string token says; of a broken one what stands there. */
function textOf(part: string): string {
  if (!part.startsWith('"')) return part.trim();
  try {
    return String(JSON.parse(part));
  } catch {
    return part.slice(1, part.endsWith('"') && part.length > 1 ? -1 : undefined);
  }
}
