import type { TSchema } from 'typebox';
import type { DeviationKind } from '../../shared/model/deviation.ts';
import { CallError, type CallErrorCode } from './errors.ts';
import type { Shape } from './shape.ts';
import { mendTime } from './time.ts';

/** One flaw: where it stood and what stood there, shortened. */
export type Flaw = Readonly<{ kind: DeviationKind; found: string }>;

/** Longest text kept of an enumeration's value that we do not know. */
const OPEN_LENGTH = 50;

/**
 * Makes of a payload that its schema refused one that it takes, where the meaning is plain, and lists what it had to mend.
 * What has no plain meaning is a `CallError` that names the field (FACTS §10, OCPP-J §4.2.3).
 */
export function repair(schema: TSchema, payload: unknown): Readonly<{ value: unknown; flaws: readonly Flaw[] }> {
  const flaws: Flaw[] = [];
  // TypeBox types are JSON Schema objects; our own keywords ride along.
  const shape = schema as Shape;
  let whole = payload;
  if (payload === null || payload === undefined) {
    flaws.push({ kind: 'nullPayload', found: 'payload' });
    whole = {};
  }
  if (typeof whole !== 'object' || Array.isArray(whole))
    throw new CallError('FormationViolation', 'payload: an object is needed');
  return { value: mend(shape, whole, '', flaws), flaws };
}

function mend(shape: Shape, value: unknown, path: string, flaws: Flaw[]): unknown {
  if (shape.enum) return mendEnum(shape, shape.enum, value, path, flaws);
  if (shape.time) return mendTimeStamp(value, path, flaws);
  switch (shape.type) {
    case 'object':
      return mendObject(shape, value, path, flaws);
    case 'array':
      return mendList(shape, value, path, flaws);
    case 'string':
      return mendText(shape, value, path, flaws);
    case 'integer':
    case 'number':
      return mendNumber(shape, value, path, flaws);
    case 'boolean':
      return mendBoolean(value, path, flaws);
    default:
      return value;
  }
}

function mendObject(shape: Shape, value: unknown, path: string, flaws: Flaw[]): Record<string, unknown> {
  if (!isRecord(value)) throw refusal('TypeConstraintViolation', path, 'an object is needed');
  const properties = shape.properties ?? {};
  const found = bySpelling(properties, value, path, flaws);
  if (found.size < (shape.minProperties ?? 0)) {
    const [name = ''] = Object.keys(properties);
    throw refusal('OccurenceConstraintViolation', path === '' ? name : `${path}.${name}`, 'missing');
  }
  const mended: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const required = shape.required?.includes(name) ?? false;
    const here = path === '' ? name : `${path}.${name}`;
    const present = found.get(name);
    if (present === undefined || present === null) {
      if (present === null) flaws.push(flaw('nullMember', here, null));
      if (!required) continue;
      if (!('absent' in property)) throw refusal('OccurenceConstraintViolation', here, 'missing');
      flaws.push(flaw(property.time ? 'timeMissing' : 'memberMissing', here, undefined));
      mended[name] = property.absent;
      continue;
    }
    if (!required && property.enum && isBlank(present)) {
      flaws.push(flaw('valueUnusable', here, present));
      continue;
    }
    try {
      mended[name] = mend(property, present, here, flaws);
    } catch (error) {
      if (!(error instanceof CallError) || (required && !('absent' in property))) throw error;
      flaws.push(flaw(property.time ? 'timeUnusable' : 'valueUnusable', here, present));
      if (required) mended[name] = property.absent;
    }
  }
  return mended;
}

/** A word that says nothing: many stations write `""` where the member should be absent. */
const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === '';

/** The members by the name that the schema gives them; one in other capitals, or of an older version, counts where the right one is absent. */
function bySpelling(
  properties: Readonly<Record<string, Shape>>,
  value: Readonly<Record<string, unknown>>,
  path: string,
  flaws: Flaw[],
): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const name of Object.keys(properties)) if (Object.hasOwn(value, name)) found.set(name, value[name]);
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(properties, name)) continue;
    const meant = nameOf(properties, name.trim().toLowerCase());
    if (meant !== undefined && !found.has(meant)) {
      found.set(meant, value[name]);
      flaws.push(flaw('memberSpelling', path === '' ? name : `${path}.${name}`, value[name]));
    } else {
      flaws.push(flaw('unknownMember', path === '' ? name : `${path}.${name}`, value[name]));
    }
  }
  return found;
}

function nameOf(properties: Readonly<Record<string, Shape>>, written: string): string | undefined {
  const names = Object.keys(properties);
  return (
    names.find((name) => name.toLowerCase() === written) ?? names.find((name) => properties[name]?.formerly?.includes(written))
  );
}

function mendList(shape: Shape, value: unknown, path: string, flaws: Flaw[]): unknown[] {
  let list: readonly unknown[];
  if (Array.isArray(value)) {
    list = value;
  } else {
    list = [value];
    flaws.push(flaw('singleNotList', path, value));
  }
  const items = shape.items;
  if (!items) return [...list];
  const mended: unknown[] = [];
  if (shape.wrapped !== undefined) list = unwrapped(list, shape.wrapped, path, flaws);
  for (const [index, item] of list.entries()) {
    try {
      mended.push(mend(items, item, `${path}[${index}]`, flaws));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      flaws.push(flaw('itemDropped', `${path}[${index}]`, item));
    }
  }
  return mended;
}

/** The entries of a list that an older version holds one level deeper. */
function unwrapped(list: readonly unknown[], wrapper: string, path: string, flaws: Flaw[]): readonly unknown[] {
  return list.flatMap((item, index) => {
    const inner = isRecord(item) && Object.keys(item).length === 1 ? item[wrapper] : undefined;
    if (!Array.isArray(inner)) return [item];
    flaws.push(flaw('unknownMember', `${path}[${index}].${wrapper}`, undefined));
    return inner;
  });
}

function mendText(shape: Shape, value: unknown, path: string, flaws: Flaw[]): string {
  let text: string;
  if (typeof value === 'string') {
    text = value;
  } else if (typeof value === 'number' || typeof value === 'boolean') {
    text = String(value);
    flaws.push(flaw('textAsNumber', path, value));
  } else {
    throw refusal('TypeConstraintViolation', path, 'a text is needed');
  }
  const longest = shape.maxLength ?? Number.POSITIVE_INFINITY;
  if (text.length <= longest) return text;
  flaws.push(flaw('textTooLong', path, text));
  return text.slice(0, shape.keepTo ?? longest);
}

function mendNumber(shape: Shape, value: unknown, path: string, flaws: Flaw[]): number {
  let number: number;
  if (typeof value === 'number') {
    number = value;
  } else if (typeof value === 'string' && /^\s*[-+]?\d+([.,]\d+)?\s*$/.test(value)) {
    flaws.push(flaw(value.includes(',') ? 'commaDecimal' : 'numberAsText', path, value));
    number = Number(value.replace(',', '.'));
  } else {
    throw refusal('TypeConstraintViolation', path, 'a number is needed');
  }
  if (shape.type === 'integer' && !Number.isInteger(number)) {
    flaws.push(flaw('fraction', path, value));
    number = Math.round(number);
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = shape;
  if (number < minimum || number > maximum) throw refusal('PropertyConstraintViolation', path, 'out of range');
  return number;
}

function mendBoolean(value: unknown, path: string, flaws: Flaw[]): boolean {
  if (typeof value === 'boolean') return value;
  const word = String(value).trim().toLowerCase();
  if (word !== 'true' && word !== 'false' && word !== '1' && word !== '0') {
    throw refusal('TypeConstraintViolation', path, 'true or false is needed');
  }
  flaws.push(flaw('enumSpelling', path, value));
  return word === 'true' || word === '1';
}

function mendTimeStamp(value: unknown, path: string, flaws: Flaw[]): string {
  const mended = mendTime(value);
  if (!mended) throw refusal('PropertyConstraintViolation', path, 'a time is needed');
  if (mended.flaw) flaws.push(flaw(mended.flaw, path, value));
  return mended.text;
}

function mendEnum(shape: Shape, values: readonly string[], value: unknown, path: string, flaws: Flaw[]): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw refusal('TypeConstraintViolation', path, 'a text is needed');
  const text = String(value);
  if (values.includes(text)) return text;
  // A station may write `constructor` here, which every object has.
  const alias = shape.aliases && Object.hasOwn(shape.aliases, text) ? shape.aliases[text] : undefined;
  const meant = alias ?? spellings(shape, values).get(fold(text));
  if (meant !== undefined) {
    flaws.push(flaw('enumSpelling', path, value));
    return meant;
  }
  if (!shape.open) throw refusal('PropertyConstraintViolation', path, 'not one of the allowed values');
  flaws.push(flaw('unknownValue', path, value));
  return text.slice(0, OPEN_LENGTH);
}

const foldedEnums = new WeakMap<Shape, ReadonlyMap<string, string>>();

/** Every value of an enumeration by its folded spelling; aliases give way to real values. */
function spellings(shape: Shape, values: readonly string[]): ReadonlyMap<string, string> {
  let folded = foldedEnums.get(shape);
  if (!folded) {
    const aliases = Object.entries(shape.aliases ?? {}).map(([text, meant]) => [fold(text), meant] as const);
    folded = new Map([...aliases, ...values.map((text) => [fold(text), text] as const)]);
    foldedEnums.set(shape, folded);
  }
  return folded;
}

const fold = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}%]/gu, '');

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refusal = (code: CallErrorCode, path: string, why: string) => new CallError(code, `${path}: ${why}`);

const flaw = (kind: DeviationKind, path: string, value: unknown): Flaw => ({
  kind,
  found: value === undefined ? path : `${path} = ${excerpt(value)}`,
});

/** A short text of any value; what nests too deep for it is only named. */
function excerpt(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
  } catch {
    return '…';
  }
}
