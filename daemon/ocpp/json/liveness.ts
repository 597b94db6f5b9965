import { WebSocket } from 'ws';

/** Longest wait for a pong, ms. */
const PONG_TIMEOUT_MS = 30_000;

/** Whether a station is still at the other end: when it was heard, and what to do about silence. Times are those of the hub's coarse clock. */
export class Liveness {
  readonly #socket: WebSocket;
  #heardAt: number;
  #pingedAt = 0;
  #probes: ((alive: boolean) => void)[] = [];

  constructor(socket: WebSocket, now: number) {
    this.#socket = socket;
    this.#heardAt = now;
  }

  heard(now: number): void {
    this.#heardAt = now;
    if (this.#probes.length > 0) for (const answer of this.#probes) answer(true);
  }

  /** Pings a station that was silent for the interval; false when the last ping was not answered in time. 0: never pings. */
  look(now: number, intervalMs: number): boolean {
    if (intervalMs === 0) return true;
    if (this.#pingedAt > this.#heardAt) return now - this.#pingedAt < Math.min(intervalMs, PONG_TIMEOUT_MS);
    if (now - this.#heardAt >= intervalMs) {
      this.#pingedAt = now;
      this.#socket.ping();
    }
    return true;
  }

  /** Whether anything is heard within the time after a ping. */
  probe(timeoutMs: number): Promise<boolean> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve(false);
    return new Promise((resolve) => {
      const answer = (alive: boolean) => {
        clearTimeout(timer);
        this.#probes = this.#probes.filter((probe) => probe !== answer);
        resolve(alive);
      };
      const timer = setTimeout(answer, timeoutMs, false);
      this.#probes.push(answer);
      this.#socket.ping();
    });
  }

  /** The connection is over: whoever still asks gets its answer. */
  end(): void {
    for (const answer of this.#probes) answer(false);
  }
}
