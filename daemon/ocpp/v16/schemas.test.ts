import { createRequire } from 'node:module';
import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import { repair } from '../repair.ts';
import { actions } from './actions.ts';

/** JSON Schema, as far as OCPP 1.6 uses it. */
type Schema = Readonly<{
  $id?: string;
  $ref?: string;
  definitions?: Readonly<Record<string, Schema>>;
  type?: string;
  enum?: readonly string[];
  format?: string;
  maxLength?: number;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
}>;

// The schemas and validator that another maker's software checks by; none of its types are published.
const load = createRequire(import.meta.url);
const schemas = load('ocpp-rpc/lib/schemas/ocpp1_6.json') as readonly Schema[];
const [validator] = load('ocpp-rpc/lib/standard-validators.js') as [{ validate(id: string, value: unknown): boolean }];

const theirVerdict = (id: string, value: unknown): boolean => {
  try {
    return validator.validate(id, value);
  } catch {
    return false;
  }
};

/** What stations send: their messages, and their answers to ours. */
const messages = [
  ...Object.entries(actions.incoming).map(([name, { request }]) => ({ id: `urn:${name}.req`, schema: request })),
  ...Object.entries(actions.outgoing).map(([name, { confirmation }]) => ({ id: `urn:${name}.conf`, schema: confirmation })),
];
/** What we send: our answers, and our own messages. */
const ours = [
  ...Object.entries(actions.incoming).map(([name, { confirmation }]) => ({ id: `urn:${name}.conf`, schema: confirmation })),
  ...Object.entries(actions.outgoing).map(([name, { request }]) => ({ id: `urn:${name}.req`, schema: request })),
];

test('all 28 actions of OCPP 1.6 are there, in both directions', () => {
  const extension = ['LogStatusNotification', 'SecurityEventNotification', 'SignedFirmwareStatusNotification'];
  const names = new Set([...Object.keys(actions.incoming), ...Object.keys(actions.outgoing)]);
  for (const name of extension) names.delete(name);
  expect(names.size).toBe(28);
  expect(messages.length + ours.length).toBe(2 * (28 + 1 + extension.length));
});

const times = fc
  .date({ min: new Date('1970-01-01'), max: new Date('2106-01-01'), noInvalidDate: true })
  .chain((date) =>
    fc.constantFrom(date.toISOString(), `${date.toISOString().slice(0, 19)}+02:00`, `${date.toISOString().slice(0, 19)}Z`),
  );

/** Values that a schema takes. Connector numbers above 1000 are none (see below), so integers stay small. */
function valid(schema: Schema, root: Schema): fc.Arbitrary<unknown> {
  if (schema.$ref) return valid(root.definitions?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}, root);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object': {
      const members = Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, member]) => [name, valid(member, root)]),
      );
      return fc.record(members, { requiredKeys: [...(schema.required ?? [])] });
    }
    case 'array':
      return fc.array(valid(schema.items ?? {}, root), { maxLength: 3 });
    case 'integer':
      return fc.integer({ min: 0, max: 1000 });
    case 'boolean':
      return fc.boolean();
    case 'string':
      if (schema.format === 'uri') return fc.webUrl();
      return schema.format === 'date-time'
        ? times
        : fc.string({ maxLength: Math.min(schema.maxLength ?? 100, 100), unit: 'grapheme-ascii' });
    case 'number':
      // Tenths: a naive check by division refuses 16.3 and the like (FACTS §11), whole numbers pass everywhere.
      return fc.integer({ min: 0, max: 400_000 });
    default:
      throw new Error(`no values for ${JSON.stringify(schema)}`);
  }
}

const junk = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1.5, 1e300, '', 'yesterday', 'Nonsense', [], {}, [[]], { a: 1 }, 'x'.repeat(10_001)),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Changes one place of a message: a member gone, too many, or something else in its place. */
const mutated = (message: fc.Arbitrary<unknown>) =>
  fc.tuple(message, fc.nat(), fc.constantFrom('remove', 'add', 'replace'), junk).map(([value, place, how, other]) => {
    const copy: unknown = structuredClone(value);
    const holders: (Record<string, unknown> | unknown[])[] = [];
    const collect = (node: unknown) => {
      if (typeof node !== 'object' || node === null) return;
      holders.push(node as Record<string, unknown>); // It is an object or a list.
      for (const inner of Object.values(node)) collect(inner);
    };
    collect(copy);
    const holder = holders[place % holders.length];
    if (holder === undefined) return copy;
    if (Array.isArray(holder)) {
      holder.push(other);
      return copy;
    }
    const keys = Object.keys(holder);
    const key = keys[place % Math.max(1, keys.length)];
    if (how === 'add' || key === undefined) holder.somethingElse = other;
    else if (how === 'remove') delete holder[key];
    else holder[key] = other;
    return copy;
  });

/** Where we are stricter on purpose: no int of OCPP, no connector, no time without a `T` (FACTS §11). */
function isBeyondTheirs(value: unknown): boolean {
  if (typeof value === 'number') return value < 0 || value > 1000 || !Number.isInteger(value * 10);
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\d/.test(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(isBeyondTheirs);
}

test.each([...messages, ...ours])('$id: we judge valid and broken messages as the schemas of OCPP do', ({ id, schema }) => {
  const theirs = schemas.find(({ $id }) => $id === id);
  if (!theirs) throw new Error(`${id} is missing`);
  const own = Compile(schema);
  const messageOf = valid(theirs, theirs);
  fc.assert(
    fc.property(messageOf, (message) => {
      expect(theirVerdict(id, message)).toBe(true);
      expect(own.Check(message)).toBe(true);
    }),
    { numRuns: 60, seed: 16 },
  );
  fc.assert(
    fc.property(mutated(messageOf), (message) => {
      if (theirVerdict(id, message) !== own.Check(message)) expect(isBeyondTheirs(message)).toBe(true);
    }),
    { numRuns: 300, seed: 16 },
  );
});

test.each(messages)(
  'SECURITY R13: $id: what is mended needs no mending, and nothing else than a refusal is thrown',
  ({ id, schema }) => {
    const theirs = schemas.find(({ $id }) => $id === id) ?? {};
    const payloads = fc.oneof(mutated(valid(theirs, theirs)), fc.jsonValue({ maxDepth: 4 }), junk);
    fc.assert(
      fc.property(payloads, (payload) => {
        const once = mend(schema, payload);
        if (once === 'refused') return;
        expect(mend(schema, once)).toEqual(once);
      }),
      { numRuns: 500, seed: 16 },
    );
  },
);

function mend(schema: Parameters<typeof repair>[0], payload: unknown): unknown {
  try {
    return repair(schema, payload).value;
  } catch (error) {
    if (error instanceof Error && error.name === 'CallError') return 'refused';
    throw error;
  }
}
