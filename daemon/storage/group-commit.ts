import { type Batch, type Outcome, Packer } from './batch.ts';
import { errorOf, StorageError } from './errors.ts';
import type { Statement, Written } from './storage.ts';

/** Units that may wait for the disk. Beyond it new ones are refused as `busy`, so that a stuck disk cannot fill the memory. */
const mostWaiting = 50_000;
/** Units in one transaction: bounds how long the first of them waits for the last. */
const mostInBatch = 4000;

type Waiting = Readonly<{
  unit: readonly Statement[];
  resolve: (written: readonly Written[]) => void;
  reject: (error: Error) => void;
}>;

/** The queue before the writer. While one batch is being put on disk, the next one gathers; all of it goes in one transaction. */
export class GroupCommit {
  readonly #send: (batch: Batch) => void;
  readonly #packer = new Packer();
  #waiting: Waiting[] = [];
  #underway: Waiting[] = [];
  #isScheduled = false;
  #refusal: StorageError | null = null;
  #whenIdle: (() => void) | null = null;

  /** `send` passes a batch to the writer; its outcome comes back through `settle`. */
  constructor(send: (batch: Batch) => void) {
    this.#send = send;
  }

  write(unit: readonly Statement[]): Promise<readonly Written[]> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    if (unit.length === 0) return Promise.resolve([]);
    if (this.#waiting.length >= mostWaiting) {
      return Promise.reject(new StorageError('busy', `${mostWaiting} units wait for the disk already`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ unit, resolve, reject });
      this.#schedule();
    });
  }

  settle({ written, failed }: Outcome): void {
    const units = this.#underway;
    this.#underway = [];
    // First, so that the disk works while those who waited go on.
    this.#sendWaiting();
    let at = 0;
    let nextFailed = 0;
    for (let index = 0; index < units.length; index++) {
      const { unit, resolve, reject } = units[index] as Waiting; // The index is within.
      const done: Written[] = [];
      for (let i = 0; i < unit.length; i++, at += 2) done.push({ changes: written[at] ?? 0, id: written[at + 1] ?? 0 });
      const failure = failed[nextFailed];
      if (failure?.unit === index) {
        nextFailed++;
        reject(errorOf(failure.failure));
      } else resolve(done);
    }
    if (this.#waiting.length + this.#underway.length === 0) this.#whenIdle?.();
  }

  /** Takes no more units, and resolves when those taken so far are settled. */
  async close(): Promise<void> {
    this.#refusal ??= new StorageError('closed', 'the database is closed');
    if (this.#waiting.length + this.#underway.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  /** Gives all units back as failed, now and from now on. */
  fail(error: StorageError): void {
    this.#refusal = error;
    for (const { reject } of [...this.#underway, ...this.#waiting]) reject(error);
    this.#underway = [];
    this.#waiting = [];
    this.#whenIdle?.();
  }

  /** Sends after all messages that have arrived together were read, so that their units share a transaction. */
  #schedule(): void {
    if (this.#isScheduled || this.#underway.length > 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sendWaiting();
    });
  }

  #sendWaiting(): void {
    if (this.#waiting.length === 0 || this.#underway.length > 0) return;
    this.#underway = this.#waiting.splice(0, mostInBatch);
    try {
      this.#send(this.#packer.pack(this.#underway.map(({ unit }) => unit)));
    } catch (error) {
      this.#refuseStrange(error);
    }
  }

  /** A value that cannot even cross to the writer is a defect of ours. It costs its own unit; the others of the batch go again. */
  #refuseStrange(cause: unknown): void {
    const isStrange = ({ unit }: Waiting) => unit.some(({ parameters }) => !parameters.every(isStorable));
    const strange = this.#underway.filter(isStrange);
    const rest = strange.length > 0 ? this.#underway.filter((each) => !isStrange(each)) : [];
    const refused = strange.length > 0 ? strange : this.#underway;
    this.#packer.lost();
    this.#underway = [];
    this.#waiting.unshift(...rest);
    for (const { reject } of refused)
      reject(new StorageError('statement', 'a value is of no kind that can be stored', { cause }));
    if (this.#waiting.length > 0) this.#schedule();
    else this.#whenIdle?.();
  }
}

const isStorable = (value: unknown) =>
  typeof value === 'object'
    ? value === null || value instanceof Uint8Array
    : typeof value !== 'function' && typeof value !== 'symbol';
