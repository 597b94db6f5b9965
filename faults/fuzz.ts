import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Line } from '../bench/support/line.ts';
import { addressOf, boot, call, identityOf } from '../bench/support/messages.ts';
import { residentBytes, stationsOf } from '../bench/support/servers.ts';
import { startDaemon, type TestDaemon } from '../e2e/support/daemon.ts';
import { type Random, seededRandom } from '../simulator/random.ts';
import { Strangeness } from './support/frames.ts';

export type FuzzTask = Readonly<{ inputs: number; seed: number; say(line: string): void }>;
export type FuzzReport = Readonly<{
  inputs: number;
  problems: readonly string[];
  /** What became of the frames: answered with success, answered with an error, connections that the daemon closed. */
  results: number;
  errors: number;
  closed: number;
  /** Of a good station's heartbeats, ms: alone, and while others misbehave. */
  quietP99Ms: number;
  p99Ms: number;
  slowestMs: number;
  /** Memory of the daemon after a tenth of the inputs, and at the end. */
  earlyBytes: number;
  lateBytes: number;
}>;

const registered = 800;
const atOnce = 8;
/** After so many strange frames a station asks something sensible and wants its answer. */
const betweenQuestions = 20;
const answerWithinMs = 20_000;

/**
 * SECURITY R13: many seeded random and mutated frames over several connections. The daemon must not end, its memory not grow, each
 * connection that stays open must go on being answered, and a good station must not notice.
 */
export async function fuzz({ inputs, seed, say }: FuzzTask): Promise<FuzzReport> {
  await using daemon = await startDaemon({ provision: stationsOf(registered), flags: ['--log-level', 'error'] });
  const problems: string[] = [];
  const random = seededRandom(seed);
  const progress = new Progress(inputs, daemon, say);
  const goodStation = await GoodStation.arrive(daemon.addresses.ocpp16);
  await goodStation.beat(100);
  const quietP99Ms = goodStation.p99Ms;

  const bad = Promise.all(
    Array.from({ length: atOnce }, (_, index) => misbehave(daemon.addresses.ocpp16, random.fork(`${index}`), progress, problems)),
  );
  await Promise.all([bad, goodStation.beatUntil(bad)]);
  goodStation.close();
  problems.push(...(await progress.problemsOf(daemon)));
  return {
    inputs: progress.sent,
    problems,
    results: progress.results,
    errors: progress.errors,
    closed: progress.closed,
    quietP99Ms,
    p99Ms: goodStation.p99Ms,
    slowestMs: goodStation.slowestMs,
    earlyBytes: progress.earlyBytes,
    lateBytes: residentBytes(daemon.pid),
  };
}

/** How many frames were sent, by all together. */
class Progress {
  readonly #inputs: number;
  readonly #daemon: TestDaemon;
  readonly #say: (line: string) => void;
  sent = 0;
  results = 0;
  errors = 0;
  closed = 0;
  #lastIdentity = 0;
  earlyBytes = 0;

  constructor(inputs: number, daemon: TestDaemon, say: (line: string) => void) {
    this.#inputs = inputs;
    this.#daemon = daemon;
    this.#say = say;
  }

  get isOver(): boolean {
    return this.sent >= this.#inputs;
  }

  /** Each connection comes as another station, since one that comes too often is kept out for a while (R7). */
  nextStation(): number {
    this.#lastIdentity = (this.#lastIdentity % (registered - 1)) + 1;
    return this.#lastIdentity;
  }

  count(): void {
    this.sent++;
    if (this.sent % Math.ceil(this.#inputs / 10) !== 0) return;
    const bytes = residentBytes(this.#daemon.pid);
    if (this.earlyBytes === 0) this.earlyBytes = bytes;
    this.#say(`${this.sent} of ${this.#inputs} frames, daemon has ${Math.round(bytes / 1024 / 1024)} MB`);
  }

  noteAnswer(text: string): void {
    if (text.startsWith('[3,')) this.results++;
    else if (text.startsWith('[4,')) this.errors++;
  }

  /** What people see afterwards must still be shown: bad values that were kept must not break a page (A6). */
  async problemsOf({ api, output }: TestDaemon): Promise<string[]> {
    const problems: string[] = [];
    try {
      const { rows } = await api('sessions.list', { nodeId: null, filters: [], sort: [], limit: 100 });
      for (const { id, stationId } of rows.slice(0, 20)) {
        await api('sessions.get', { sessionId: id });
        await api('tree.node', { nodeId: stationId });
      }
    } catch (error) {
      problems.push(`the API fails afterwards: ${error}`);
    }
    // At this level it only logs what someone must act on: defects.
    const [defect] = output()
      .split('\n')
      .filter((line) => line.includes('"level":50') || line.includes('"level":60'));
    if (defect !== undefined) problems.push(`the daemon logged a defect: ${defect.slice(0, 1000)}`);
    return problems;
  }
}

/** Sends strange frames over one connection after the other until enough were sent. */
async function misbehave(url: string, random: Random, progress: Progress, problems: string[]): Promise<void> {
  const strangeness = new Strangeness(random);
  while (!progress.isOver && problems.length < 20) {
    const station = progress.nextStation();
    const guest = new Guest((text) => progress.noteAnswer(text));
    try {
      await guest.enter(`${url}/${identityOf(station)}`, addressOf(station));
    } catch (error) {
      problems.push(`${identityOf(station)} could not connect after ${progress.sent} frames: ${error}`);
      return;
    }
    while (!progress.isOver && guest.isOpen) {
      let frameEnds = false;
      for (let count = 0; count < betweenQuestions && guest.isOpen && !frameEnds; count++) {
        const { bytes, ends } = strangeness.next();
        guest.line?.sendRaw(bytes);
        progress.count();
        frameEnds = ends;
      }
      // Behind a broken frame a question may be taken for the rest of it.
      const outcome = await guest.question('Heartbeat', {}, frameEnds ? 1000 : answerWithinMs);
      if (outcome === 'silence' && !frameEnds)
        problems.push(`${identityOf(station)} got no answer any more after ${progress.sent} frames`);
      if (outcome === 'closed') progress.closed++;
      if (outcome !== 'answer') break;
    }
    guest.line?.drop();
  }
}

/** A station that misbehaves, and now and then asks something sensible. */
class Guest {
  line: Line | null = null;
  isOpen = false;
  #questions = 0;
  #expected = '';
  #settle: ((outcome: 'answer' | 'closed') => void) | null = null;
  readonly #noteAnswer: (text: string) => void;

  constructor(noteAnswer: (text: string) => void = () => undefined) {
    this.#noteAnswer = noteAnswer;
  }

  async enter(url: string, localAddress: string): Promise<void> {
    this.line = await Line.open({
      url,
      localAddress,
      onText: (text) => {
        if (this.#expected !== '' && text.startsWith(this.#expected)) this.#settle?.('answer');
        else this.#noteAnswer(text);
      },
      onClose: () => {
        this.isOpen = false;
        this.#settle?.('closed');
      },
    });
    this.isOpen = true;
    await this.question('BootNotification', boot);
  }

  /** Whether a good message is still answered. */
  async question(
    action = 'Heartbeat',
    payload: unknown = {},
    withinMs = answerWithinMs,
  ): Promise<'answer' | 'closed' | 'silence'> {
    if (!this.isOpen) return 'closed';
    const id = `question-${this.#questions++}`;
    this.#expected = `[3,"${id}"`;
    let late: NodeJS.Timeout | undefined;
    const outcome = await new Promise<'answer' | 'closed' | 'silence'>((resolve) => {
      this.#settle = resolve;
      late = setTimeout(() => resolve('silence'), withinMs);
      this.line?.send(call(id, action, payload));
    });
    clearTimeout(late);
    this.#settle = null;
    return outcome;
  }
}

/** A station that does nothing but its duty, and notes how long its answers take. */
class GoodStation {
  readonly #guest = new Guest();
  #times: number[] = [];

  static async arrive(url: string): Promise<GoodStation> {
    const station = new GoodStation();
    await station.#guest.enter(`${url}/${identityOf(0)}`, addressOf(0));
    return station;
  }

  get p99Ms(): number {
    const sorted = [...this.#times].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
  }

  get slowestMs(): number {
    return Math.max(...this.#times);
  }

  async beat(times: number): Promise<void> {
    this.#times = [];
    for (let count = 0; count < times; count++) await this.#beatOnce();
  }

  async beatUntil(done: Promise<unknown>): Promise<void> {
    this.#times = [];
    let isOver = false;
    void done.finally(() => {
      isOver = true;
    });
    while (!isOver) await this.#beatOnce();
  }

  close(): void {
    this.#guest.line?.drop();
  }

  async #beatOnce(): Promise<void> {
    const since = performance.now();
    const outcome = await this.#guest.question();
    if (outcome !== 'answer') throw new Error(`the good station got ${outcome}`);
    this.#times.push(performance.now() - since);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  });
  const report = await fuzz({ inputs: Number(flags.inputs), seed: Number(flags.seed), say: console.log });
  for (const problem of report.problems) console.log(problem);
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  console.log(
    `${report.inputs} strange frames (seed ${flags.seed}): ${report.problems.length} problems; ${report.results} answered, ` +
      `${report.errors} refused, ${report.closed} connections closed; memory ${megabytes(report.earlyBytes)} MB ` +
      `after a tenth, ${megabytes(report.lateBytes)} MB at the end; a good station's p99 ${report.quietP99Ms.toFixed(1)} ms alone, ` +
      `${report.p99Ms.toFixed(1)} ms meanwhile, slowest ${report.slowestMs.toFixed(0)} ms`,
  );
  process.exitCode = report.problems.length > 0 ? 1 : 0;
}
