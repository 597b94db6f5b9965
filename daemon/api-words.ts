import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Procedure } from '../shared/api/contract.ts';
import { isRecord, partsOf, type Schema, within } from '../shared/api/schema.ts';
import type { ApiError } from '../shared/errors.ts';
import { likeliest } from './likely.ts';

type Refusal = Pick<ApiError, 'facts' | 'fields'> & Readonly<{ code: string }>;

/** Codes whose text speaks to somebody in front of a page. */
const ownTexts: Readonly<Record<string, string>> = {
  inputInvalid: '',
  notSignedIn: 'The access token is missing or not valid: set CHARGE_PORTAL_TOKEN.',
  procedureUnknown: 'The daemon does not know this procedure. Is it of another version than this command?',
  keyDangerous: 'A wrong value can cut the station off: {keys}. "confirmed": true writes it all the same.',
};

/** What a daemon's refusal says, a line each: code, sentence, facts, and each field that is wrong with what would be right. */
export function refusalText(name: string, { input }: Procedure, given: unknown, { code, facts, fields = {} }: Refusal): string {
  const text = (ownTexts[code] ?? texts().errors[code] ?? '').replace(/\{(\w+)\}/g, (_, fact: string) =>
    String(facts[fact] ?? ''),
  );
  const beside = Object.entries(facts).filter(([fact]) => fact !== 'field' || Object.keys(fields).length === 0);
  return [
    `${name}: ${code}`,
    ...(text === '' ? [] : [`  ${text}`]),
    ...beside.map(([fact, value]) => `  ${fact}: ${value}`),
    // TypeBox schemas are JSON Schema.
    ...Object.entries(fields).map(
      ([field, why]) => `  ${field || 'input'}: ${why}${explained(why, schemaAt(input as Schema, given, field))}`,
    ),
  ].join('\n');
}

/** Members of an input that its schema does not know: the daemon would leave them out without a word. */
export function unknownMembers({ input }: Procedure, given: unknown): readonly string[] {
  return [...partsOf(input as Schema, given)].flatMap(({ path, schema: { properties }, value }) => {
    if (!properties || !isRecord(value)) return [];
    const known = Object.keys(properties);
    return Object.keys(value)
      .filter((name) => !known.includes(name))
      .map((name) => {
        const meant = likeliest(name, known);
        return `${within(path, name)}: there is no such member. ${meant ? `Did you mean ${meant}?` : `There are: ${known.join(', ') || 'none'}.`}`;
      });
  });
}

/** Reasons that the schema explains better than a text could. */
const ofSchema = new Set([
  'required',
  'type',
  'tooShort',
  'tooLong',
  'format',
  'tooSmall',
  'tooLarge',
  'tooFew',
  'tooMany',
  'choice',
]);

function explained(why: string, schema: Schema | null): string {
  if (ofSchema.has(why) && schema) return `, ${wanted(schema)}`;
  const text = texts().fieldErrors[why];
  return text === undefined ? '' : `, ${text}`;
}

/** The schema of a field, whether the input has it or not. */
function schemaAt(input: Schema, given: unknown, field: string): Schema | null {
  const parts = [...partsOf(input, given)];
  const own = parts.find(({ path }) => path === field);
  if (own) return own.schema;
  const member = field.split('.').at(-1) ?? '';
  const parent = parts.find(({ path }) => within(path, member) === field);
  return parent?.schema.properties?.[member] ?? null;
}

/** What a schema takes, in words. */
function wanted(schema: Schema): string {
  const { description } = schema;
  return `${form(schema)}${description ? ` (${description})` : ''}`;
}

function form({ type, const: word, enum: words, anyOf, properties, ...bounds }: Schema): string {
  if (word !== undefined) return JSON.stringify(word);
  if (words) return `one of ${words.join(', ')}`;
  if (anyOf) return [...new Set(anyOf.map(form))].join(' or ');
  if (type === 'string') {
    const { minLength, maxLength, pattern } = bounds;
    return `a text${range(minLength, maxLength, ' characters', ' of')}${pattern ? ` like ${pattern}` : ''}`;
  }
  if (type === 'integer' || type === 'number') {
    const number = type === 'integer' ? 'a whole number' : 'a number';
    return number + range(bounds.minimum, bounds.maximum, '', '');
  }
  if (type === 'boolean') return 'true or false';
  if (type === 'array') return `a list${range(undefined, bounds.maxItems, '', ' of')}`;
  if (type === 'object') return `an object${properties ? ` with ${Object.keys(properties).join(', ')}` : ''}`;
  return type ?? 'another value';
}

function range(least: number | undefined, most: number | undefined, unit: string, of: string): string {
  if (least !== undefined && most !== undefined) return `${of} ${of ? '' : 'from '}${least} to ${most}${unit}`;
  if (most !== undefined) return `${of} at most ${most}${unit}`;
  return least === undefined ? '' : `${of} at least ${least}${unit}`;
}

type Texts = Readonly<Record<'errors' | 'fieldErrors', Readonly<Record<string, string>>>>;
let read: Texts | undefined;

/** The English texts, which the console has as well. */
function texts(): Texts {
  const file = join(import.meta.dirname, '../shared/locales/en.json');
  read ??= JSON.parse(readFileSync(file, 'utf8')) as Texts; // Its own test says what is in it.
  return read;
}
