import { once } from 'node:events';
import type { Socket } from 'node:net';
import { finished, pipeline } from 'node:stream/promises';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { type Job, openJob } from '../domain/files/job.ts';
import { fileNameOf } from '../domain/files/names.ts';
import { receive } from '../domain/files/receive.ts';
import { send } from '../domain/files/send.ts';
import { visibleFiles } from '../domain/files/visible.ts';
import { Channel, type PortRange } from './channel.ts';
import { folderOf } from './folders.ts';
import { type FtpCommand, Lines } from './lines.ts';
import { factLine, ftpTime, type Listed, listLine } from './listing.ts';

export type SessionOptions = Readonly<{
  /** The client's address. */
  address: string;
  context: SecureContext;
  passivePorts: PortRange;
  passiveAddress: string | null;
}>;

const strangerMs = 30_000;
const idleMs = 300_000;
const mostQueued = 20;
const mostFolders = 20;
const mostRefusals = 5;
const graceMs = 100;

/** How refusals of the domain look to a client (RFC 959 §4.2). What is not here answers 550. */
const replyOf: Partial<Record<ErrorCode, number>> = {
  transferRefused: 530,
  signInLocked: 421,
  stationBusy: 450,
  diskFull: 452,
  fileTooLarge: 552,
  stationQuotaFull: 552,
  fileNameRefused: 553,
  offsetBeyondEnd: 554,
};

type Reply = readonly [code: number, text: string];
type Handler = (rest: string) => Reply | Promise<Reply | null>;

/** One client of the FTP server: its control connection and, at times, one data connection. Commands are done one after the other. */
export class FtpSession {
  readonly #central: Central;
  readonly #options: SessionOptions;
  #socket: Socket;
  readonly #lines = new Lines();
  readonly #queue: FtpCommand[] = [];
  #isWorking = false;
  #working: Promise<void> = Promise.resolve();
  #hasEnded = false;
  #isSecure = false;
  #protectsData = false;
  #user = '';
  #job: Job | null = null;
  #refusals = 0;
  #folder = '/';
  readonly #folders = new Set(['/']);
  #channel: Channel | null = null;
  #isTransferring = false;
  #offset = 0;
  #announced: number | null = null;

  constructor(central: Central, socket: Socket, options: SessionOptions) {
    this.#central = central;
    this.#options = options;
    this.#socket = socket;
    this.#listen(socket);
    socket.once('close', () => this.#channel?.close());
    this.#say(220, 'Charge Portal: files of charging stations.');
  }

  /** Breaks off what is under way, keeps what came, and closes. */
  async goAway(): Promise<void> {
    if (this.#socket.destroyed) return await this.#working;
    const closed = once(this.#socket, 'close');
    this.#say(421, 'The server stops.');
    this.#channel?.close();
    this.#socket.destroySoon();
    await closed;
    await this.#working;
  }

  #listen(socket: Socket): void {
    socket.setTimeout(this.#job ? idleMs : strangerMs, () => {
      if (this.#isTransferring) return;
      this.#say(421, 'Nothing was asked for a while.');
      this.#socket.destroySoon();
    });
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    socket.on('end', () => {
      this.#hasEnded = true;
    });
    socket.on('error', () => socket.destroy());
  }

  #take(bytes: Buffer): void {
    const commands = this.#lines.take(bytes);
    if (!commands || this.#queue.length + commands.length > mostQueued) {
      this.#say(500, 'That is too much.');
      this.#socket.destroySoon();
      return;
    }
    for (const command of commands) {
      if (command.word === 'ABOR' && this.#isTransferring) this.#channel?.close();
      this.#queue.push(command);
    }
    if (!this.#isWorking) this.#working = this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let command = this.#queue.shift(); command && !this.#socket.destroyed; command = this.#queue.shift()) {
      const reply = await this.#answer(command);
      if (reply) this.#say(...reply);
      if (command.word === 'QUIT' || (reply && reply[0] === 421)) this.#socket.destroySoon();
    }
    this.#isWorking = false;
  }

  async #answer({ word, rest }: FtpCommand): Promise<Reply | null> {
    const open = Object.hasOwn(this.#open, word) ? this.#open[word] : undefined;
    const known = open ?? (Object.hasOwn(this.#members, word) ? this.#members[word] : undefined);
    if (!known) return [502, 'That command is not known here.'];
    if (!open && !this.#job) return [530, 'Sign in with USER and PASS.'];
    try {
      return await known(rest);
    } catch (error) {
      if (error instanceof DomainError) return [replyOf[error.code] ?? 550, reasonOf(error)];
      this.#central.log.error({ err: error, command: word }, 'FTP command failed');
      return [451, 'The server has failed.'];
    }
  }

  #say(code: number, text: string): void {
    if (this.#socket.writable) this.#socket.write(`${code} ${text}\r\n`);
  }

  /** What everybody may say. */
  readonly #open: Readonly<Record<string, Handler>> = {
    USER: (rest) => {
      this.#user = rest;
      this.#job = null;
      return [331, 'And the password?'];
    },
    PASS: (rest) => this.#signIn(rest),
    AUTH: (rest) => this.#secure(rest),
    PBSZ: () => (this.#isSecure ? [200, 'PBSZ=0'] : [503, 'AUTH TLS comes first.']),
    PROT: (rest) => {
      if (!this.#isSecure) return [503, 'AUTH TLS comes first.'];
      const level = rest.trim().toUpperCase();
      if (level !== 'P' && level !== 'C') return [536, 'P or C.'];
      this.#protectsData = level === 'P';
      return [200, `Data connections are ${level === 'P' ? 'private' : 'clear'}.`];
    },
    SYST: () => [215, 'UNIX Type: L8'],
    FEAT: () => {
      const features = [
        'AUTH TLS',
        'PBSZ',
        'PROT',
        'EPSV',
        'PASV',
        'SIZE',
        'MDTM',
        'REST STREAM',
        'MLST type*;size*;modify*;',
        'UTF8',
      ];
      if (this.#socket.writable) this.#socket.write(`211-Features:\r\n${features.map((each) => ` ${each}\r\n`).join('')}`);
      return [211, 'End'];
    },
    OPTS: (rest) => (/^(utf8 on|mlst)/i.test(rest) ? [200, 'Well.'] : [501, 'No such option.']),
    CLNT: () => [200, 'Well.'],
    HELP: () => [214, 'A user and password of a transfer are needed; the central system gives them to the station.'],
    NOOP: () => [200, 'Well.'],
    QUIT: () => [221, 'Goodbye.'],
  };

  /** What needs a transfer that is open. */
  readonly #members: Readonly<Record<string, Handler>> = {
    ACCT: () => [202, 'Not needed.'],
    ALLO: (rest) => {
      const bytes = Number.parseInt(rest, 10);
      this.#announced = Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
      const isTooMuch = (this.#announced ?? 0) > this.#central.settings.files.maxFileBytes;
      return isTooMuch ? [552, 'That is more than a file may have.'] : [200, 'Well.'];
    },
    PWD: () => [257, `"${this.#folder}"`],
    CWD: (rest) => this.#enter(rest),
    CDUP: () => this.#enter('..'),
    MKD: (rest) => {
      const folder = folderOf(this.#folder, rest);
      if (folder === null || this.#job?.way !== 'put' || this.#folders.size > mostFolders)
        return [550, 'No folder is made here.'];
      this.#folders.add(folder);
      return [257, `"${folder.replaceAll('"', '""')}"`];
    },
    TYPE: (rest) => (/^[AIL]/i.test(rest) ? [200, 'Bytes are moved as they are.'] : [504, 'A or I.']),
    MODE: (rest) => (/^s$/i.test(rest) ? [200, 'Stream.'] : [504, 'S only.']),
    STRU: (rest) => (/^f$/i.test(rest) ? [200, 'File.'] : [504, 'F only.']),
    PORT: () => [500, 'Passive mode only: the server calls nobody.'],
    EPRT: () => [500, 'Passive mode only: the server calls nobody.'],
    PASV: () => this.#passive(),
    EPSV: (rest) => this.#extendedPassive(rest),
    REST: (rest) => {
      const offset = Number(rest);
      if (!/^\d+$/.test(rest) || !Number.isSafeInteger(offset)) return [501, 'A number of bytes.'];
      this.#offset = offset;
      return [350, `The next transfer begins at ${offset}.`];
    },
    STOR: (rest) => this.#store(rest, this.#takeOffset()),
    STOU: () => this.#store('file', 0),
    APPE: (rest) => this.#store(rest, null),
    RETR: (rest) => this.#retrieve(rest, this.#takeOffset()),
    SIZE: async (rest) => {
      const file = await this.#find(rest);
      return file ? [213, String(file.sizeBytes)] : [550, 'There is no such file.'];
    },
    MDTM: async (rest) => {
      const file = await this.#find(rest);
      return file ? [213, ftpTime(file.changedAt)] : [550, 'There is no such file.'];
    },
    LIST: () => this.#list(listLine),
    NLST: () => this.#list(({ name }) => name),
    MLSD: () => this.#list(factLine),
    STAT: () => [211, 'All is well.'],
    DELE: () => [550, 'Nothing is removed here.'],
    RMD: () => [550, 'Nothing is removed here.'],
    RNFR: () => [550, 'Nothing is renamed here.'],
    SITE: () => [502, 'There are no such commands.'],
    ABOR: () => [226, 'Nothing is under way.'],
  };

  async #signIn(password: string): Promise<Reply> {
    const { address } = this.#options;
    try {
      this.#job = await openJob(this.#central, this.#user, password, address);
    } catch (error) {
      this.#refusals++;
      this.#central.log.info({ address, code: error instanceof DomainError ? error.code : 'internal' }, 'FTP sign-in refused');
      if (this.#refusals >= mostRefusals) return [421, 'Too many wrong passwords.'];
      throw error;
    }
    this.#socket.setTimeout(idleMs);
    if (!this.#isSecure) this.#central.log.info({ station: this.#job.station.chargeBoxId, address }, 'files over plain FTP');
    return [230, 'Welcome.'];
  }

  async #secure(rest: string): Promise<Reply | null> {
    if (this.#isSecure) return [503, 'TLS is on already.'];
    if (!/^(TLS|TLS-C|SSL)$/i.test(rest.trim())) return [504, 'TLS only.'];
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('timeout');
    // What came in plain behind AUTH may be anybody's.
    this.#queue.length = 0;
    this.#lines.forget();
    this.#say(234, 'Begin.');
    const secure = new TLSSocket(plain, { isServer: true, secureContext: this.#options.context });
    this.#socket = secure;
    this.#isSecure = true;
    this.#job = null;
    this.#listen(secure);
    return null;
  }

  async #passive(): Promise<Reply> {
    const port = await this.#openChannel();
    const host = this.#options.passiveAddress ?? this.#socket.localAddress?.replace(/^::ffff:/, '') ?? '';
    if (host.includes(':')) return [425, 'Use EPSV over IPv6.'];
    return [227, `Entering Passive Mode (${host.replaceAll('.', ',')},${port >> 8},${port & 255}).`];
  }

  async #extendedPassive(rest: string): Promise<Reply> {
    if (/^all$/i.test(rest)) return [200, 'Well.'];
    return [229, `Entering Extended Passive Mode (|||${await this.#openChannel()}|)`];
  }

  async #openChannel(): Promise<number> {
    this.#channel?.close();
    const { passivePorts, address } = this.#options;
    this.#channel = await Channel.open(passivePorts, this.#socket.localAddress ?? '', address);
    return this.#channel.port;
  }

  #enter(path: string): Reply {
    const folder = folderOf(this.#folder, path);
    if (folder === null || !this.#folders.has(folder)) return [550, 'There is no such folder.'];
    this.#folder = folder;
    return [250, 'Well.'];
  }

  #takeOffset(): number {
    const offset = this.#offset;
    this.#offset = 0;
    return offset;
  }

  #needJob(): Job {
    if (!this.#job || this.#central.clock.now() >= this.#job.endsAt) throw new DomainError('transferRefused');
    return this.#job;
  }

  async #find(path: string): Promise<Listed | undefined> {
    const name = fileNameOf(path);
    return (await visibleFiles(this.#central, this.#needJob())).findLast((file) => file.name === name);
  }

  /** Runs a transfer over the data connection that was opened before. */
  async #overData(move: (data: Socket) => Promise<Reply>): Promise<Reply> {
    const channel = this.#channel;
    if (!channel) return [425, 'PASV or EPSV comes first.'];
    this.#isTransferring = true;
    try {
      this.#say(150, 'Here it goes.');
      const data = await channel.socket(this.#protectsData ? this.#options.context : null).catch(() => null);
      return data ? await move(data) : [425, 'The data connection was not opened.'];
    } finally {
      this.#isTransferring = false;
      channel.close();
      this.#channel = null;
    }
  }

  async #store(path: string, offset: number | null): Promise<Reply> {
    const job = this.#needJob();
    if (job.way !== 'put') return [550, 'This transfer only fetches.'];
    if (!this.#channel) return [425, 'PASV or EPSV comes first.'];
    const announced = this.#announced;
    this.#announced = null;
    const receiver = await receive(this.#central, job, path, offset);
    let received = 0;
    let isWhole = false;
    try {
      return await this.#overData(async (data) => {
        try {
          for await (const bytes of data) {
            received += bytes.length;
            await receiver.write(bytes);
          }
        } catch (error) {
          if (error instanceof DomainError) throw error;
          return [426, 'The data connection broke; what came is kept as partial.'];
        }
        isWhole = (announced === null || received >= announced) && (await this.#isStillThere());
        if (!isWhole) return [426, 'The transfer broke; what came is kept as partial.'];
        await receiver.finish();
        return [226, 'It has arrived.'];
      });
    } finally {
      if (!isWhole) await receiver.breakOff();
    }
  }

  /** A client that dies closes both of its connections at once, which alone tells a broken transfer from the end of a file. */
  async #isStillThere(): Promise<boolean> {
    if (this.#queue.some(({ word }) => word === 'QUIT')) return true;
    const gone = new AbortController();
    const late = new Promise((resolve) => setTimeout(resolve, graceMs));
    const ended = once(this.#socket, 'end', { signal: gone.signal }).catch(() => {});
    if (!this.#hasEnded) await Promise.race([late, ended]);
    gone.abort();
    return !this.#hasEnded || this.#queue.some(({ word }) => word === 'QUIT');
  }

  async #retrieve(path: string, offset: number): Promise<Reply> {
    const job = this.#needJob();
    if (job.way !== 'fetch') return [550, 'This transfer only puts.'];
    if (!this.#channel) return [425, 'PASV or EPSV comes first.'];
    const sending = await send(this.#central, job, path);
    try {
      if (offset > sending.sizeBytes) throw new DomainError('offsetBeyondEnd');
      return await this.#overData(async (data) => {
        try {
          await pipeline(sending.read(offset, sending.sizeBytes), data);
        } catch {
          return [426, 'The data connection broke.'];
        }
        await sending.done(sending.sizeBytes);
        return [226, 'It has been sent.'];
      });
    } finally {
      await sending.close();
    }
  }

  async #list(line: (file: Listed) => string): Promise<Reply> {
    const listed = await visibleFiles(this.#central, this.#needJob());
    return await this.#overData(async (data) => {
      data.end(listed.map((file) => `${line(file)}\r\n`).join(''));
      await finished(data, { readable: false }).catch(() => {});
      return [226, 'That is all.'];
    });
  }
}

/** The refusal for people who read the log of their station. */
function reasonOf({ code, facts }: DomainError): string {
  const more = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return more.length === 0 ? code : `${code} (${more.join(', ')})`;
}
