import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** How long the answers to a station's heartbeats took, ms. */
export type Beats = Readonly<{ count: number; p50Ms: number; p99Ms: number; slowestMs: number }>;
export type GoodStationTask = Readonly<{ url: string; station: number; transport: 'json' | 'soap' }>;

/** What the thread is told, and what it answers: it has come, it rests, or it got something else than an answer. */
export type Order = 'beat' | 'rest' | 'leave';
export type Report = Readonly<{ times: readonly number[]; problem: string | null }>;

/**
 * A station that does nothing but its duty, and notes how long its answers take. It has a thread of its own, so that whoever makes the
 * noise does not keep it from looking at the clock.
 */
export class GoodStation {
  readonly #thread: Worker;

  private constructor(thread: Worker) {
    this.#thread = thread;
  }

  static async arrive(task: GoodStationTask): Promise<GoodStation> {
    const thread = new Worker(new URL('good-station-thread.ts', import.meta.url), { workerData: task });
    await once(thread, 'message');
    return new GoodStation(thread);
  }

  /** So many heartbeats. */
  async beat(times: number): Promise<Beats> {
    const measured: number[] = [];
    while (measured.length < times) measured.push(...(await this.#beatFor(Promise.resolve())));
    return beatsOf(measured);
  }

  /** Heartbeats until something is over. What `between` asks for is done while the station rests. */
  async beatUntil(done: Promise<unknown>, between: () => (() => Promise<void>) | null): Promise<Beats> {
    const measured: number[] = [];
    let isOver = false;
    const over = done.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      measured.push(...(await this.#beatFor(over)));
      await between()?.();
    }
    await over;
    return beatsOf(measured);
  }

  async leave(): Promise<void> {
    this.#order('leave');
    await once(this.#thread, 'exit');
  }

  /** For half a second, or until something is over. */
  async #beatFor(over: Promise<unknown>): Promise<readonly number[]> {
    this.#order('beat');
    await Promise.race([
      wait(500),
      over.then(
        () => wait(50),
        () => {},
      ),
    ]);
    this.#order('rest');
    const [{ times, problem }] = (await once(this.#thread, 'message')) as [Report]; // What the thread sends.
    if (problem !== null) throw new Error(`the good station got ${problem}`);
    return times;
  }

  #order(order: Order): void {
    this.#thread.postMessage(order);
  }
}

function beatsOf(measured: readonly number[]): Beats {
  const sorted = [...measured].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), slowestMs: sorted.at(-1) ?? Number.NaN };
}

export const beatsInWords = ({ count, p50Ms, p99Ms, slowestMs }: Beats): string =>
  `median ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, slowest ${slowestMs.toFixed(0)} ms of ${count}`;
