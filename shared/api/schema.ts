/** JSON Schema as far as the contract uses it. */
export type Schema = Readonly<{
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
  pattern?: string;
  description?: string;
}>;

/** A part of a value with the schema that it is held against; the path is `request.values.0`, of the whole it is empty. */
export type Part = Readonly<{ path: string; schema: Schema; value: unknown }>;

/** A value and everything in it that its schema knows, each with the shape that it is meant to have. */
export function* partsOf(schema: Schema, value: unknown, path = ''): Generator<Part> {
  const shape = shapeFor(schema, value);
  yield { path, schema: shape, value };
  if (isRecord(value)) {
    for (const [name, member] of Object.entries(shape.properties ?? {}))
      if (Object.hasOwn(value, name)) yield* partsOf(member, value[name], within(path, name));
  }
  if (shape.items && Array.isArray(value))
    for (const [index, item] of value.entries()) yield* partsOf(shape.items, item, within(path, String(index)));
}

export const within = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Of a choice between shapes the one that a value means: what is not null, and of objects the one whose telling member (such as `kind`)
 * has the value's word. A word that none has leaves a shape that asks for a right one, and for nothing else.
 */
function shapeFor(schema: Schema, value: unknown): Schema {
  const choices = (schema.anyOf ?? []).filter(({ type }) => type !== 'null' || value === null);
  const [only] = choices;
  if (!only) return schema;
  if (choices.length === 1) return shapeFor(only, value);
  const telling = tellingMember(choices);
  if (telling === null || !isRecord(value)) return schema;
  const meant = choices.find((choice) => wordsOf(choice, telling).includes(value[telling]));
  if (meant) return meant;
  const words = choices.flatMap((choice) => wordsOf(choice, telling));
  return { type: 'object', required: [telling], properties: { [telling]: { enum: words } } };
}

/** The member that all shapes need and that has other words in each. */
function tellingMember(choices: readonly Schema[]): string | null {
  for (const name of choices[0]?.required ?? []) {
    const words = choices.map((choice) => wordsOf(choice, name));
    const all = words.flat();
    if (words.every((some) => some.length > 0) && new Set(all).size === all.length) return name;
  }
  return null;
}

function wordsOf({ properties }: Schema, name: string): readonly unknown[] {
  const { const: word, enum: words } = properties?.[name] ?? {};
  return words ?? (word === undefined ? [] : [word]);
}
