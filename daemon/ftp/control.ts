import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { type FtpCommand, Lines } from './lines.ts';
import type { Reply } from './reply.ts';

const strangerMs = 30_000;
const mostQueued = 20;
const graceMs = 100;

/** Who makes sense of the commands. */
type Listener = Readonly<{
  answer(command: FtpCommand): Promise<Reply | null>;
  isTransferring(): boolean;
  breakOff(): void;
}>;

/** The control connection of an FTP client: bytes become commands, done one after the other; replies go back. */
export class Control {
  readonly #listener: Listener;
  #socket: Socket;
  readonly #lines = new Lines();
  readonly #queue: FtpCommand[] = [];
  #isWorking = false;
  #working: Promise<void> = Promise.resolve();
  #hasEnded = false;
  readonly #ended = Promise.withResolvers<void>();
  #isSecure = false;
  #idleMs = strangerMs;

  constructor(socket: Socket, listener: Listener) {
    this.#listener = listener;
    this.#socket = socket;
    this.#listen(socket);
    socket.once('close', () => listener.breakOff());
  }

  get isSecure(): boolean {
    return this.#isSecure;
  }

  get localAddress(): string {
    return this.#socket.localAddress ?? '';
  }

  say(code: number, text: string): void {
    if (this.#socket.writable) this.#socket.write(`${code} ${text}\r\n`);
  }

  /** A reply of several lines (RFC 959 §4.2), but for its last, which follows. */
  sayMany(code: number, title: string, lines: readonly string[]): void {
    if (this.#socket.writable) this.#socket.write(`${code}-${title}\r\n${lines.map((each) => ` ${each}\r\n`).join('')}`);
  }

  /** Somebody known may be quiet for longer. */
  mayIdle(idleMs: number): void {
    this.#idleMs = idleMs;
    this.#socket.setTimeout(idleMs);
  }

  /** Goes on over TLS (RFC 4217 §4), with a client that is a stranger again. */
  secure(secureContext: SecureContext): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('timeout');
    // What came in plain behind AUTH may be anybody's.
    this.#queue.length = 0;
    this.#lines.forget();
    this.say(234, 'Begin.');
    const secure = new TLSSocket(plain, { isServer: true, secureContext });
    this.#socket = secure;
    this.#isSecure = true;
    this.#idleMs = strangerMs;
    this.#listen(secure);
  }

  async goAway(): Promise<void> {
    if (this.#socket.destroyed) return await this.#working;
    const closed = once(this.#socket, 'close');
    this.say(421, 'The server stops.');
    this.#listener.breakOff();
    this.#socket.destroySoon();
    await closed;
    await this.#working;
  }

  /** A client that dies closes both of its connections at once, which alone tells a broken transfer from the end of a file. */
  async isStillThere(): Promise<boolean> {
    if (this.#queue.some(({ word }) => word === 'QUIT')) return true;
    const late = new Promise((resolve) => setTimeout(resolve, graceMs));
    if (!this.#hasEnded) await Promise.race([late, this.#ended.promise]);
    return !this.#hasEnded || this.#queue.some(({ word }) => word === 'QUIT');
  }

  #listen(socket: Socket): void {
    socket.setTimeout(this.#idleMs, () => {
      if (this.#listener.isTransferring()) return;
      this.say(421, 'Nothing was asked for a while.');
      this.#socket.destroySoon();
    });
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    const end = () => {
      this.#hasEnded = true;
      this.#ended.resolve();
    };
    // A client that dies with a reply unread resets its connection, which then closes without an end.
    socket.once('end', end).once('close', end);
    socket.on('error', () => socket.destroy());
  }

  #take(bytes: Buffer): void {
    const commands = this.#lines.take(bytes);
    if (!commands || this.#queue.length + commands.length > mostQueued) {
      this.say(500, 'That is too much.');
      this.#socket.destroySoon();
      return;
    }
    for (const command of commands) {
      if (command.word === 'ABOR' && this.#listener.isTransferring()) this.#listener.breakOff();
      this.#queue.push(command);
    }
    if (!this.#isWorking) this.#working = this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let command = this.#queue.shift(); command && !this.#socket.destroyed; command = this.#queue.shift()) {
      const reply = await this.#listener.answer(command);
      if (reply) this.say(...reply);
      if (command.word === 'QUIT' || (reply && reply[0] === 421)) this.#socket.destroySoon();
    }
    this.#isWorking = false;
  }
}
