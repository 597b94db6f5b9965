import { connect, type Socket } from 'node:net';
import { expect } from 'vitest';

/** A control connection by hand: lines out, replies in. */
export class FtpControl {
  readonly socket: Socket;
  #text = '';
  #wake: () => void = () => {};
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      this.#text += part;
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** @param from the loopback address to come from: limits count by address */
  static open(ftp: string, from?: string): FtpControl {
    const { hostname, port } = new URL(ftp);
    return new FtpControl(connect({ host: hostname, port: Number(port), ...(from && { localAddress: from }) }));
  }

  /** The last line of the next reply; empty when the connection is over. */
  async reply(): Promise<string> {
    for (;;) {
      const found = /^(?:.*\r\n)*?(\d{3} .*)\r\n/.exec(this.#text);
      if (found) {
        this.#text = this.#text.slice(found[0].length);
        return found[1] ?? '';
      }
      if (this.#ended) return '';
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async say(line: string): Promise<string> {
    this.socket.write(`${line}\r\n`);
    return await this.reply();
  }

  async signIn(location: string): Promise<void> {
    const { username, password } = new URL(location);
    expect(await this.reply()).toMatch(/^220/);
    expect(await this.say(`USER ${username}`)).toMatch(/^331/);
    expect(await this.say(`PASS ${password}`)).toMatch(/^230/);
    await this.say('TYPE I');
  }

  async passive(): Promise<number> {
    const [, port = ''] = /\|\|\|(\d+)\|/.exec(await this.say('EPSV')) ?? [];
    return Number(port);
  }
}
