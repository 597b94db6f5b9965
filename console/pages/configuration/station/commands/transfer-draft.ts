import { parseNumber } from '../../../../composables/quantity.ts';

/** How often a station shall try again, and after how many seconds, as it is typed; empty: as it likes. */
export type AttemptsDraft = { retries: string; retryIntervalS: string };

const most = { retries: 100, retryIntervalS: 86_400 } as const;

/** Whether an address has a scheme and no spaces, as a station needs it. */
export const isAddress = (text: string): boolean => /^[A-Za-z]+:\/\/\S+$/.test(text.trim());

/** The attempts that were typed, and which members are no whole numbers within their bounds. */
export function readAttempts(draft: AttemptsDraft): {
  attempts: { retries?: number; retryIntervalS?: number };
  wrong: readonly (keyof AttemptsDraft)[];
} {
  const attempts: { retries?: number; retryIntervalS?: number } = {};
  const wrong: (keyof AttemptsDraft)[] = [];
  for (const member of ['retries', 'retryIntervalS'] as const) {
    if (draft[member].trim() === '') continue;
    const value = parseNumber(draft[member]);
    if (value !== null && Number.isInteger(value) && value >= 0 && value <= most[member]) attempts[member] = value;
    else wrong.push(member);
  }
  return { attempts, wrong };
}
