import type { IncomingMessage } from 'node:http';
import { readBody } from './body.ts';

/** Bodies that are on their way at a time. */
const MOST_COMING = 500;

/**
 * Reads bodies. A station's comes within moments of its head, so when there are too many on their way, they are those of somebody who
 * is slow on purpose: the address that has most of them loses its oldest, and nobody else is kept waiting (SECURITY R7).
 */
export class Arrivals {
  readonly #coming = new Map<string, Set<IncomingMessage>>();
  readonly #most: number;
  #count = 0;

  constructor(most = MOST_COMING) {
    this.#most = most;
  }

  /** As `readBody`; one that is cut off for another rejects like one that broke off. */
  async read(request: IncomingMessage, address: string): Promise<Buffer> {
    if (this.#count >= this.#most) this.#cutOldest();
    const coming = this.#coming.get(address) ?? new Set();
    this.#coming.set(address, coming.add(request));
    this.#count += 1;
    try {
      return await readBody(request);
    } finally {
      this.#forget(address, coming, request);
    }
  }

  #cutOldest(): void {
    const [address, coming] = [...this.#coming].reduce((most, each) => (each[1].size > most[1].size ? each : most));
    const [oldest] = coming;
    if (!oldest) return;
    this.#forget(address, coming, oldest);
    oldest.destroy();
  }

  #forget(address: string, coming: Set<IncomingMessage>, request: IncomingMessage): void {
    if (!coming.delete(request)) return;
    this.#count -= 1;
    if (coming.size === 0 && this.#coming.get(address) === coming) this.#coming.delete(address);
  }
}
