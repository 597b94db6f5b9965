import { setTimeout as wait } from 'node:timers/promises';

/** Ahead of its time by less than this nobody waits: timers are no finer. */
const slackMs = 5;

/**
 * What the file transfers of all stations move together, held to a rate (SECURITY A14). Whoever asks next waits behind those that
 * asked before, piece by piece, so that transfers share it.
 */
export class Pace {
  readonly #bytesPerMs: number;
  #freeAt = 0;

  /** 0: no rate. */
  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Resolves when so many bytes may move. */
  async take(bytes: number): Promise<void> {
    if (this.#bytesPerMs === 0) return;
    const now = performance.now();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + bytes / this.#bytesPerMs;
    if (at - now > slackMs) await wait(at - now);
  }
}
