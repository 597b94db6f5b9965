import { hash } from 'node:crypto';

/** Calls remembered per connection. Repeats come at once or after a time-out, with little in between (SECURITY A8). */
const REMEMBERED = 16;
/** Longer frames are remembered by their hash. */
const WHOLE_LENGTH = 2048;

type Answered = { id: string; text: string; answer: string };

/** The latest calls of a connection with our answers. Ids mean nothing beyond it. */
export class Recent {
  readonly #ring: Answered[] = [];
  #next = 0;

  /** The answer that the same call got before; `other` when its id was used for something else; null when it is new. */
  find(id: string, text: string): string | 'other' | null {
    for (const answered of this.#ring) {
      if (answered.id === id) return answered.text === digest(text) ? answered.answer : 'other';
    }
    return null;
  }

  remember(id: string, text: string, answer: string): void {
    this.#ring[this.#next] = { id, text: digest(text), answer };
    this.#next = (this.#next + 1) % REMEMBERED;
  }
}

const digest = (text: string) => (text.length <= WHOLE_LENGTH ? text : hash('sha256', text));
