import { encode, mostBytes } from './codec.ts';
import type { Traced } from './trace.ts';

const capacity = 512 * 1024;
/** Less than this is copied, so that the large buffer can be filled further. */
const small = 64 * 1024;

/** Messages gathered in one buffer, which travels to the thread without being copied. */
export class Batch {
  #bytes: Buffer<ArrayBuffer> | null = null;
  #view: DataView<ArrayBuffer> | null = null;
  #used = 0;

  /** False when there is no room left: `take` first. */
  add(id: number, message: Traced): boolean {
    if (!this.#bytes || !this.#view) {
      this.#bytes = Buffer.allocUnsafeSlow(capacity);
      this.#view = new DataView(this.#bytes.buffer);
      this.#used = 0;
    }
    if (this.#used + mostBytes(message) > capacity) return false;
    this.#used = encode(this.#bytes, this.#view, this.#used, id, message);
    return true;
  }

  /** What was gathered, if anything, in a buffer of its own. */
  take(): Uint8Array<ArrayBuffer> | null {
    const bytes = this.#bytes;
    if (!bytes || this.#used === 0) return null;
    const taken = bytes.subarray(0, this.#used);
    this.#used = 0;
    if (taken.length <= small) return new Uint8Array(taken);
    this.#bytes = null;
    this.#view = null;
    return taken;
  }
}
