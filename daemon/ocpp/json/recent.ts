import { crc32 } from 'node:zlib';

/** Calls remembered per connection. Repeats come at once or after a time-out, with little in between (SECURITY A8). */
const REMEMBERED = 16;

/** A station that uses its ids over and over must not get the time of its first heartbeat for ever. */
const REMEMBERED_MS = 60_000;

/** The text of a call is known again by its length and check sum: whole texts would be most of a connection's memory. */
type Answered = Readonly<{ id: string; length: number; sum: number; answer: string; at: number }>;

/** The latest calls of a connection with our answers. Ids mean nothing beyond it. Times are those of the hub's coarse clock. */
export class Recent {
  readonly #ring: Answered[] = [];
  #next = 0;

  /** The answer that the same call got before; `other` when its id was used for something else; null when it is new. */
  find(id: string, call: Buffer, now: number): string | 'other' | null {
    // By index: this is done for every message, and nearly always there is nothing to find.
    for (let i = 0; i < this.#ring.length; i++) {
      const answered = this.#ring[i];
      if (answered?.id !== id || now - answered.at >= REMEMBERED_MS) continue;
      return answered.length === call.length && answered.sum === crc32(call) ? answered.answer : 'other';
    }
    return null;
  }

  remember(id: string, call: Buffer, answer: string, now: number): void {
    const before = this.#ring.findIndex((answered) => answered.id === id);
    this.#ring[before < 0 ? this.#next : before] = { id, length: call.length, sum: crc32(call), answer, at: now };
    if (before < 0) this.#next = (this.#next + 1) % REMEMBERED;
  }
}
