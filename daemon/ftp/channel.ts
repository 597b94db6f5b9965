import { createServer, type Server, type Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/** Ports for data connections; null: any that is free. */
export type PortRange = Readonly<{ first: number; last: number }> | null;

/** The peer's address; IPv4 within IPv6 is written as IPv4. */
export const plainAddress = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '');

const patienceMs = 30_000;
const stalledMs = 60_000;

/**
 * One data connection that a client was told of. It takes the first connection from the client's own address and nobody else's
 * (SECURITY A12), within half a minute.
 */
export class Channel {
  readonly port: number;
  readonly #server: Server;
  readonly #accepted: Promise<Socket>;
  #socket: Socket | null = null;

  private constructor(server: Server, port: number, peer: string) {
    this.#server = server;
    this.port = port;
    this.#accepted = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('nobody came')), patienceMs);
      server.on('connection', (socket) => {
        socket.on('error', () => {});
        if (this.#socket || plainAddress(socket.remoteAddress) !== peer) return void socket.destroy();
        this.#socket = socket;
        socket.setTimeout(stalledMs, () => socket.destroy(new Error('stalled')));
        server.close();
        clearTimeout(late);
        resolve(socket);
      });
      server.on('close', () => {
        clearTimeout(late);
        reject(new Error('closed'));
      });
    });
    this.#accepted.catch(() => server.close());
  }

  /** Opens a port for the client at `peer`, on the address that it came to. */
  static async open(range: PortRange, host: string, peer: string): Promise<Channel> {
    const ports = range ? range.last - range.first + 1 : 1;
    const begin = Math.floor(Math.random() * ports);
    for (let tries = 0; tries < ports; tries++) {
      const server = createServer({ allowHalfOpen: false });
      const port = await listen(server, range ? range.first + ((begin + tries) % ports) : 0, host);
      if (port !== null) return new Channel(server, port, peer);
    }
    throw new Error('no port is free');
  }

  /** The connection, once it is there; with a context, after its TLS handshake. */
  async socket(context: SecureContext | null): Promise<Socket> {
    const socket = await this.#accepted;
    if (!context) return socket;
    const secure = new TLSSocket(socket, { isServer: true, secureContext: context });
    secure.on('error', () => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      secure.once('secure', resolve);
      secure.once('close', () => reject(new Error('no TLS')));
    });
    return secure;
  }

  close(): void {
    this.#server.close();
    this.#socket?.destroy();
  }
}

function listen(server: Server, port: number, host: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(null) : reject(error)));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : null);
    });
  });
}
