import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { Line } from './line.ts';
import { addressOf, boot, call, identityOf, meterValues } from './messages.ts';

/** The load: a process of its own. Its task comes as the first argument; it tells its parent when it begins and what it saw. */
export type LoadTask = Readonly<{
  url: string;
  stations: number;
  action: 'Heartbeat' | 'MeterValues';
  seconds: number;
  /** The server answers as an OCPP server does; otherwise it only sends back what it got. */
  speaksOcpp: boolean;
}>;
export type LoadReport = Readonly<{
  messages: number;
  seconds: number;
  p50Ms: number;
  p99Ms: number;
  errors: number;
  firstError: string;
}>;
export type FromLoad = Readonly<{ kind: 'measuring' } | { kind: 'done'; report: LoadReport }>;

const warmUpMs = 1500;
const connectAtOnce = 50;

const tell = (message: FromLoad) => process.send?.(message);
const task: LoadTask = JSON.parse(process.argv[2] ?? '{}');

/** A station with one call in flight at any time. */
class LoadStation {
  readonly #number: number;
  #line: Line | null = null;
  #transactionId = 1;
  #sent = 0;
  #sentAt = 0;
  #answered: (text: string) => void = () => undefined;
  readonly #firstAt = Date.now() - 86_400_000;

  constructor(number: number) {
    this.#number = number;
  }

  /** Connects and, where that means something, begins to charge. */
  async begin(): Promise<void> {
    this.#line = await Line.open({
      url: `${task.url}/${identityOf(this.#number)}`,
      localAddress: addressOf(this.#number),
      onText: (text) => (task.speaksOcpp && text.startsWith('[2,') ? this.#refuse(text) : this.#answered(text)),
      onClose: () => measure.noteError(`${identityOf(this.#number)} was disconnected`),
    });
    if (!task.speaksOcpp) return;
    await this.#ask('BootNotification', boot);
    if (task.action !== 'MeterValues') return;
    const start = { connectorId: 1, idTag: 'BENCH', meterStart: 0, timestamp: new Date(this.#firstAt).toISOString() };
    const [, , answer] = JSON.parse(await this.#ask('StartTransaction', start)) as [number, string, { transactionId: number }];
    this.#transactionId = answer.transactionId;
  }

  run(): void {
    this.#answered = (text) => {
      measure.note(performance.now() - this.#sentAt, text);
      this.#next();
    };
    this.#next();
  }

  /** The server asks something of its own accord. */
  #refuse(text: string): void {
    const [, id] = JSON.parse(text) as [number, string]; // What an OCPP server sends.
    this.#line?.send(JSON.stringify([4, id, 'NotSupported', '', {}]));
  }

  #ask(action: string, payload: unknown): Promise<string> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#line?.send(call(`b${this.#sent++}`, action, payload));
    });
  }

  #next(): void {
    const number = this.#sent++;
    const payload =
      task.action === 'Heartbeat' ? {} : meterValues(this.#transactionId, this.#firstAt + number * 1000, number * 3);
    const text = call(number, task.action, payload);
    this.#sentAt = performance.now();
    this.#line?.send(text);
  }
}

/** What was seen since the warm-up. */
const measure = {
  isOn: false,
  times: new Float64Array(4_000_000),
  messages: 0,
  errors: 0,
  firstError: '',
  note(ms: number, text: string): void {
    if (!this.isOn) return;
    if (this.messages < this.times.length) this.times[this.messages] = ms;
    this.messages++;
    if (!text.startsWith(task.speaksOcpp ? '[3,' : '[2,')) this.noteError(text.slice(0, 200));
  },
  noteError(what: string): void {
    this.errors++;
    this.firstError ||= what;
  },
};

const stations = Array.from({ length: task.stations }, (_, index) => new LoadStation(index));
for (let at = 0; at < stations.length; at += connectAtOnce) {
  await Promise.all(stations.slice(at, at + connectAtOnce).map((station) => station.begin()));
}
for (const station of stations) station.run();
await wait(warmUpMs);
measure.isOn = true;
tell({ kind: 'measuring' });
const since = performance.now();
await wait(task.seconds * 1000);
measure.isOn = false;
const seconds = (performance.now() - since) / 1000;
const times = measure.times.subarray(0, Math.min(measure.messages, measure.times.length)).sort();
const quantile = (q: number) => times[Math.min(times.length - 1, Math.floor(times.length * q))] ?? Number.NaN;
tell({
  kind: 'done',
  report: {
    messages: measure.messages,
    seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    errors: measure.errors,
    firstError: measure.firstError,
  },
});
process.exit(0);
