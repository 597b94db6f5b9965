import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Why a line could not be opened: the server's status, or null when there was none. */
export class LineRefused extends Error {
  readonly status: number | null;

  constructor(status: number | null, message: string) {
    super(message);
    this.name = 'LineRefused';
    this.status = status;
  }
}

export type LineOptions = Readonly<{
  url: string;
  /** The address to come from: each station has its own in reality, and one address has 28,000 ports only. */
  localAddress?: string;
  /** Basic authentication. */
  password?: string;
  /** Each text frame, as the server sent it. */
  onText(text: string): void;
  onClose?(code: number | null): void;
}>;

const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/**
 * A station's end of a WebSocket in the least code and CPU time, so that measuring measures the server; and raw, so that it can also send
 * what no library would. Reads what servers send: unfragmented text, ping, close.
 */
export class Line {
  readonly #socket: Socket;
  readonly #options: LineOptions;
  #rest: Buffer | null = null;
  #closeCode: number | null = null;

  /** Opens a line; rejects with `LineRefused`. */
  static open(options: LineOptions): Promise<Line> {
    const url = new URL(options.url);
    const key = randomBytes(16).toString('base64');
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const identity = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    const authorization =
      options.password === undefined
        ? ''
        : `Authorization: Basic ${Buffer.from(`${identity}:${options.password}`).toString('base64')}\r\n`;
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: url.hostname,
        port: Number(url.port),
        noDelay: true,
        ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
      });
      const fail = (error: Error) => reject(new LineRefused(null, error.message));
      const ended = () => reject(new LineRefused(null, 'closed before the upgrade'));
      let head = '';
      socket.once('error', fail).once('close', ended);
      socket.once('connect', () => {
        socket.write(
          `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${authorization}` +
            `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp1.6\r\n\r\n`,
        );
      });
      socket.on('data', function read(part: Buffer) {
        head += part.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        socket.off('data', read).off('error', fail).off('close', ended);
        const status = Number(head.split(' ', 2)[1]);
        if (status !== 101 || !head.includes(accept)) {
          socket.on('error', () => undefined).destroy();
          return reject(new LineRefused(status, head.split('\r\n', 1)[0] ?? ''));
        }
        resolve(new Line(socket, options, Buffer.from(head.slice(end + 4), 'latin1')));
      });
    });
  }

  private constructor(socket: Socket, options: LineOptions, first: Buffer) {
    this.#socket = socket;
    this.#options = options;
    socket.on('data', (part: Buffer) => this.#read(part));
    socket.on('error', () => undefined); // `close` follows.
    socket.on('close', () => options.onClose?.(this.#closeCode));
    if (first.length > 0) this.#read(first);
  }

  /** Bytes that wait for the server to read them. */
  get pending(): number {
    return this.#socket.writableLength;
  }

  send(text: string): void {
    this.#socket.write(frame(opcode.text, Buffer.from(text)));
  }

  /** Any frame, whole or broken. */
  sendRaw(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Ends like a station whose power fails: no close frame. */
  drop(): void {
    this.#socket.resetAndDestroy();
  }

  close(): void {
    this.#socket.end(frame(opcode.close, Buffer.from([3, 232])));
  }

  #read(part: Buffer): void {
    let bytes = this.#rest ? Buffer.concat([this.#rest, part]) : part;
    this.#rest = null;
    for (;;) {
      const [start, length] = extent(bytes);
      if (bytes.length < start + length) break;
      this.#take((bytes[0] ?? 0) & 15, bytes.subarray(start, start + length));
      bytes = bytes.subarray(start + length);
    }
    if (bytes.length > 0) this.#rest = bytes;
  }

  #take(kind: number, payload: Buffer): void {
    if (kind === opcode.text) this.#options.onText(payload.toString());
    else if (kind === opcode.ping) this.#socket.write(frame(opcode.pong, payload));
    else if (kind === opcode.close) {
      this.#closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : null;
      this.#socket.end(frame(opcode.close, payload));
    }
  }
}

/** Where the payload of the first frame begins and how long it is; infinitely long while the head is not complete. */
function extent(bytes: Buffer): [start: number, length: number] {
  const short = (bytes[1] ?? 0) & 127;
  if (bytes.length < 2 || (short === 126 && bytes.length < 4) || (short === 127 && bytes.length < 10))
    return [2, Number.POSITIVE_INFINITY];
  if (short === 126) return [4, bytes.readUInt16BE(2)];
  if (short === 127) return [10, Number(bytes.readBigUInt64BE(2))];
  return [2, short];
}

/** A whole frame as clients send it. The mask is zero, which the standard allows and which costs no time. */
export function frame(kind: number, payload: Buffer, fin = true): Buffer {
  const size = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
  const start = 6 + size;
  const bytes = Buffer.alloc(start + payload.length);
  bytes[0] = (fin ? 128 : 0) | kind;
  if (size === 0) bytes[1] = 128 | payload.length;
  else if (size === 2) {
    bytes[1] = 254;
    bytes.writeUInt16BE(payload.length, 2);
  } else {
    bytes[1] = 255;
    bytes.writeBigUInt64BE(BigInt(payload.length), 2);
  }
  payload.copy(bytes, start);
  return bytes;
}
