import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { apiPath } from '../../shared/api/api.ts';
import type { Surroundings } from '../api/procedure.ts';
import { router } from '../api/router.ts';
import type { Visitor } from '../api/visitor.ts';
import type { DomainEvent } from '../domain/central.ts';
import type { Person } from '../domain/user/person.ts';
import { personOf } from '../domain/user/person-of.ts';
import { cookieToken, type Listener } from './cookie.ts';
import { addressOf, bearerToken, isKnownHost, originOfUpgrade } from './origin.ts';

/** What clients send is small; what they may have waiting is bounded (SECURITY R6). */
export const maxMessageBytes = 128 * 1024;
const mostSockets = 2000;
const mostOfAddress = 200;
const mostBacklogBytes = 4 * 1024 * 1024;
const stalledBytes = 64 * 1024;
const stalledMs = 5000;
const strangerMs = 60_000;
const mostMessages = 300;

/** Close codes of ours: the client signs in again, or asks anew who it is. */
export const closeCodes = { signInEnded: 4401, rightsChanged: 4403, tooManyMessages: 4429 } as const;

type Connection = {
  readonly socket: WebSocket;
  readonly address: string;
  readonly openedAt: number;
  visitor: Visitor | null;
  accountId: number | null;
  rights: string | null;
  /** For the watch on slow clients: how much waited when it was last less, and since when it has not been. */
  waiting: number;
  waitingSince: number;
  messages: number;
};

/** The API over WebSocket, on every listener that it is attached to. */
export type Sockets = Readonly<{ attach(server: Server, listener: Listener): void; close(): Promise<void> }>;

export function openSockets(surroundings: Surroundings): Sockets {
  const { central } = surroundings;
  const connections = new Map<WebSocket, Connection>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  });
  const listeners = new WeakMap<IncomingMessage, Listener>();

  const handler = applyWSSHandler({
    wss: server,
    router,
    // What a client has gathered while it was connecting comes as one message.
    maxBatchSize: 100,
    keepAlive: { enabled: true, pingMs: 20_000, pongWaitMs: 10_000 },
    onError: () => {}, // `implement` has logged what is ours; the rest are the client's mistakes, and it is told.
    async createContext({ req, res, info }) {
      const visitor = visitorOf(req, res, listeners.get(req) ?? 'tls', info.connectionParams);
      const connection = connections.get(res);
      if (connection) {
        connection.visitor = visitor;
        const person = await personOfVisitor(visitor);
        connection.accountId = person?.accountId ?? null;
        connection.rights = person && rightsOf(person);
      }
      return { ...surroundings, visitor };
    },
  });

  const personOfVisitor = (visitor: Visitor) =>
    visitor.token === null ? null : personOf(central, visitor.token, visitor.address, false);

  /** Ends a connection whose sign-in has ended or whose rights are other ones by now. */
  const check = async (connection: Connection) => {
    if (!connection.visitor) return;
    const person = await personOfVisitor(connection.visitor);
    if (person && connection.rights === rightsOf(person)) return;
    if (person) return connection.socket.close(closeCodes.rightsChanged, 'rights changed');
    const isStranger = connection.rights === null;
    if (isStranger && performance.now() - connection.openedAt < strangerMs) return;
    connection.socket.close(closeCodes.signInEnded, 'sign-in ended');
  };
  const checkSafely = (connection: Connection) =>
    check(connection).catch((error: unknown) => central.log.warn({ err: error }, 'a console connection could not be checked'));

  const unsubscribe = central.subscribe((event: DomainEvent) => {
    const concerns =
      event.kind === 'account.changed'
        ? (connection: Connection) => connection.accountId === event.accountId
        : event.kind === 'signIn.ended' || event.kind === 'accessToken.revoked'
          ? () => true
          : null;
    if (concerns) for (const connection of connections.values()) if (concerns(connection)) void checkSafely(connection);
  });

  let seconds = 0;
  const timer = setInterval(() => {
    seconds++;
    for (const connection of connections.values()) {
      connection.messages = 0;
      if (isTooSlow(connection)) {
        central.log.warn({ address: connection.address, bytes: connection.socket.bufferedAmount }, 'slow console cut off');
        connection.socket.terminate();
      } else if (seconds % 10 === 0) void checkSafely(connection);
    }
  }, 1000);
  timer.unref();

  const upgrade = (listener: Listener) => (request: IncomingMessage, raw: Duplex, head: Buffer) => {
    raw.on('error', () => raw.destroy());
    const refusal = refuse(request, listener);
    if (refusal) return raw.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    const address = addressOf(request);
    listeners.set(request, listener);
    server.handleUpgrade(request, raw, head, (socket) => {
      const now = performance.now();
      const connection: Connection = {
        ...{ socket, address, openedAt: now, visitor: null, accountId: null, rights: null },
        ...{ waiting: 0, waitingSince: now, messages: 0 },
      };
      connections.set(socket, connection);
      socket.on('close', () => connections.delete(socket));
      socket.on('message', () => {
        connection.messages++;
        if (connection.messages > mostMessages) socket.close(closeCodes.tooManyMessages, 'too many messages');
      });
      server.emit('connection', socket, request);
    });
  };

  const refuse = (request: IncomingMessage, listener: Listener): string | null => {
    if (request.url?.split('?', 1)[0] !== apiPath) return '404 Not Found';
    if (!isKnownHost(request.headers.host, listener)) return '421 Misdirected Request';
    const origin = originOfUpgrade(request.headers, listener);
    // Who sends a cookie is a browser, and browsers say where they come from.
    if (origin === 'foreign' || (origin === 'none' && cookieToken(request.headers.cookie, listener) !== null))
      return '403 Forbidden';
    const address = addressOf(request);
    const ofAddress = [...connections.values()].filter((connection) => connection.address === address).length;
    return connections.size >= mostSockets || ofAddress >= mostOfAddress ? '503 Service Unavailable' : null;
  };

  return {
    attach: (http, listener) => void http.on('upgrade', upgrade(listener)),
    async close() {
      clearInterval(timer);
      unsubscribe();
      handler.broadcastReconnectNotification();
      const closed = [...connections.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of connections.keys()) socket.close(1001, 'daemon stops');
      const late = setTimeout(() => {
        for (const socket of connections.keys()) socket.terminate();
      }, 1000);
      await Promise.all(closed);
      clearTimeout(late);
      server.close();
    },
  };
}

function visitorOf(
  request: IncomingMessage,
  socket: WebSocket,
  listener: Listener,
  parameters: Readonly<Record<string, string | undefined>> | null,
): Visitor {
  return {
    address: addressOf(request),
    userAgent: request.headers['user-agent'] ?? '',
    token: parameters?.token ?? bearerToken(request.headers) ?? cookieToken(request.headers.cookie, listener),
    backlog: () => socket.bufferedAmount,
  };
}

/** What has to stay the same for a connection to stay open. */
const rightsOf = ({ role, scope }: Person): string =>
  scope.kind === 'sites' ? `${role} ${[...scope.siteIds].toSorted((one, other) => one - other).join()}` : role;

/** More than is ever meant to wait, or a good deal of which nothing was taken for a while. */
function isTooSlow(connection: Connection): boolean {
  const waiting = connection.socket.bufferedAmount;
  const now = performance.now();
  if (waiting < stalledBytes || waiting < connection.waiting) connection.waitingSince = now;
  connection.waiting = waiting;
  return waiting > mostBacklogBytes || now - connection.waitingSince >= stalledMs;
}
