import type { TSchema } from 'typebox';
import { DomainError } from '../domain/error.ts';
import { validatorOf } from './validator.ts';

type Problem = Readonly<{ keyword: string; instancePath: string; params: object }>;

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
    const fields = fieldsOf(validator.Errors(input));
    throw new DomainError('inputInvalid', { field: Object.keys(fields)[0] ?? '' }, fields);
  };
}

/** The first reason of each field. Of a choice between shapes all shapes complain; the deepest field says most. */
function fieldsOf(problems: readonly Problem[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const { keyword, instancePath, params } of problems) {
    const at = instancePath.slice(1).replaceAll('/', '.');
    const missing = keyword === 'required' && 'requiredProperties' in params ? (params.requiredProperties as string[]) : [null];
    for (const member of missing) {
      const field = member === null ? at : at === '' ? member : `${at}.${member}`;
      fields[field] ??= reasons[keyword] ?? 'invalid';
      if (Object.keys(fields).length >= mostFields) return fields;
    }
  }
  return fields;
}
