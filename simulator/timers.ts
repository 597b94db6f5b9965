const longestMs = 2_147_483_647;

/** The timers of one station. With a speed of 60, a minute of the station's life takes a second; its clock stays the real one. */
export class Timers {
  readonly speed: number;
  readonly #running = new Set<NodeJS.Timeout>();

  constructor(speed: number) {
    this.speed = speed;
  }

  /** Calls once after a time of the station's life; the function returned cancels it. */
  after(ms: number, act: () => void): () => void {
    return this.afterReal(ms / this.speed, act);
  }

  /** The same in real time: for what the network decides, not the station. */
  afterReal(ms: number, act: () => void): () => void {
    const timer = setTimeout(
      () => {
        this.#running.delete(timer);
        act();
      },
      Math.min(ms, longestMs),
    );
    this.#running.add(timer);
    return () => {
      clearTimeout(timer);
      this.#running.delete(timer);
    };
  }

  close(): void {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
