import type { ErrorCode } from '../../shared/errors.ts';
import type { DomainError } from '../domain/error.ts';

export type Reply = readonly [code: number, text: string];

/** How refusals of the domain look to a client (RFC 959 §4.2). What is not here answers 550. */
const replyOf: Partial<Record<ErrorCode, number>> = {
  transferRefused: 530,
  signInLocked: 421,
  stationBusy: 450,
  diskFull: 452,
  fileTooLarge: 552,
  stationQuotaFull: 552,
  fileNameRefused: 553,
  offsetBeyondEnd: 554,
};

/** The refusal for people who read the log of their station. */
export function refused({ code, facts }: DomainError): Reply {
  const more = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return [replyOf[code] ?? 550, more.length === 0 ? code : `${code} (${more.join(', ')})`];
}
