import { DomainError } from '../error.ts';

/** Refuses a name that is no IANA time zone with `inputInvalid`; `field` is the input it came in. */
export function requireTimeZone(timeZone: string, field: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new DomainError('inputInvalid', { field }, { [field]: 'timeZone' });
  }
}
