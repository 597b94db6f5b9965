/** As it is typed. */
export type Attempts = { retries: string; retryIntervalS: string };

/** Whether a text is empty or a whole number up to `most`. */
export const isAttempt = (typed: string, most: number): boolean => /^\d{0,6}$/.test(typed.trim()) && Number(typed) <= most;

/** What is given of them. */
export const attemptsOf = ({ retries, retryIntervalS }: Attempts) => ({
  ...(retries.trim() === '' ? {} : { retries: Number(retries) }),
  ...(retryIntervalS.trim() === '' ? {} : { retryIntervalS: Number(retryIntervalS) }),
});
