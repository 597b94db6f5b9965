import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { errorOf, StorageError } from './errors.ts';
import type { Answer, Query } from './querier.ts';
import type { FromReader, ReaderData, ToReader } from './reader.ts';

/** The readers as the main thread sees them. */
export type Readers = Readonly<{ ask(query: Query): Promise<readonly unknown[]>; close(): Promise<void> }>;

/** Queries that may wait for one reader; beyond it they are refused as `busy`. */
const mostWaiting = 5000;

/** Starts reader threads on a database that the writer has opened. Each query goes to the one with the least to do. */
export function startReaders(file: string, count: number, log: Logger): Readers {
  const readers = Array.from({ length: count }, (_, index) => new ReaderThread(file, index + 1, log));
  return {
    ask(query) {
      let [freest] = readers;
      for (const reader of readers) if (freest === undefined || reader.waiting < freest.waiting) freest = reader;
      if (freest === undefined) throw new StorageError('closed', 'there are no readers');
      return freest.ask(query);
    },
    async close() {
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}

type Waiting = Readonly<{ resolve: (rows: readonly unknown[]) => void; reject: (error: Error) => void }>;

class ReaderThread {
  readonly #worker: Worker;
  readonly #closed = Promise.withResolvers<void>();
  /** In the order of the questions; the thread answers in the same. */
  #waiting: Waiting[] = [];
  #next = 0;
  #refusal: StorageError | null = null;

  constructor(file: string, number: number, log: Logger) {
    this.#worker = new Worker(new URL('./reader.ts', import.meta.url), {
      name: `storage reader ${number}`,
      workerData: { file } satisfies ReaderData,
    });
    this.#worker.on('message', (message: FromReader) => {
      if (message.kind === 'answer') this.#settle(message.answer);
      else this.#closed.resolve();
    });
    this.#worker.on('error', (error) => log.fatal({ err: error }, 'a thread that reads the database ended'));
    this.#worker.on('exit', () => {
      this.#refusal = new StorageError('closed', 'the thread that reads the database has ended');
      for (const { reject } of this.#waiting.slice(this.#next)) reject(this.#refusal);
      this.#waiting = [];
      this.#next = 0;
      this.#closed.resolve();
    });
  }

  get waiting(): number {
    return this.#refusal ? Number.POSITIVE_INFINITY : this.#waiting.length - this.#next;
  }

  ask(query: Query): Promise<readonly unknown[]> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    if (this.waiting >= mostWaiting) return Promise.reject(new StorageError('busy', `${mostWaiting} queries wait already`));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#tell({ kind: 'query', query });
    });
  }

  async close(): Promise<void> {
    if (this.#refusal) return;
    this.#refusal = new StorageError('closed', 'the database is closed');
    this.#tell({ kind: 'close' });
    await this.#closed.promise;
  }

  #tell(message: ToReader): void {
    this.#worker.postMessage(message);
  }

  #settle(answer: Answer): void {
    const asked = this.#waiting[this.#next++];
    if (this.#next === this.#waiting.length) {
      this.#waiting = [];
      this.#next = 0;
    }
    if ('rows' in answer) asked?.resolve(answer.rows);
    else asked?.reject(errorOf(answer.failure));
  }
}
