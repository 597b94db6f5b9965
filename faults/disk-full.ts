import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { identityOf } from '../bench/support/messages.ts';
import { stationsOf } from '../bench/support/servers.ts';
import { startDaemon, type TestDaemon } from '../e2e/support/daemon.ts';
import { answerNext, bootedStation, stationIdOf } from '../e2e/support/files.ts';
import { FtpControl } from '../e2e/support/ftp-control.ts';
import { type DiskKind, mountSmallDisk, type SmallDisk } from '../e2e/support/small-disk.ts';
import type { RawStation } from '../e2e/support/stations.ts';
import { seededRandom } from '../simulator/random.ts';
import { Ledger } from './support/ledger.ts';
import { QueueingStation } from './support/queueing-station.ts';

export type DiskFullTask = Readonly<{
  kind: DiskKind;
  stations: number;
  /** How long nothing can be stored. */
  fullMs: number;
  seed: number;
  say(line: string): void;
}>;
export type DiskFullReport = Readonly<{
  acknowledged: number;
  /** Messages that were answered with an error, since they could not be kept. */
  refused: number;
  /** From when there was room again until each station had a message acknowledged, ms. */
  normalAgainMs: number;
  /** What uploads that met the full disk were answered: over FTP, over HTTP, and one that began when it was full. */
  answers: Readonly<{ ftp: number; http: number; late: number }>;
  /** Whether what came of them is marked as partial, in this order: FTP, HTTP. */
  partial: readonly boolean[];
  /** Lost, doubled or wrong messages, and whatever else should not be. */
  problems: readonly string[];
}>;

const diskMegabytes = 96;
const normalWithinMs = 60_000;
const databaseName = 'charge-portal.db';

/**
 * SECURITY R8: the disk is filled to the last byte while stations charge and put logs. What cannot be stored is not acknowledged, uploads
 * are refused and what came of them is marked; the daemon lives, and is as before once there is room. Null: no disk can be mounted here.
 */
export async function fillTheDisk(task: DiskFullTask): Promise<DiskFullReport | null> {
  const disk = mountSmallDisk(diskMegabytes, task.kind);
  if (!disk) return null;
  try {
    return await onDisk(disk, task);
  } finally {
    disk.remove();
  }
}

async function onDisk(disk: SmallDisk, { stations: count, fullMs, seed, say }: DiskFullTask): Promise<DiskFullReport> {
  const data = join(disk.folder, 'data');
  // The last one puts its logs.
  const daemon = await startDaemon({
    data,
    provision: stationsOf(count + 1),
    flags: ['--log-level', 'warn', '--trace-megabytes', '8'],
  });
  const ledger = new Ledger();
  const random = seededRandom(seed);
  const stations = Array.from(
    { length: count },
    (_, number) => new QueueingStation(number, ledger, random.fork(`${number}`), { mayBeRefused: true }),
  );
  try {
    await Promise.all(stations.map((station) => station.comeTo(daemon.addresses.ocpp16)));
    const uploads = await Uploads.begin(daemon, identityOf(count));
    const problems: string[] = [];

    await fillUntil(disk, () => stations.every((station) => station.refusedInARow > 0));
    const atFull = ledger.acknowledged;
    say(`the disk is full: ${atFull} messages acknowledged, none is any more`);
    const answers = await uploads.meetFullDisk();
    for (const until = Date.now() + fullMs; Date.now() < until; await wait(200)) {
      disk.fill();
      // Who only looks is not concerned.
      await daemon.api('sessions.list', { nodeId: null, filters: [], sort: [], limit: 20 });
      await daemon.api('tree.node', { nodeId: uploads.stationId });
    }
    say(`${ledger.acknowledged - atFull} messages found room meanwhile; uploads got ${JSON.stringify(answers)}`);

    disk.release();
    const since = Date.now();
    await until(() => stations.every((station) => station.refusedInARow === 0), normalWithinMs);
    const normalAgainMs = Date.now() - since;
    if (normalAgainMs >= normalWithinMs) problems.push(`not normal again after ${normalWithinMs / 1000} s`);
    say(`normal again after ${normalAgainMs} ms`);
    const partial = await uploads.partialMarks();
    await uploads.comeOff();

    await Promise.all(stations.map((station) => station.end()));
    if ((await daemon.stop()) !== 0) problems.push(`the daemon did not end by itself: ${daemon.output().slice(-1000)}`);
    if (/"level":60/.test(daemon.output())) problems.push(`the daemon lost a part of itself: ${daemon.output().slice(-1000)}`);
    problems.push(...ledger.check(join(data, databaseName)));
    const refused = stations.reduce((sum, station) => sum + station.refused, 0);
    return { acknowledged: ledger.acknowledged, refused, normalAgainMs, answers, partial, problems };
  } finally {
    for (const station of stations) station.close();
    await daemon.stop();
  }
}

/** The database finds room within its own files for a while, and what it gives free is taken again. */
async function fillUntil(disk: SmallDisk, isFull: () => boolean): Promise<void> {
  for (const deadline = Date.now() + normalWithinMs; !isFull(); await wait(50)) {
    if (Date.now() > deadline) throw new Error('the daemon goes on storing on a full disk');
    disk.fill();
  }
}

async function until(isSo: () => boolean, withinMs: number): Promise<void> {
  for (const deadline = Date.now() + withinMs; !isSo() && Date.now() < deadline; ) await wait(10);
}

const part = Buffer.alloc(200_000, 'a line of a log\n');

/** Two logs of one station that are on their way when the disk gets full: one over FTP, one over HTTP. */
class Uploads {
  readonly stationId: string;
  readonly #daemon: TestDaemon;
  readonly #station: RawStation;
  readonly #more = new AbortController();
  readonly #locations: readonly string[];
  readonly #ids: readonly string[];
  readonly #ftp: Promise<number>;
  readonly #http: Promise<number>;

  private constructor(
    daemon: TestDaemon,
    station: RawStation,
    stationId: string,
    asked: readonly Readonly<{ id: string; location: string }>[],
  ) {
    this.#daemon = daemon;
    this.#station = station;
    this.stationId = stationId;
    this.#ids = asked.map(({ id }) => id);
    this.#locations = asked.map(({ location }) => location);
    const [ftp = '', http = ''] = this.#locations;
    this.#ftp = overFtp(ftp, this.#bytes());
    this.#http = overHttp(http, this.#bytes());
  }

  static async begin(daemon: TestDaemon, chargeBoxId: string): Promise<Uploads> {
    const station = await bootedStation(daemon, chargeBoxId);
    const stationId = await stationIdOf(daemon, chargeBoxId);
    const asked: { id: string; location: string }[] = [];
    for (const protocol of ['ftp', 'http'] as const) {
      const [{ id }, request] = await Promise.all([
        daemon.api('diagnostics.request', { stationId, protocol }),
        answerNext(station, 'GetDiagnostics', { fileName: 'log.txt' }),
      ]);
      asked.push({ id, location: String(request.location) });
    }
    const uploads = new Uploads(daemon, station, stationId, asked);
    for (const id of uploads.#ids)
      while ((await daemon.api('diagnostics.get', { transferId: id })).movedBytes === 0) await wait(20);
    return uploads;
  }

  /** They go on now; resolves with what they are answered, and what one is that begins only now. */
  async meetFullDisk(): Promise<{ ftp: number; http: number; late: number }> {
    this.#more.abort();
    const [ftp, http] = await Promise.all([this.#ftp, this.#http]);
    return { ftp, http, late: await overFtp(this.#locations[0] ?? '', Readable.from([part])) };
  }

  /** Whether the file of each is marked as partial, and as large as it is. */
  async partialMarks(): Promise<boolean[]> {
    const marks: boolean[] = [];
    for (const transferId of this.#ids) {
      const marked = async () => {
        const { files } = await this.#daemon.api('diagnostics.get', { transferId });
        return files.some(({ partial, sizeBytes }) => partial && sizeBytes > 0) && files.every(({ partial }) => partial);
      };
      // What could not be noted on the full disk is noted some seconds later.
      for (const deadline = Date.now() + 15_000; !(await marked()) && Date.now() < deadline; ) await wait(100);
      marks.push(await marked());
    }
    return marks;
  }

  /** The same transfer takes the log once there is room. */
  async comeOff(): Promise<void> {
    const code = await overFtp(this.#locations[0] ?? '', Readable.from([part]));
    if (code !== 226) throw new Error(`the log was answered ${code} although there was room`);
    this.#station.socket.terminate();
  }

  async *#bytes(): AsyncGenerator<Buffer> {
    yield part;
    await once(this.#more.signal, 'abort');
    // More than pipes and caches on the way take, and less than a file may have.
    for (let parts = 0; parts < 100; parts++) yield part;
  }
}

/** Puts a log; resolves with the code of the last reply, whatever becomes of the data connection. */
async function overFtp(location: string, bytes: AsyncIterable<Buffer>): Promise<number> {
  const { hostname, username, password } = new URL(location);
  const control = FtpControl.open(location);
  await control.reply();
  for (const line of [`USER ${username}`, `PASS ${password}`, 'TYPE I']) await control.say(line);
  const data = connect(await control.passive(), hostname);
  data.on('error', () => {}); // The reply tells why.
  let reply = await control.say('STOR log.txt');
  if (reply.startsWith('150')) {
    const last = control.reply();
    await Promise.race([last, pipeline(bytes, data).catch(() => {})]);
    reply = await last;
  }
  data.destroy();
  control.socket.destroy();
  return Number(reply.slice(0, 3));
}

/** Puts a log in chunks, and looks at what is answered also while it is still sending. */
async function overHttp(location: string, bytes: AsyncIterable<Buffer>): Promise<number> {
  const { hostname, port, pathname } = new URL(location);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  socket.on('error', () => {}); // What was answered before counts.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`PUT ${pathname}log.txt HTTP/1.1\r\nHost: ${hostname}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  for await (const each of bytes) {
    if (answer !== '' || socket.destroyed) break;
    const isTaken = socket.write(Buffer.concat([Buffer.from(`${each.length.toString(16)}\r\n`), each, Buffer.from('\r\n')]));
    if (!isTaken) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
  }
  if (answer === '' && !socket.destroyed) socket.end('0\r\n\r\n');
  await closed;
  return Number(answer.split(' ', 2)[1]);
}

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: {
      kind: { type: 'string', default: 'file' },
      stations: { type: 'string', default: '40' },
      seconds: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  });
  const report = await fillTheDisk({
    kind: flags.kind === 'memory' ? 'memory' : 'file',
    stations: Number(flags.stations),
    fullMs: Number(flags.seconds) * 1000,
    seed: Number(flags.seed),
    say: console.log,
  });
  if (!report) {
    console.log('R8 not tried: no file system can be mounted here; it takes root on Linux.');
  } else {
    const { acknowledged, refused, normalAgainMs, answers, partial, problems } = report;
    for (const problem of problems.slice(0, 20)) console.log(problem);
    const isKept =
      problems.length === 0 && answers.ftp === 452 && answers.late === 452 && answers.http === 507 && partial.every(Boolean);
    console.log(
      `${isKept ? 'R8 holds' : 'R8 broken'}: disk full for ${flags.seconds} s, ${refused} messages refused and sent again, ` +
        `${acknowledged} acknowledged and ${problems.length} of them lost, doubled or wrong; normal again after ${normalAgainMs} ms; ` +
        `uploads answered ${answers.ftp}, ${answers.late} (FTP) and ${answers.http} (HTTP), marked as partial: ${partial.join(', ')}`,
    );
    process.exitCode = isKept ? 0 : 1;
  }
}
