import { parseArgs } from 'node:util';
import { addressOf, identityOf } from '../bench/support/messages.ts';
import { stationsOf } from '../bench/support/servers.ts';
import type { TestDaemon } from '../e2e/support/daemon.ts';
import { type Random, seededRandom } from '../simulator/random.ts';
import { Strangeness } from './support/frames.ts';
import { type Beats, beatsInWords, GoodStation } from './support/good-station.ts';
import { answerWithinMs, Guest } from './support/guest.ts';
import { type Memory, memoryInWords, startWatched, type WatchedDaemon } from './support/heap.ts';

export type FuzzTask = Readonly<{ inputs: number; seed: number; say(line: string): void }>;
export type FuzzReport = Readonly<{
  inputs: number;
  problems: readonly string[];
  /** What became of the frames: answered with success, answered with an error, connections that the daemon closed. */
  results: number;
  errors: number;
  closed: number;
  /** A good station's heartbeats: alone, and while others misbehave. */
  quiet: Beats;
  beside: Beats;
  /** Memory of the daemon after a tenth of the inputs, when all has been used once, and at the end. */
  early: Memory;
  late: Memory;
}>;

const registered = 800;
const atOnce = 8;
/** After so many strange frames a station asks something sensible and wants its answer. */
const betweenQuestions = 20;

/**
 * SECURITY R13: many seeded random and mutated frames over several connections. The daemon must not end, its memory not grow, each
 * connection that stays open must go on being answered, and a good station must not notice.
 */
export async function fuzz({ inputs, seed, say }: FuzzTask): Promise<FuzzReport> {
  const watched = await startWatched({ provision: stationsOf(registered), flags: ['--log-level', 'error'] });
  await using daemon = watched.daemon;
  const problems: string[] = [];
  const random = seededRandom(seed);
  const progress = new Progress(inputs, watched, say);
  const good = await GoodStation.arrive({ url: daemon.addresses.ocpp16, station: 0, transport: 'json' });
  const quiet = await good.beat(100);
  const bad = Promise.all(
    Array.from({ length: atOnce }, (_, index) => misbehave(daemon.addresses.ocpp16, random.fork(`${index}`), progress, problems)),
  );
  const beside = await good.beatUntil(bad, () => progress.look());
  await good.leave();
  problems.push(...(await progress.problemsOf(daemon)));
  const late = await watched.settled();
  return {
    inputs: progress.sent,
    problems,
    results: progress.results,
    errors: progress.errors,
    closed: progress.closed,
    quiet,
    beside,
    early: progress.early ?? late,
    late,
  };
}

/** How many frames were sent, by all together. */
class Progress {
  readonly #inputs: number;
  readonly #watched: WatchedDaemon;
  readonly #say: (line: string) => void;
  sent = 0;
  results = 0;
  errors = 0;
  closed = 0;
  #lastIdentity = 0;
  #tenths = 0;
  early: Memory | null = null;

  constructor(inputs: number, watched: WatchedDaemon, say: (line: string) => void) {
    this.#inputs = inputs;
    this.#watched = watched;
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
  }

  /** Whenever another tenth was sent, there is a reason to look at the memory of the daemon. */
  look(): (() => Promise<void>) | null {
    const tenths = Math.floor((this.sent / this.#inputs) * 10);
    if (tenths === this.#tenths) return null;
    this.#tenths = tenths;
    return () => this.#lookAtMemory();
  }

  async #lookAtMemory(): Promise<void> {
    const memory = await this.#watched.settled();
    this.early ??= memory;
    this.#say(`${this.sent} of ${this.#inputs} frames: ${memoryInWords(memory)}`);
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

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  });
  const report = await fuzz({ inputs: Number(flags.inputs), seed: Number(flags.seed), say: console.log });
  for (const problem of report.problems) console.log(problem);
  console.log(
    `${report.inputs} strange frames (seed ${flags.seed}): ${report.problems.length} problems; ${report.results} answered, ` +
      `${report.errors} refused, ${report.closed} connections closed; after a tenth ${memoryInWords(report.early)}, ` +
      `at the end ${memoryInWords(report.late)}; a good station's heartbeats alone ${beatsInWords(report.quiet)}, meanwhile ${beatsInWords(report.beside)}`,
  );
  process.exitCode = report.problems.length > 0 ? 1 : 0;
}
