import type { Compilable, Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** SQL text with its values; what a statement builder of `storage/<table>.ts` returns and a unit is made of. */
export type Statement = Readonly<{ sql: string; parameters: readonly unknown[] }>;

/** What one statement of a unit did. `id` is the row id of its last insert. */
export type Written = Readonly<{ changes: number; id: number }>;

/** Anything that Kysely can compile into a read, with the row type that comes back. */
export type Read<Row> = Compilable<Row>;

/**
 * The embedded database (DESIGN §4): one writer thread with group commit, reader threads of their own.
 *
 * `write` takes a unit: statements that take effect together or not at all. It resolves once they are on disk, so whoever answers
 * after it has kept the promise *acknowledged = on disk*. A unit that fails rejects with a `ConstraintError` (a rule of the schema
 * was broken; nothing of the unit is left) or a `StorageError`, and harms no other unit.
 */
export type Storage = Readonly<{
  /** Queries on reader threads; it sees every unit whose `write` has resolved. */
  read: Kysely<Tables>;
  write(unit: readonly Statement[]): Promise<readonly Written[]>;
  close(): Promise<void>;
}>;
