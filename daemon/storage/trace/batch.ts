import { Buffers } from './buffers.ts';
import { encode, mostBytes } from './codec.ts';
import type { Traced } from './trace.ts';

const capacity = 512 * 1024;
/** With so much it is sent, while it still lies in the processor's cache. The rest of the capacity is for a message that is long. */
const enough = 96 * 1024;

/** Messages gathered in one buffer, which travels to the thread and back without being copied. */
export class Batch {
  readonly #buffers = new Buffers();
  #bytes: Buffer<ArrayBuffer> | null = null;
  #view: DataView<ArrayBuffer> | null = null;
  #used = 0;

  /** False when there is no room left: `take` first. */
  add(id: number, message: Traced): boolean {
    if (!this.#bytes || !this.#view) {
      this.#bytes = this.#buffers.take(capacity);
      this.#view = new DataView(this.#bytes.buffer);
      this.#used = 0;
    }
    if (this.#used >= enough || this.#used + mostBytes(message) > capacity) return false;
    this.#used = encode(this.#bytes, this.#view, this.#used, id, message);
    return true;
  }

  /** What was gathered, if anything: the first `used` bytes of a buffer that is nobody else's. */
  take(): Readonly<{ buffer: ArrayBuffer; used: number }> | null {
    if (!this.#bytes || this.#used === 0) return null;
    const taken = { buffer: this.#bytes.buffer, used: this.#used };
    this.#bytes = null;
    this.#view = null;
    this.#used = 0;
    return taken;
  }

  /** The buffer has come back. */
  give(buffer: ArrayBuffer): void {
    this.#buffers.give(Buffer.from(buffer));
  }
}
