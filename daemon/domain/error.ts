import type { ErrorCode, ErrorFacts } from '../../shared/errors.ts';

/** A refusal: something asked for that the rules do not allow. Each border turns its code into its own answer. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;
  /** Field of the input → why, for forms. */
  readonly fields: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, facts: ErrorFacts = {}, fields: Readonly<Record<string, string>> = {}) {
    super(code);
    this.name = 'DomainError';
    this.code = code;
    this.facts = facts;
    this.fields = fields;
  }
}
