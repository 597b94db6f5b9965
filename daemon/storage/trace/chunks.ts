const chunkBytes = 2048;
/** Chunks are made so many at a time. */
const atOnce = 512;

/**
 * Memory for many small things that grow and go again, in pieces that are used over and over. A buffer for each would be cheap to make, but
 * memory outside of the heap drives the garbage collector: it took a third of the time of the trace's thread.
 */
export class Chunks {
  readonly #free: Buffer[] = [];

  take(): Buffer {
    return this.#free.pop() ?? this.#make();
  }

  /** Nobody uses them any more. */
  give(chunks: readonly Buffer[]): void {
    for (const chunk of chunks) this.#free.push(chunk);
  }

  #make(): Buffer {
    const memory = Buffer.allocUnsafeSlow(atOnce * chunkBytes);
    for (let i = 1; i < atOnce; i++) this.#free.push(memory.subarray(i * chunkBytes, (i + 1) * chunkBytes));
    return memory.subarray(0, chunkBytes);
  }
}

/** Bytes that grow at their end, in chunks that belong to somebody else. */
export class GrowingBytes {
  readonly #chunks: Chunks;
  readonly #mine: Buffer[] = [];
  length = 0;

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
  }

  add(bytes: Buffer, start: number, end: number): void {
    for (let from = start; from < end; ) {
      const at = this.length % chunkBytes;
      if (at === 0) this.#mine.push(this.#chunks.take());
      const copied = bytes.copy(this.#mine.at(-1) as Buffer, at, from, end); // One was pushed before the first byte.
      from += copied;
      this.length += copied;
    }
  }

  /** All of it, in the given memory, which has to have room. */
  copyTo(target: Buffer): Buffer {
    for (const [index, chunk] of this.#mine.entries()) chunk.copy(target, index * chunkBytes);
    return target.subarray(0, this.length);
  }

  /** Gives the memory back. */
  end(): void {
    this.#chunks.give(this.#mine.splice(0));
    this.length = 0;
  }
}
