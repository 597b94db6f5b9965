import type { Database, Statement } from 'better-sqlite3';
import type { Failure } from './errors.ts';
import { failureOf } from './failure.ts';

/** A query as it travels to a reader, and what comes back. */
export type Query = Readonly<{ sql: string; parameters: readonly unknown[] }>;
export type Answer = Readonly<{ rows: readonly unknown[] } | { failure: Failure }>;

const mostStatements = 200;

/** Answers queries over one connection, keeping the statements that were used last. */
export class Querier {
  readonly #database: Database;
  readonly #statements = new Map<string, Statement<unknown[], unknown>>();

  constructor(database: Database) {
    this.#database = database;
  }

  answer({ sql, parameters }: Query): Answer {
    try {
      const values = parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value));
      return { rows: this.#prepared(sql).all(...values) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }

  #prepared(sql: string): Statement<unknown[], unknown> {
    let prepared = this.#statements.get(sql);
    if (prepared) this.#statements.delete(sql);
    else {
      prepared = this.#database.prepare(sql);
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined && this.#statements.size >= mostStatements) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
