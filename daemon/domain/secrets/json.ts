import { isSecretName, MASK } from './names.ts';

type Level = {
  readonly isObject: boolean;
  /** The member whose value comes next; null: a name does. */
  member: string | null;
  hasKey: boolean;
  isSecret: boolean;
  /** Where in the output the values of its `value` members stand. */
  readonly values: number[];
};

const token = /"(?:[^"\\]|\\[\s\S])*"?|[{}[\]:,]|[^"{}[\]:,]+/g;
/** Names of members that name what stands in `value` beside them. */
const naming = new Set(['key', 'name']);

/**
 * JSON by its tokens, so that the rest of the text stays as it came, and one that is cut or broken is masked all the same. A value is
 * masked when its member's name is that of a secret, or stands in `value` beside a `key` or `name` that is one. `inner` masks the texts.
 */
export function maskJson(text: string, inner: (text: string) => string): string {
  const out: string[] = [];
  const levels: Level[] = [];
  /** A secret member's value that is an object or list: all of it is left out. */
  let hidden = 0;
  for (const [part] of text.matchAll(token)) {
    const level = levels.at(-1);
    if (part === '{' || part === '[') {
      if (hidden > 0 || (level?.isObject && level.member !== null && isHiding(level))) hidden++;
      if (hidden === 1) out.push(`"${MASK}"`);
      if (hidden === 0) out.push(part);
      levels.push({ isObject: part === '{', member: null, hasKey: false, isSecret: false, values: [] });
    } else if (part === '}' || part === ']') {
      const ended = levels.pop();
      if (ended?.isSecret) hide(out, ended.values);
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
      out.push(level?.isObject ? member(level, part, out.length, inner) : scalar(part, inner));
    }
  }
  // What is open was cut: of a value whose key did not come nobody knows whose it is.
  for (const level of levels) if (level.isSecret || !level.hasKey) hide(out, level.values);
  return out.join('');
}

function hide(out: string[], places: readonly number[]): void {
  for (const place of places) out[place] = `"${MASK}"`;
}

const isHiding = ({ member: name, isSecret }: Level) => name !== null && (isSecretName(name) || (isSecret && isValue(name)));
const isValue = (name: string) => name.trim().toLowerCase() === 'value';

/** A name in an object, or the value that follows it. */
function member(level: Level, part: string, place: number, inner: (text: string) => string): string {
  if (level.member === null) {
    level.member = textOf(part);
    return part;
  }
  const name = level.member;
  if (naming.has(name.trim().toLowerCase())) {
    level.hasKey ||= !isCut(part);
    level.isSecret ||= isSecretName(textOf(part));
  }
  // That there is none is no secret.
  if (part.trim() === 'null') return part;
  if (isValue(name)) level.values.push(place);
  if (isSecretName(name)) return `"${MASK}"`;
  return scalar(part, inner);
}

function scalar(part: string, inner: (text: string) => string): string {
  if (!part.startsWith('"')) return part;
  const text = textOf(part);
  const clean = inner(text);
  return clean === text ? part : JSON.stringify(clean);
}

const isCut = (part: string) => part.startsWith('"') && (part.length === 1 || !part.endsWith('"'));

/** What a string token says; of one that is cut or broken what stands there. */
function textOf(part: string): string {
  if (!part.startsWith('"')) return part.trim();
  const whole = isCut(part) ? `${part.replace(/\\(?:u[0-9a-f]{0,3})?$/i, '')}"` : part;
  try {
    return String(JSON.parse(whole));
  } catch {
    return whole.slice(1, -1);
  }
}
