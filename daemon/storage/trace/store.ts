import { setImmediate as others } from 'node:timers/promises';
import type { TraceFrame, TraceRow } from '../../../shared/model/trace.ts';
import { Chunks, GrowingBytes } from './chunks.ts';
import { type Encoded, headAt, messagesIn } from './codec.ts';
import type { Block, TraceFile } from './file.ts';
import { fits } from './fits.ts';
import type { Page, PageQuery, TraceCondition, TraceCounts } from './trace.ts';

/** A station's messages become a block when they are so many bytes or have waited so long. */
const blockBytes = 30 * 1024;
const holdMs = 5000;
/** With more than this waiting, all of it is written. */
const mostPending = 32 * 1024 * 1024;
/** How long one look may take, and after how long others have their turn. A search that takes longer answers how far it came. */
const searchMs = 400;
const turnMs = 5;
/** How far the answer of a call is looked for, in messages. */
const answerWithin = 300;
const mostCounted = 200_000;

/** What waits of a station. */
type Pending = { readonly messages: GrowingBytes; firstId: number; lastId: number; firstAt: number; lastAt: number };

/**
 * The trace as its thread sees it: what is in the file, and what will be soon. Messages wait in memory until a station has a block
 * of them. Queries see both.
 */
export class TraceStore {
  readonly #file: TraceFile;
  readonly #pending = new Map<number, Pending>();
  readonly #chunks = new Chunks();
  /** Where a block is put together before it is written. */
  #block = Buffer.allocUnsafeSlow(2 * blockBytes);
  #pendingBytes = 0;

  constructor(file: TraceFile) {
    this.#file = file;
  }

  /** Takes in messages of any stations, in the order of their ids. */
  take(bytes: Buffer): void {
    const full: number[] = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let start = 0; start < bytes.length; ) {
      const { end, stationId, id, time } = headAt(view, start);
      let pending = this.#pending.get(stationId);
      if (!pending) {
        pending = { messages: new GrowingBytes(this.#chunks), firstId: id, lastId: id, firstAt: time, lastAt: time };
        this.#pending.set(stationId, pending);
      }
      const before = pending.messages.length;
      pending.messages.add(bytes, start, end);
      pending.lastId = id;
      if (time < pending.firstAt) pending.firstAt = time;
      if (time > pending.lastAt) pending.lastAt = time;
      if (before < blockBytes && pending.messages.length >= blockBytes) full.push(stationId);
      start = end;
    }
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= mostPending) this.flush();
    else if (full.length > 0) this.#write(full);
  }

  /** Writes what has waited long enough; without a time everything. Loses what cannot be written. */
  flush(now = Number.POSITIVE_INFINITY): void {
    this.#write([...this.#pending].filter(([, { firstAt }]) => now - firstAt >= holdMs || firstAt > now).map(([id]) => id));
  }

  /** What waits of these stations is lost when it cannot be written. */
  #write(stationIds: readonly number[]): void {
    if (stationIds.length === 0) return;
    const written = stationIds.flatMap((stationId) => {
      const pending = this.#pending.get(stationId);
      this.#pending.delete(stationId);
      return pending ? [{ stationId, ...pending }] : [];
    });
    try {
      this.#file.append(this.#blocksOf(written));
    } finally {
      for (const { messages } of written) {
        this.#pendingBytes -= messages.length;
        messages.end();
      }
    }
  }

  /** Each block is valid until the next one. */
  *#blocksOf(written: readonly (Pending & Readonly<{ stationId: number }>)[]): Generator<Block> {
    for (const block of written) {
      if (block.messages.length > this.#block.length) this.#block = Buffer.allocUnsafeSlow(2 * block.messages.length);
      yield { ...block, messages: block.messages.copyTo(this.#block) };
    }
  }

  page(query: PageQuery): Promise<Page> {
    return this.#collect(query, (message, answerId): TraceRow => message.row(answerId));
  }

  whole(query: PageQuery): Promise<Page<TraceFrame>> {
    return this.#collect(query, (message, answerId): TraceFrame => message.whole(answerId));
  }

  get(stationId: number, id: number): TraceFrame | null {
    const message = this.#after(stationId, id - 1).find((one) => one.id === id);
    return message?.whole(this.#answers(stationId, id, new Set([id])).get(id) ?? null) ?? null;
  }

  async counts(stationId: number, condition: TraceCondition): Promise<TraceCounts> {
    const byName = new Map<string, TraceCounts['actions'][number]>();
    let messages = 0;
    let bytes = 0;
    let oldestAt: number | null = null;
    let newestAt: number | null = null;
    const walk = this.#walk({ stationId, condition, from: null, forward: false, limit: mostCounted });
    let met = await walk.next();
    for (; !met.done; met = await walk.next()) {
      if (!met.value.fits) continue;
      const { message } = met.value;
      const { action, direction, verdict } = message;
      const name = `${direction} ${action}`;
      const count = byName.get(name) ?? { action, direction, count: 0, repaired: 0, refused: 0 };
      byName.set(name, count);
      count.count++;
      if (verdict === 'repaired') count.repaired++;
      if (verdict === 'refused') count.refused++;
      messages++;
      bytes += message.size;
      oldestAt = message.time;
      newestAt ??= message.time;
    }
    const actions = [...byName.values()].sort((a, b) => b.count - a.count).slice(0, 200);
    return { messages, bytes, oldestAt, newestAt, isComplete: met.value === null, actions };
  }

  async #collect<Row>(query: PageQuery, make: (message: Encoded, answerId: number | null) => Row): Promise<Page<Row>> {
    const found: Encoded[] = [];
    const answers = new Map<number, number>();
    const walk = this.#walk(query);
    let met = await walk.next();
    for (; !met.done; met = await walk.next()) {
      const { message } = met.value;
      if (message.requestId !== 0) answers.set(message.requestId, message.id);
      if (met.value.fits) found.push(message);
    }
    const calls = new Set(found.filter(({ id, requestId }) => requestId === 0 && !answers.has(id)).map(({ id }) => id));
    if (calls.size > 0) for (const [call, id] of this.#answers(query.stationId, Math.min(...calls), calls)) answers.set(call, id);
    return { rows: found.map((message) => make(message, answers.get(message.id) ?? null)), next: met.value };
  }

  /** The answers to some calls, by the call: looked for a little way beyond the first. */
  #answers(stationId: number, from: number, calls: ReadonlySet<number>): Map<number, number> {
    const answers = new Map<number, number>();
    let left = answerWithin + calls.size;
    for (let at = from; left > 0 && answers.size < calls.size; ) {
      const messages = this.#after(stationId, at);
      for (const { id, requestId } of messages) {
        if (calls.has(requestId)) answers.set(requestId, id);
        at = id;
      }
      left -= messages.length;
      if (messages.length === 0) break;
    }
    return answers;
  }

  /** Meets messages one after the other. Ends with the place to go on from, or null when there are no more that could fit. */
  async *#walk(query: PageQuery): AsyncGenerator<{ message: Encoded; fits: boolean }, number | null> {
    const { stationId, condition, forward, limit, downTo = 0 } = query;
    const until = condition.until ?? Number.MAX_SAFE_INTEGER;
    const startedAt = performance.now();
    let turnAt = startedAt;
    let found = 0;
    let position = query.from ?? (forward ? 0 : Number.MAX_SAFE_INTEGER);
    for (;;) {
      const messages = forward ? this.#after(stationId, position) : this.#before(stationId, position, until);
      if (messages.length === 0) return null;
      for (const message of messages) {
        if (message.id <= downTo && !forward) return null;
        position = message.id;
        const isFound = fits(message, condition);
        yield { message, fits: isFound };
        if (isFound) found++;
        if (found === limit) return position;
      }
      const last = messages.at(-1)?.time ?? 0;
      // Times within a station may be out of order by as long as an answer takes.
      if (forward ? last > until + 60_000 : last < (condition.from ?? 0) - 60_000) return null;
      const now = performance.now();
      if (now - startedAt > searchMs) return position;
      if (now - turnAt < turnMs) continue;
      await others();
      turnAt = performance.now();
    }
  }

  /** The next messages of a station after an id, oldest first. */
  #after(stationId: number, id: number): Encoded[] {
    const block = this.#file.after(stationId, id);
    const messages = block ? [...messagesIn(block.messages)] : this.#waiting(stationId);
    return messages.filter((message) => message.id > id);
  }

  /** The next messages of a station before an id, newest first. */
  #before(stationId: number, id: number, time: number): Encoded[] {
    const waiting = this.#waiting(stationId).filter((message) => message.id < id);
    if (waiting.length > 0) return waiting.reverse();
    const block = this.#file.before(stationId, id, time);
    return block ? [...messagesIn(block.messages)].filter((message) => message.id < id).reverse() : [];
  }

  #waiting(stationId: number): Encoded[] {
    const pending = this.#pending.get(stationId);
    return pending ? [...messagesIn(pending.messages.copyTo(Buffer.allocUnsafe(pending.messages.length)))] : [];
  }
}
