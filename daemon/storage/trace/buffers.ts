const smallest = 1024;
const mostKept = 8 * 1024 * 1024;

/**
 * Buffers to be used again. Making a new one for each purpose is cheap in itself, but memory outside of the heap drives the garbage
 * collector: it was most of what the trace cost.
 */
export class Buffers {
  readonly #free = new Map<number, Buffer<ArrayBuffer>[]>();
  #kept = 0;

  /** A buffer with room for so many bytes, with whatever was in it. */
  take(bytes: number): Buffer<ArrayBuffer> {
    const size = Math.max(smallest, 2 ** Math.ceil(Math.log2(bytes)));
    const free = this.#free.get(size)?.pop();
    if (free) this.#kept -= size;
    return free ?? Buffer.allocUnsafeSlow(size);
  }

  /** Nobody uses it any more. */
  give(buffer: Buffer<ArrayBuffer>): void {
    if (this.#kept + buffer.length > mostKept) return;
    this.#kept += buffer.length;
    const free = this.#free.get(buffer.length);
    if (free) free.push(buffer);
    else this.#free.set(buffer.length, [buffer]);
  }
}
