import { crc32 } from 'node:zlib';

/** Calls remembered per connection. Repeats come at once or after a time-out, with little in between (SECURITY A8). */
const REMEMBERED = 16;

/** The text of a call is known again by its length and check sum: whole texts would be most of a connection's memory. */
type Answered = Readonly<{ id: string; length: number; sum: number; answer: string }>;

/** The latest calls of a connection with our answers. Ids mean nothing beyond it. */
export class Recent {
  readonly #ring: Answered[] = [];
  /** Check sums of their ids: all in one place, since nearly always there is nothing to find. */
  readonly #ids = new Int32Array(REMEMBERED);
  #next = 0;

  /** The answer that the same call got before; `other` when its id was used for something else; null when it is new. */
  find(id: string, text: string): string | 'other' | null {
    const idSum = crc32(id) | 0;
    for (let i = this.#ids.indexOf(idSum); i >= 0; i = this.#ids.indexOf(idSum, i + 1)) {
      const answered = this.#ring[i];
      if (answered?.id !== id) continue;
      return answered.length === text.length && answered.sum === crc32(text) ? answered.answer : 'other';
    }
    return null;
  }

  remember(id: string, text: string, answer: string): void {
    this.#ids[this.#next] = crc32(id) | 0;
    this.#ring[this.#next] = { id, length: text.length, sum: crc32(text), answer };
    this.#next = (this.#next + 1) % REMEMBERED;
  }
}
