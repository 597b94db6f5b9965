import type { Database, Statement } from 'better-sqlite3';
import type { Batch, Outcome } from './batch.ts';
import { type Failure, StorageError } from './errors.ts';
import { failureReader } from './failure.ts';

/** How long a batch waits for another program that holds the database, before its units are given back as failed. */
const lockWaitMs = 60_000;

/**
 * Puts batches on disk: all units of a batch in one transaction, each of them whole or not at all. Belongs to the one writing connection.
 * `isClosing` ends a wait for a lock early.
 */
export class Committer {
  readonly #database: Database;
  readonly #failureOf: (error: unknown) => Failure;
  readonly #isClosing: () => boolean;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #savepoint: Statement;
  readonly #release: Statement;
  readonly #undo: Statement;
  #texts: string[] = [];
  #statements: (Statement | undefined)[] = [];

  constructor(database: Database, isClosing: () => boolean = () => false) {
    this.#database = database;
    this.#isClosing = isClosing;
    this.#failureOf = failureReader(database);
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
    this.#savepoint = database.prepare('SAVEPOINT unit');
    this.#release = database.prepare('RELEASE unit');
    this.#undo = database.prepare('ROLLBACK TO unit');
  }

  commit(batch: Batch): Outcome {
    this.#learn(batch);
    const failed: { unit: number; failure: Failure }[] = [];
    const written: number[] = [];
    try {
      this.#beginWhenFree();
      this.#run(batch, written, failed);
      this.#commit.run();
    } catch (error) {
      this.#takeBack();
      return allFailed(batch, this.#failureOf(error));
    }
    return { written: Float64Array.from(written), failed };
  }

  #takeBack(): void {
    try {
      if (this.#database.inTransaction) this.#rollback.run();
    } catch {
      // After an I/O error SQLite may have ended the transaction already, or ends it at the next statement: nothing of it is kept.
    }
  }

  #learn(batch: Batch): void {
    if (batch.forget) {
      this.#texts = [];
      this.#statements = [];
    }
    this.#texts.push(...batch.texts);
  }

  #beginWhenFree(): void {
    const deadline = Date.now() + lockWaitMs;
    for (;;) {
      try {
        this.#begin.run();
        return;
      } catch (error) {
        const failure = this.#failureOf(error);
        const isLocked = failure.kind === 'storage' && failure.code === 'locked';
        if (!isLocked || this.#isClosing() || Date.now() > deadline) throw error;
      }
    }
  }

  #run(batch: Batch, written: number[], failed: { unit: number; failure: Failure }[]): void {
    const { shape, values } = batch;
    let at = 0;
    let value = 0;
    for (let unit = 0; at < shape.length; unit++) {
      const statements = shape[at++] ?? 0;
      const next = at + 2 * statements;
      const firstWritten = written.length;
      let failure: Failure | null = null;
      // A single statement is whole or not at all by itself.
      if (statements > 1) this.#savepoint.run();
      for (; at < next; at += 2) {
        const count = shape[at + 1] ?? 0;
        if (failure === null) failure = this.#runOne(shape[at] ?? -1, values.slice(value, value + count), written);
        value += count;
      }
      if (failure !== null) {
        if (statements > 1) this.#undo.run();
        written.length = firstWritten;
        for (let i = 0; i < statements; i++) written.push(0, 0);
        failed.push({ unit, failure });
      }
      if (statements > 1) this.#release.run();
    }
  }

  /** Runs one statement; a failure that concerns the whole database is thrown, one of its unit returned. */
  #runOne(text: number, values: unknown[], written: number[]): Failure | null {
    try {
      for (let i = 0; i < values.length; i++) if (typeof values[i] === 'boolean') values[i] = values[i] ? 1 : 0;
      const { changes, lastInsertRowid } = this.#prepared(text).run(values);
      written.push(changes, Number(lastInsertRowid));
      return null;
    } catch (error) {
      const failure = this.#failureOf(error);
      if (!this.#database.inTransaction || (failure.kind === 'storage' && failure.code !== 'statement')) throw error;
      return failure;
    }
  }

  #prepared(text: number): Statement {
    const known = this.#statements[text];
    if (known) return known;
    const sql = this.#texts[text];
    if (sql === undefined) throw new StorageError('statement', `no statement has the number ${text}`);
    const prepared = this.#database.prepare(sql);
    this.#statements[text] = prepared;
    return prepared;
  }
}

function allFailed(batch: Batch, failure: Failure): Outcome {
  const failed: { unit: number; failure: Failure }[] = [];
  let statements = 0;
  for (let at = 0; at < batch.shape.length; ) {
    const count = batch.shape[at] ?? 0;
    failed.push({ unit: failed.length, failure });
    statements += count;
    at += 1 + 2 * count;
  }
  return { written: new Float64Array(2 * statements), failed };
}
