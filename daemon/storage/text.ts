import type { Database } from 'better-sqlite3';
import { type RawBuilder, sql } from 'kysely';

type Text = RawBuilder<unknown>;

/**
 * Text without regard to letter case, in any alphabet: SQLite itself knows that of a to z only. The function `folded` is ours, and each
 * connection has it; another database has `lower`. It is slower by far, so it is asked only for a text that needs it.
 */
export function withFolding(database: Database): Database {
  return database.function('folded', { deterministic: true }, (text) => (typeof text === 'string' ? fold(text) : text));
}

/** A letter may come as one sign or as two (å, a with a ring). */
const fold = (text: string): string => text.normalize('NFC').toLowerCase();

// What has letters of the alphabet only can be found in no text by its other letters.
const needsFolding = (text: string): boolean => /[^\p{ASCII}]/u.test(text);

/** Whether a text holds another one. */
export const contains = (text: Text, part: string): RawBuilder<boolean> => like(text, part, (escaped) => `%${escaped}%`);

export const startsWith = (text: Text, part: string): RawBuilder<boolean> => like(text, part, (escaped) => `${escaped}%`);

export const isSame = (text: Text, other: string): RawBuilder<boolean> =>
  needsFolding(other) ? sql`(${mayHold(text)} AND folded(${text}) = ${fold(other)})` : sql`${text} = ${other} COLLATE NOCASE`;

/** A pattern from input is text, whatever it looks like (SECURITY A17). */
function like(text: Text, part: string, pattern: (escaped: string) => string): RawBuilder<boolean> {
  const patternOf = (plain: string) => pattern(plain.replaceAll(/[\\%_]/g, '\\$&'));
  if (!needsFolding(part)) return sql`${text} LIKE ${patternOf(part)} ESCAPE '\\'`;
  return sql`(${mayHold(text)} AND folded(${text}) LIKE ${patternOf(fold(part))} ESCAPE '\\')`;
}

/** Whether a text has any letter beyond the alphabet; most have none, and are out at the speed of the database. */
const mayHold = (text: Text) => sql`octet_length(${text}) > length(${text})`;
