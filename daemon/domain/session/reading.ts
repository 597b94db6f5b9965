/** OCPP 1.6's reading contexts in the order of their codes in the table of samples. */
export const readingContexts = [
  'Sample.Periodic',
  'Sample.Clock',
  'Transaction.Begin',
  'Transaction.End',
  'Interruption.Begin',
  'Interruption.End',
  'Trigger',
  'Other',
] as const;
export type ReadingContext = (typeof readingContexts)[number];

/** One value as the station sent it. `measurand`, `phase`, `location` and `unit` are its own words, so that none is lost. */
export type ReadingValue = Readonly<{
  measurand: string;
  phase: string | null;
  location: string | null;
  unit: string | null;
  format: 'Raw' | 'SignedData';
  value: string;
}>;

/** Values of one moment. `at` is what the station said, ms UTC; null: absent or unusable. */
export type Reading = Readonly<{ at: number | null; context: ReadingContext; values: readonly ReadingValue[] }>;
