import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { partsOf, type Schema, within } from '../../shared/api/schema.ts';
import { DomainError } from '../domain/error.ts';
import { validatorOf } from './validator.ts';

type Problem = Readonly<{ keyword: string; params: object }>;

/** Reasons in one word for what a schema says; forms have a text for each (`input.<reason>`). */
const reasons: Readonly<Record<string, string>> = {
  required: 'required',
  type: 'type',
  minLength: 'tooShort',
  maxLength: 'tooLong',
  pattern: 'format',
  minimum: 'tooSmall',
  maximum: 'tooLarge',
  minItems: 'tooFew',
  maxItems: 'tooMany',
  enum: 'choice',
  const: 'choice',
  anyOf: 'choice',
};

const mostFields = 20;

/**
 * Checks an input against its schema and drops members that it does not know. Refuses with `inputInvalid`, which names each field
 * (`siteIds.0`) with the reason. No input at all counts as an empty one.
 */
export function inputChecker(schema: TSchema): (input: unknown) => unknown {
  const validatorWhenUsed = validatorOf(schema);
  return (given) => {
    const input = given === undefined ? {} : given;
    const validator = validatorWhenUsed();
    if (validator.Check(input)) return validator.Clean(input);
    const fields = fieldsOf(schema, input);
    throw new DomainError('inputInvalid', { field: Object.keys(fields)[0] ?? '' }, fields);
  };
}

/**
 * The first reason of each field. Each part is looked at by itself, and of several shapes only at the one that it is meant to have: a
 * command is told what is wrong with it, not what each of the other kinds would need.
 */
function fieldsOf(schema: TSchema, input: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  // TypeBox schemas are JSON Schema.
  for (const { path, schema: shape, value } of partsOf(schema as Schema, input)) {
    for (const { keyword, params } of Errors(shallow(shape), value) as Problem[]) {
      const missing = keyword === 'required' && 'requiredProperties' in params ? (params.requiredProperties as string[]) : null;
      for (const field of missing?.map((member) => within(path, member)) ?? [path]) {
        fields[field] ??= reasons[keyword] ?? 'invalid';
        if (Object.keys(fields).length >= mostFields) return fields;
      }
    }
  }
  return fields;
}

/** A schema without what it says of the parts. */
function shallow({ properties, items, ...rest }: Schema): TSchema {
  const names = Object.keys(properties ?? {});
  return {
    ...rest,
    ...(properties && { properties: Object.fromEntries(names.map((name) => [name, {}])) }),
    ...(items && { items: {} }),
  };
}
