import { createServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Central } from '../domain/central.ts';
import { count, limits } from '../domain/station/gate.ts';
import { type PortRange, plainAddress } from './channel.ts';
import { FtpSession } from './session.ts';

type KeyPair = Readonly<{ key: string; cert: string }>;

export type FtpOptions = Readonly<{
  host: string;
  /** 0 picks a free port. */
  port: number;
  tls: Readonly<{ ec: KeyPair; rsa: KeyPair }>;
  passivePorts: PortRange;
  /** IPv4 address for PASV; null: the one that the client came to. */
  passiveAddress: string | null;
  maxConnections: number;
}>;

/**
 * The FTP server of stations (PRODUCT M37): passive only, TLS when the client asks for it (RFC 4217). A user and password open one
 * transfer and nothing else; there are no folders behind it, and no name of a client reaches the disk.
 */
export async function startFtpServer(
  central: Central,
  options: FtpOptions,
): Promise<Readonly<{ port: number; close(): Promise<void> }>> {
  const { ec, rsa } = options.tls;
  const context = createSecureContext({ cert: [ec.cert, rsa.cert], key: [ec.key, rsa.key], minVersion: 'TLSv1.2' });
  const sessions = new Set<FtpSession>();
  const ofAddress = new Map<string, number>();
  const mostOfAddress = Math.max(10, Math.floor(options.maxConnections / 10));

  const server = createServer({ noDelay: true }, (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    const address = plainAddress(socket.remoteAddress);
    const present = ofAddress.get(address) ?? 0;
    const isFlood = count(central.gate.connects, `files ${address}`, central.clock.now(), limits.fileConnections);
    if (isFlood || sessions.size >= options.maxConnections || present >= mostOfAddress) {
      socket.end('421 Too many connections; try again later.\r\n');
      socket.destroySoon();
      return;
    }
    ofAddress.set(address, present + 1);
    const session = new FtpSession(central, socket, { address, context, ...options });
    sessions.add(session);
    socket.once('close', () => {
      sessions.delete(session);
      const left = (ofAddress.get(address) ?? 1) - 1;
      if (left > 0) ofAddress.set(address, left);
      else ofAddress.delete(address);
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host }, () => {
      server.off('error', reject);
      const listening = server.address();
      resolve(typeof listening === 'object' && listening ? listening.port : options.port);
    });
  });

  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...sessions].map((session) => session.goAway()));
      await closed;
    },
  };
}
