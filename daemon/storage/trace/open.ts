import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { TraceFrame } from '../../../shared/model/trace.ts';
import { StorageError } from '../errors.ts';
import { Batch } from './batch.ts';
import type { FromTrace, ToTrace, TraceData, TraceQuestion, TraceQuestions } from './thread.ts';
import { noTrace, type Page, type Trace, type Traced } from './trace.ts';

export type TraceOptions = Readonly<{
  file: string;
  /** 0: no trace is kept. */
  maxBytes: number;
  days: number;
  log: Logger;
  /** How often messages are put into the file, and old ones deleted. */
  upkeepMs?: number;
}>;

/** Messages travel to the thread after this long at the latest. */
const gatherMs = 50;
/** Bytes on the way to the thread that it has not taken; what comes on top is dropped (the newest, SECURITY R6). */
const mostOnTheWay = 32 * 1024 * 1024;
const mostQuestions = 200;
const complainEveryMs = 60_000;

type Asked = Readonly<{ resolve: (answer: never) => void; reject: (error: Error) => void }>;

/** Opens the trace, or starts without one: it never keeps the daemon from starting. */
export async function openTrace(options: TraceOptions): Promise<Trace> {
  if (options.maxBytes === 0) return noTrace;
  const trace = new ThreadedTrace(options);
  await trace.opened;
  return trace;
}

class ThreadedTrace implements Trace {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #options: TraceOptions;
  readonly #followed = new Map<number, Set<{ isNews: boolean }>>();
  readonly #asked = new Map<number, Asked>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #batch = new Batch();
  #timer: NodeJS.Timeout | null = null;
  #onTheWay = 0;
  #questions = 0;
  #isEnded = false;
  #dropped = 0;
  #complainedAt = 0;
  /** Ids begin with the time, in µs: so they rise over restarts even when the file was replaced. */
  #id = Date.now() * 1000;

  constructor(options: TraceOptions) {
    this.#options = options;
    const { file, maxBytes, days, upkeepMs = 1000 } = options;
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), {
      name: 'trace',
      workerData: { file, maxBytes, days, upkeepMs } satisfies TraceData,
    });
    const opened = Promise.withResolvers<void>();
    this.opened = opened.promise;
    this.#worker.on('message', (message: FromTrace) => {
      if (message.kind === 'opened') this.#id = Math.max(this.#id, message.newestId + 10_000_000);
      if (message.kind === 'opened') opened.resolve();
      else this.#heard(message);
    });
    this.#worker.on('error', (err) =>
      options.log.error({ err }, 'the thread of the message trace ended; nothing more is traced'),
    );
    this.#worker.on('exit', () => {
      this.#isEnded = true;
      for (const { reject } of this.#asked.values()) reject(new StorageError('closed', 'the trace is closed'));
      this.#asked.clear();
      opened.resolve();
      this.#closed.resolve();
    });
  }

  note(message: Traced): number {
    const id = ++this.#id;
    if (this.#isEnded || this.#onTheWay >= mostOnTheWay) {
      this.#dropped++;
      return id;
    }
    if (!this.#batch.add(id, message)) {
      this.#send();
      this.#batch.add(id, message);
    }
    this.#timer ??= setTimeout(() => this.#send(), gatherMs);
    if (this.#followed.size > 0) for (const follow of this.#followed.get(message.stationId) ?? []) follow.isNews = true;
    return id;
  }

  newest(): number {
    return this.#id;
  }

  follow(stationId: number) {
    const follow = { isNews: false };
    const all = this.#followed.get(stationId) ?? new Set();
    this.#followed.set(stationId, all.add(follow));
    return {
      take() {
        const { isNews } = follow;
        follow.isNews = false;
        return isNews;
      },
      close: () => {
        all.delete(follow);
        if (all.size === 0) this.#followed.delete(stationId);
      },
    };
  }

  page(query: TraceQuestions['page']['ask']): Promise<Page> {
    return this.#ask({ kind: 'page', ask: query });
  }

  whole(query: TraceQuestions['whole']['ask']): Promise<Page<TraceFrame>> {
    return this.#ask({ kind: 'whole', ask: query });
  }

  get(stationId: number, id: number): Promise<TraceFrame | null> {
    return this.#ask({ kind: 'get', ask: { stationId, id } });
  }

  counts(stationId: number, condition: TraceQuestions['counts']['ask']['condition']) {
    return this.#ask<TraceQuestions['counts']['answer']>({ kind: 'counts', ask: { stationId, condition } });
  }

  async state() {
    const { maxBytes, days } = this.#options;
    const { bytes, oldestAt } = await this.#ask<TraceQuestions['state']['answer']>({ kind: 'state', ask: null });
    return { isOn: true, bytes, oldestAt, maxBytes, days, dropped: this.#dropped };
  }

  async close(): Promise<void> {
    if (this.#isEnded) return;
    this.#send();
    this.#tell({ kind: 'close' });
    await this.#closed.promise;
  }

  /** Whatever was noted before is in the answer: both go the same way, in order. */
  #ask<Answer>(question: TraceQuestion): Promise<Answer> {
    if (this.#isEnded) return Promise.reject(new StorageError('closed', 'the trace is closed'));
    if (this.#asked.size >= mostQuestions) return Promise.reject(new StorageError('busy', 'too many look at the trace'));
    this.#send();
    return new Promise((resolve, reject) => {
      const number = ++this.#questions;
      this.#asked.set(number, { resolve, reject });
      this.#tell({ kind: 'question', number, question });
    });
  }

  #send(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const taken = this.#batch.take();
    if (!taken) return;
    this.#onTheWay += taken.used;
    this.#tell({ kind: 'messages', ...taken });
  }

  #tell(message: ToTrace): void {
    this.#worker.postMessage(message);
  }

  #heard(message: Exclude<FromTrace, { kind: 'opened' }>): void {
    if (message.kind === 'taken') {
      this.#onTheWay -= message.used;
      this.#batch.give(message.buffer);
    } else if (message.kind === 'answer') {
      // The question's kind says what its answer is.
      this.#asked.get(message.number)?.resolve(message.answer as never);
      this.#asked.delete(message.number);
    } else if (message.kind === 'failed') {
      this.#asked.get(message.number)?.reject(new StorageError('inputOutput', message.why));
      this.#asked.delete(message.number);
    } else if (message.kind === 'trouble') {
      this.#complain(message);
    }
  }

  #complain({ why, isReplaced }: Readonly<{ why: string; isReplaced: boolean }>): void {
    const { log, file } = this.#options;
    if (isReplaced) {
      log.warn({ file, why }, 'the message trace could not be used and was begun anew');
      return;
    }
    const now = Date.now();
    if (now - this.#complainedAt < complainEveryMs) return;
    this.#complainedAt = now;
    log.error({ file, why }, 'the message trace cannot be written; messages are lost from it');
  }
}
