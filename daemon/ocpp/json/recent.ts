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
    const place = this.#placeOf(id);
    const answered = place < 0 ? undefined : this.#ring[place];
    if (!answered || now - answered.at >= REMEMBERED_MS) return null;
    return answered.length === call.length && answered.sum === crc32(call) ? answered.answer : 'other';
  }

  remember(id: string, call: Buffer, answer: string, now: number): void {
    const before = this.#placeOf(id);
    this.#ring[before < 0 ? this.#next : before] = { id, length: call.length, sum: crc32(call), answer, at: now };
    if (before < 0) this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** Where an id stands, which is in one place at most; -1: nowhere. By index: nearly every message finds nothing, twice. */
  #placeOf(id: string): number {
    for (let i = 0; i < this.#ring.length; i++) if (this.#ring[i]?.id === id) return i;
    return -1;
  }
}
