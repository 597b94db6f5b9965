import type { Payload } from './line.ts';
import { CallFailed } from './line.ts';
import type { Timers } from './timers.ts';

/** A message that must not get lost: StartTransaction, StopTransaction, MeterValues. */
export type Queued = Readonly<{
  action: string;
  /** Made when it is sent, since the transaction id may not be known before. */
  payload(): Payload;
  /** With the answer of the central system and the message id, or null when the station gave up and dropped the message. */
  done(answer: Payload | null, messageId: string): void;
}>;

type Entry = Queued & { tries: number; messageId: string | null };

export type QueueRules = Readonly<{
  attempts(): number;
  retryIntervalMs(): number;
  repeatsWithNewId: boolean;
  send(action: string, payload: Payload, messageId: string | null): Readonly<{ messageId: string; answer: Promise<Payload> }>;
  isReady(): boolean;
  onQueued(action: string): void;
  onIdle(): void;
}>;

const longest = 10_000;

/**
 * The queue of a station (OCPP 1.6 §3.7): in order, one at a time, kept while offline. What the central system fails to process
 * is repeated after a growing wait, then dropped. When it is full, the oldest meter values go first.
 */
export class TransactionQueue {
  readonly #rules: QueueRules;
  readonly #timers: Timers;
  #entries: Entry[] = [];
  #isSending = false;

  constructor(rules: QueueRules, timers: Timers) {
    this.#rules = rules;
    this.#timers = timers;
  }

  get length(): number {
    return this.#entries.length;
  }

  add(message: Queued): void {
    if (this.#entries.length >= longest) this.#makeRoom();
    this.#entries.push({ ...message, tries: 0, messageId: null });
    this.#rules.onQueued(message.action);
    this.pump();
  }

  /** Puts the waiting messages into another order, as some stations replay them. */
  reorder(order: (entries: readonly Queued[]) => readonly Queued[]): void {
    this.#entries = order(this.#entries) as Entry[]; // the same entries, only their order differs
  }

  /** Sends what waits, if the station is online and nothing is on its way. */
  pump(): void {
    if (this.#isSending || !this.#rules.isReady()) return;
    const entry = this.#entries[0];
    this.#isSending = entry !== undefined;
    if (entry) void this.#deliver(entry);
    else this.#rules.onIdle();
  }

  async #deliver(entry: Entry): Promise<void> {
    const sent = this.#rules.send(entry.action, entry.payload(), this.#rules.repeatsWithNewId ? null : entry.messageId);
    entry.messageId = sent.messageId;
    try {
      const answer = await sent.answer;
      this.#remove(entry);
      entry.done(answer, sent.messageId);
      this.#continue();
    } catch (error) {
      this.#failed(entry, error instanceof CallFailed ? error.code : 'InternalError');
    }
  }

  #failed(entry: Entry, code: string): void {
    if (code === 'closed') {
      this.#isSending = false;
      return;
    }
    entry.tries += 1;
    if (entry.tries >= this.#rules.attempts()) {
      this.#remove(entry);
      entry.done(null, entry.messageId ?? '');
      this.#continue();
      return;
    }
    this.#timers.after(this.#rules.retryIntervalMs() * entry.tries, () => this.#continue());
  }

  #continue(): void {
    this.#isSending = false;
    this.pump();
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }

  #makeRoom(): void {
    const oldest = this.#entries.findIndex((entry, index) => index > 0 && entry.action === 'MeterValues');
    if (oldest > 0) this.#entries.splice(oldest, 1)[0]?.done(null, '');
  }
}
