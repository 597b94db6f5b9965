import { HandshakeRefused, Line, type LineOptions, type StationLine } from './line.ts';
import type { Random } from './random.ts';
import { SoapLine } from './soap-line.ts';
import type { Timers } from './timers.ts';

export type NetworkRules = Readonly<{
  /** How the n-th connection is made. */
  lineOptions(connection: number): Omit<LineOptions, 'onClose'>;
  firstWaitMs: number;
  onOpen(connection: number): void;
  onLost(code: number): void;
  onRefused(statusCode: number): void;
}>;

/** Whether an address is one of SOAP; the others are WebSockets. */
export const isSoap = (url: string): boolean => /^https?:/i.test(url);

const longestWaitMs = 60_000;
const closeWithinMs = 1000;

/** A station's way to the central system: one line at a time, come back to after a growing wait, lost in various ways. */
export class Network {
  readonly #rules: NetworkRules;
  readonly #timers: Timers;
  readonly #random: Random;
  readonly #hung: StationLine[] = [];
  #line: StationLine | null = null;
  #wantsOnline = false;
  #isClosed = false;
  #connections = 0;
  #failed = 0;
  #cancelReconnect: () => void = () => {};

  constructor(rules: NetworkRules, timers: Timers, random: Random) {
    this.#rules = rules;
    this.#timers = timers;
    this.#random = random;
  }

  /** The line in use, open or opening. */
  get line(): StationLine | null {
    return this.#line;
  }
  get isOpen(): boolean {
    return this.#line?.isOpen === true;
  }

  goOnline(): void {
    if (this.#isClosed || (this.#wantsOnline && this.#line)) return;
    this.#wantsOnline = true;
    this.#connect();
  }

  goOffline(how: 'polite' | 'cut' | 'halfOpen'): void {
    this.#wantsOnline = false;
    this.#cancelReconnect();
    const line = this.#line;
    if (how === 'cut') line?.cut();
    else if (how === 'polite') line?.close();
    else if (line) {
      this.#hung.push(line);
      line.hang();
      this.#leave(1006);
    }
  }

  /** Loses the line and comes back by itself. */
  drop(how: 'cut' | 'halfOpen'): void {
    this.goOffline(how);
    this.#wantsOnline = true;
    if (!this.#line) this.#connectLater();
  }

  /** Opens the next line while this one is still open, then closes the old one, whatever became of the new. */
  connectBeside(): void {
    const first = this.#line;
    if (!first?.isOpen) return;
    const second = this.#connect();
    const closeFirst = () => first.close();
    second.opened.then(closeFirst, closeFirst);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.goOffline('polite');
    for (const line of this.#hung) line.cut();
    const line = this.#line;
    if (!line) return;
    const tooLong = setTimeout(() => line.cut(), closeWithinMs);
    await line.closed;
    clearTimeout(tooLong);
  }

  #connect(): StationLine {
    this.#cancelReconnect();
    const connection = this.#connections;
    this.#connections += 1;
    const options = { ...this.#rules.lineOptions(connection), onClose: (code: number) => this.#lost(line, code) };
    const line: StationLine = isSoap(options.url) ? new SoapLine(options) : new Line(options);
    this.#line = line;
    line.opened.then(
      () => this.#opened(line, connection),
      (error: unknown) => this.#rules.onRefused(error instanceof HandshakeRefused ? error.statusCode : 0),
    );
    return line;
  }

  #opened(line: StationLine, connection: number): void {
    if (this.#line === line) {
      this.#failed = 0;
      this.#rules.onOpen(connection);
    } else line.close();
  }

  #lost(line: StationLine, code: number): void {
    if (this.#line !== line) return;
    this.#leave(code);
    if (this.#wantsOnline) this.#connectLater();
  }

  #leave(code: number): void {
    this.#line = null;
    this.#rules.onLost(code);
  }

  #connectLater(): void {
    if (this.#isClosed) return;
    const waitMs = Math.min(longestWaitMs, this.#rules.firstWaitMs * 2 ** this.#failed) * this.#random.between(0.5, 1.5);
    this.#failed = Math.min(this.#failed + 1, 16);
    this.#cancelReconnect();
    this.#cancelReconnect = this.#timers.afterReal(waitMs, () => void this.#connect());
  }
}
