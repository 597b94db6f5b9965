import { encode, mostBytes } from './codec.ts';
import type { Traced } from './trace.ts';

const capacity = 512 * 1024;
/** With so much it is sent, while it still lies in the processor's cache. The rest of the capacity is for a message that is long. */
const enough = 96 * 1024;
const mostKept = 16;

/**
 * Messages gathered in one buffer, which the thread reads where it lies and then gives back. Shared memory: handing over a buffer of one's
 * own counts as new memory on the other side each time, and drives its garbage collector.
 */
export class Batch {
  readonly #free: SharedArrayBuffer[] = [];
  #bytes: Buffer<SharedArrayBuffer> | null = null;
  #view: DataView<SharedArrayBuffer> | null = null;
  #used = 0;

  /** False when there is no room left: `take` first. */
  add(id: number, message: Traced): boolean {
    if (!this.#bytes || !this.#view) {
      this.#bytes = Buffer.from(this.#free.pop() ?? new SharedArrayBuffer(capacity));
      this.#view = new DataView(this.#bytes.buffer);
      this.#used = 0;
    }
    if (this.#used >= enough || this.#used + mostBytes(message) > capacity) return false;
    this.#used = encode(this.#bytes, this.#view, this.#used, id, message);
    return true;
  }

  /** What was gathered, if anything: the first `used` bytes of a buffer that nobody writes to until it is given back. */
  take(): Readonly<{ buffer: SharedArrayBuffer; used: number }> | null {
    if (!this.#bytes || this.#used === 0) return null;
    const taken = { buffer: this.#bytes.buffer, used: this.#used };
    this.#bytes = null;
    this.#view = null;
    this.#used = 0;
    return taken;
  }

  /** The buffer has come back. */
  give(buffer: SharedArrayBuffer): void {
    if (this.#free.length < mostKept) this.#free.push(buffer);
  }
}
