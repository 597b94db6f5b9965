import type { Socket } from 'node:net';
import { finished, pipeline } from 'node:stream/promises';
import type { SecureContext } from 'node:tls';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import type { Job } from '../domain/files/job.ts';
import { type Receiver, receive } from '../domain/files/receive.ts';
import { send } from '../domain/files/send.ts';
import { Channel, type PortRange } from './channel.ts';
import type { Control } from './control.ts';
import type { Reply } from './reply.ts';

type TransferOptions = Readonly<{ address: string; context: SecureContext; passivePorts: PortRange }>;

/** What moves over an FTP client's data connections, one at a time. */
export class Transfers {
  readonly #central: Central;
  readonly #control: Control;
  readonly #options: TransferOptions;
  #channel: Channel | null = null;
  #isUnderWay = false;
  /** Whether data connections speak TLS (PROT P). */
  isPrivate = false;

  constructor(central: Central, control: Control, options: TransferOptions) {
    this.#central = central;
    this.#control = control;
    this.#options = options;
  }

  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  breakOff(): void {
    this.#channel?.close();
  }

  /** Opens a port for the next data connection, and says which. */
  async listen(): Promise<number> {
    this.#channel?.close();
    const { passivePorts, address } = this.#options;
    this.#channel = await Channel.open(passivePorts, this.#control.localAddress, address);
    return this.#channel.port;
  }

  /** @param offset null: where the file that came before ends. @param announced bytes that ALLO promised */
  async store(
    job: Job,
    path: string,
    { offset, announced }: Readonly<{ offset: number | null; announced: number | null }>,
  ): Promise<Reply> {
    if (job.way !== 'put') return [550, 'This transfer only fetches.'];
    if (!this.#channel) return [425, 'PASV or EPSV comes first.'];
    const receiver = await receive(this.#central, job, path, offset);
    try {
      return await this.#over((data) => this.#take(receiver, data, announced));
    } finally {
      await receiver.breakOff();
    }
  }

  async #take(receiver: Receiver, data: Socket, announced: number | null): Promise<Reply> {
    let received = 0;
    try {
      // Left open when it is refused: the reply comes before the end of the data connection, which some clients take for the reason.
      for await (const bytes of data.iterator({ destroyOnReturn: false })) {
        received += bytes.length;
        await receiver.write(bytes);
      }
    } catch (error) {
      await receiver.breakOff();
      if (error instanceof DomainError) throw error;
      return [426, 'The data connection broke; what came is kept as partial.'];
    }
    const isWhole = (announced === null || received >= announced) && (await this.#control.isStillThere());
    if (!isWhole) return [426, 'The transfer broke; what came is kept as partial.'];
    await receiver.finish();
    return [226, 'It has arrived.'];
  }

  async retrieve(job: Job, path: string, offset: number): Promise<Reply> {
    if (job.way !== 'fetch') return [550, 'This transfer only puts.'];
    if (!this.#channel) return [425, 'PASV or EPSV comes first.'];
    const sending = await send(this.#central, job, path);
    try {
      if (offset > sending.sizeBytes) throw new DomainError('offsetBeyondEnd');
      return await this.#over(async (data) => {
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

  async list(lines: string): Promise<Reply> {
    return await this.#over(async (data) => {
      data.end(lines);
      await finished(data, { readable: false }).catch(() => {});
      return [226, 'That is all.'];
    });
  }

  /** Runs a transfer over the data connection that was opened before. */
  async #over(move: (data: Socket) => Promise<Reply>): Promise<Reply> {
    const channel = this.#channel;
    if (!channel) return [425, 'PASV or EPSV comes first.'];
    this.#isUnderWay = true;
    try {
      this.#control.say(150, 'Here it goes.');
      const data = await channel.socket(this.isPrivate ? this.#options.context : null).catch(() => null);
      return data ? await move(data) : [425, 'The data connection was not opened.'];
    } finally {
      this.#isUnderWay = false;
      this.#channel = null;
      setImmediate(() => channel.close());
    }
  }
}
