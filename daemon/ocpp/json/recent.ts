import { crc32 } from 'node:zlib';

/** Calls remembered per connection. Repeats come at once or after a time-out, with little in between (SECURITY A8). */
const REMEMBERED = 16;

/** The text of a call is known again by its length and check sum: whole texts would be most of a connection's memory. */
type Answered = Readonly<{ id: string; length: number; sum: number; answer: string }>;

/** The latest calls of a connection with our answers. Ids mean nothing beyond it. */
export class Recent {
  readonly #ring: Answered[] = [];
  #next = 0;

  /** The answer that the same call got before; `other` when its id was used for something else; null when it is new. */
  find(id: string, call: Buffer): string | 'other' | null {
    // By index: this is done for every message, and nearly always there is nothing to find.
    for (let i = 0; i < this.#ring.length; i++) {
      const answered = this.#ring[i];
      if (answered?.id !== id) continue;
      return answered.length === call.length && answered.sum === crc32(call) ? answered.answer : 'other';
    }
    return null;
  }

  remember(id: string, call: Buffer, answer: string): void {
    this.#ring[this.#next] = { id, length: call.length, sum: crc32(call), answer };
    this.#next = (this.#next + 1) % REMEMBERED;
  }
}
