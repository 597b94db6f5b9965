import type { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { apiPath, type ErrorData } from '../shared/api/api.ts';
import type { ApiError } from '../shared/errors.ts';

export type Subscription = Readonly<{
  address: URL;
  token: string | undefined;
  /** Says whether the certificate is the right one; null: the authorities that this machine trusts say so. */
  isPinned: ((fingerprint: string) => boolean) | null;
  name: string;
  input: unknown;
  /** A message that came. */
  told(message: unknown): void;
}>;

/** How it ended: the daemon ended it, refused it, or the line broke. */
export type Ended = Readonly<{ end: 'stopped' } | { end: 'refused'; error: ApiError } | { end: 'broken'; why: string }>;

/** What the daemon says, in tRPC's own words. */
type Told = Readonly<{
  method?: string;
  result?: { type: 'started' | 'data' | 'stopped'; data?: unknown };
  error?: { message: string; data?: ErrorData };
}>;

/** Follows a subscription over a WebSocket until it ends. Nothing is said before the certificate is known to be the right one. */
export function follow({ address, token, isPinned, name, input, told }: Subscription): Promise<Ended> {
  const url = new URL(`${apiPath}?connectionParams=1`, address);
  url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, { rejectUnauthorized: isPinned === null, handshakeTimeout: 60_000 });
  return new Promise((resolve) => {
    const finish = (ended: Ended) => {
      resolve(ended);
      socket.terminate();
    };
    socket.on('upgrade', ({ socket: line }) => {
      if (isPinned === null || url.protocol === 'ws:') return;
      const shown = (line as TLSSocket).getPeerCertificate().fingerprint256; // wss goes over TLS sockets.
      if (!isPinned(shown)) finish({ end: 'broken', why: `its certificate is another one, with the fingerprint ${shown}` });
    });
    socket.on('open', () => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(JSON.stringify({ method: 'connectionParams', data: token === undefined ? null : { token } }));
      socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: name, input } }));
    });
    socket.on('message', (data) => {
      const text = String(data);
      if (text === 'PING') return socket.send('PONG');
      if (text === 'PONG') return;
      const { method, result, error } = JSON.parse(text) as Told; // The daemon speaks tRPC.
      if (error) finish({ end: 'refused', error: error.data?.error ?? { code: 'internal', facts: {} } });
      else if (result?.type === 'data') told(result.data);
      else if (result?.type === 'stopped' || method === 'reconnect') finish({ end: 'stopped' });
    });
    socket.on('error', (error) => finish({ end: 'broken', why: error.message || ('code' in error ? String(error.code) : '') }));
    socket.on('close', (code) => finish({ end: 'broken', why: `the connection was closed (${code})` }));
  });
}
