import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { isOpen, type Job, openJob } from '../domain/files/job.ts';
import { fileNameOf } from '../domain/files/names.ts';
import { renameReceived } from '../domain/files/rename.ts';
import { visibleFiles } from '../domain/files/visible.ts';
import type { PortRange } from './channel.ts';
import { Control } from './control.ts';
import { folderOf } from './folders.ts';
import type { FtpCommand } from './lines.ts';
import { factLine, ftpTime, type Listed, listLine } from './listing.ts';
import { type Reply, refused } from './reply.ts';
import { Transfers } from './transfers.ts';

export type SessionOptions = Readonly<{
  /** The client's address. */
  address: string;
  context: SecureContext;
  passivePorts: PortRange;
  passiveAddress: string | null;
}>;

const idleMs = 300_000;
const mostFolders = 20;
const mostRefusals = 5;

type Handler = (rest: string) => Reply | null | Promise<Reply | null>;

/** What the commands were called in RFC 775; old clients begin with these. */
const oldWords: ReadonlyMap<string, string> = new Map([
  ['XCUP', 'CDUP'],
  ['XCWD', 'CWD'],
  ['XMKD', 'MKD'],
  ['XPWD', 'PWD'],
  ['XRMD', 'RMD'],
]);

/** One client of the FTP server: who it is, where it stands, and what each of its commands means. */
export class FtpSession {
  readonly #central: Central;
  readonly #options: SessionOptions;
  readonly #control: Control;
  readonly #transfers: Transfers;
  #user = '';
  #job: Job | null = null;
  #refusals = 0;
  #folder = '/';
  readonly #folders = new Set(['/']);
  #offset = 0;
  #announced: number | null = null;
  #renamed: string | null = null;

  constructor(central: Central, socket: Socket, options: SessionOptions) {
    this.#central = central;
    this.#options = options;
    this.#control = new Control(socket, {
      answer: (command) => this.#answer(command),
      isTransferring: () => this.#transfers.isUnderWay,
      breakOff: () => this.#transfers.breakOff(),
    });
    this.#transfers = new Transfers(central, this.#control, options);
    this.#control.say(220, 'Charge Portal: files of charging stations.');
  }

  /** Breaks off what is under way, keeps what came, and closes. */
  async goAway(): Promise<void> {
    await this.#control.goAway();
  }

  async #answer({ word: said, rest }: FtpCommand): Promise<Reply | null> {
    const word = oldWords.get(said) ?? said;
    const open = Object.hasOwn(this.#open, word) ? this.#open[word] : undefined;
    const known = open ?? (Object.hasOwn(this.#members, word) ? this.#members[word] : undefined);
    if (!known) return [502, 'That command is not known here.'];
    if (!open && !this.#job) return [530, 'Sign in with USER and PASS.'];
    try {
      return await known(rest);
    } catch (error) {
      if (error instanceof DomainError) return refused(error);
      this.#central.log.error({ err: error, command: word }, 'FTP command failed');
      return [451, 'The server has failed.'];
    }
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
    PBSZ: () => (this.#control.isSecure ? [200, 'PBSZ=0'] : [503, 'AUTH TLS comes first.']),
    PROT: (rest) => {
      if (!this.#control.isSecure) return [503, 'AUTH TLS comes first.'];
      const level = rest.trim().toUpperCase();
      if (level !== 'P' && level !== 'C') return [536, 'P or C.'];
      this.#transfers.isPrivate = level === 'P';
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
      this.#control.sayMany(211, 'Features:', features);
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
    RETR: (rest) => this.#transfers.retrieve(this.#needJob(), rest, this.#takeOffset()),
    SIZE: async (rest) => {
      const file = await this.#find(rest);
      return file ? [213, String(file.sizeBytes)] : [550, 'There is no such file.'];
    },
    MDTM: async (rest) => {
      const file = await this.#find(rest);
      return file ? [213, ftpTime(file.changedAt)] : [550, 'There is no such file.'];
    },
    LIST: (rest) => this.#list(rest, listLine),
    NLST: (rest) => this.#list(rest, ({ name }) => name),
    MLSD: () => this.#list('', factLine),
    MLST: async (rest) => {
      const file = await this.#find(rest);
      if (!file && !this.#isFolder(rest)) return [550, 'There is no such file.'];
      this.#control.sayMany(250, 'Facts:', [file ? factLine(file) : `type=dir; ${folderOf(this.#folder, rest)}`]);
      return [250, 'End'];
    },
    STAT: () => [211, 'All is well.'],
    DELE: () => [550, 'Nothing is removed here.'],
    RMD: () => [550, 'Nothing is removed here.'],
    RNFR: async (rest) => {
      const isThere = this.#needJob().way === 'put' && (await this.#find(rest)) !== undefined;
      this.#renamed = isThere ? rest : null;
      return isThere ? [350, 'And the new name?'] : [550, 'There is no such file.'];
    },
    RNTO: async (rest) => {
      const from = this.#renamed;
      this.#renamed = null;
      if (from === null) return [503, 'RNFR comes first.'];
      await renameReceived(this.#central, this.#needJob(), from, rest);
      return [250, 'It is called so now.'];
    },
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
    this.#control.mayIdle(idleMs);
    if (!this.#control.isSecure)
      this.#central.log.info({ station: this.#job.station.chargeBoxId, address }, 'files over plain FTP');
    return [230, 'Welcome.'];
  }

  #secure(rest: string): Reply | null {
    if (this.#control.isSecure) return [503, 'TLS is on already.'];
    if (!/^(TLS|TLS-C|SSL)$/i.test(rest.trim())) return [504, 'TLS only.'];
    this.#job = null;
    this.#control.secure(this.#options.context);
    return null;
  }

  async #passive(): Promise<Reply> {
    const port = await this.#transfers.listen();
    const host = this.#options.passiveAddress ?? this.#control.localAddress.replace(/^::ffff:/, '');
    if (host.includes(':')) return [425, 'Use EPSV over IPv6.'];
    return [227, `Entering Passive Mode (${host.replaceAll('.', ',')},${port >> 8},${port & 255}).`];
  }

  async #extendedPassive(rest: string): Promise<Reply> {
    if (/^all$/i.test(rest)) return [200, 'Well.'];
    return [229, `Entering Extended Passive Mode (|||${await this.#transfers.listen()}|)`];
  }

  #enter(path: string): Reply {
    if (!this.#isFolder(path)) return [550, 'There is no such folder.'];
    this.#folder = folderOf(this.#folder, path) ?? '/';
    return [250, 'Well.'];
  }

  #isFolder(path: string): boolean {
    const folder = folderOf(this.#folder, path);
    return folder !== null && this.#folders.has(folder);
  }

  #takeOffset(): number {
    const offset = this.#offset;
    this.#offset = 0;
    return offset;
  }

  #needJob(): Job {
    if (!this.#job || !isOpen(this.#central, this.#job.transfer)) throw new DomainError('transferRefused');
    return this.#job;
  }

  async #find(path: string): Promise<Listed | undefined> {
    const name = fileNameOf(path);
    return (await visibleFiles(this.#central, this.#needJob())).findLast((file) => file.name === name);
  }

  async #store(path: string, offset: number | null): Promise<Reply> {
    const announced = this.#announced;
    this.#announced = null;
    return await this.#transfers.store(this.#needJob(), path, { offset, announced });
  }

  /** All files, or the one that is meant; patterns mean all. */
  async #list(rest: string, line: (file: Listed) => string): Promise<Reply> {
    const path = rest.replace(/^(-\S*\s*)+/, '');
    const isAll = this.#isFolder(path) || /[*?]/.test(path);
    const visible = await visibleFiles(this.#central, this.#needJob());
    const listed = visible.filter(({ name }) => isAll || name === fileNameOf(path));
    return await this.#transfers.list(listed.map((file) => `${line(file)}\r\n`).join(''));
  }
}
