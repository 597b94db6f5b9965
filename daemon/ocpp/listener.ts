import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Central } from '../domain/central.ts';
import { prepare } from './dispatch.ts';
import type { Hub } from './json/connection.ts';
import { admitStation, refuse } from './json/door.ts';
import { mendHandshakes } from './json/handshake.ts';
import { identityOf } from './json/knock.ts';
import { StationSocket } from './json/station-socket.ts';
import { SoapServer } from './soap/server.ts';
import { actions } from './v16/actions.ts';

type KeyPair = Readonly<{ key: string; cert: string }>;

export type StationListenerOptions = Readonly<{
  host: string;
  /** 0 picks a free port. */
  port: number;
  /** Null: no TLS listener. */
  tlsPort: number | null;
  tls: Readonly<{ ec: KeyPair; rsa: KeyPair }> | null;
  /** Largest message that is taken; if not given 256 KiB, as over SOAP (SECURITY A22; a StopTransaction may hold a day's readings). */
  maxFrameBytes?: number;
  /** Answers requests for other things that stations ask for here; false: not one of those. It may take its time for a body. */
  routes?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** How often connections are looked after, ms. */
  tickMs?: number;
}>;

export type StationListener = Readonly<{ port: number; tlsPort: number | null; close(): Promise<void> }>;

/** Suites that the OCPP security paper demands (A00.FR.317), those of TLS 1.3, and ECDHE with RSA. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
].join(':');

/** A stranger has this long, and this much room, to say what it wants (slow or endless headers, SECURITY R7). */
const httpLimits = {
  headersTimeout: 10_000,
  // For files; a message has `messageMs`.
  requestTimeout: 3_600_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 8 * 1024,
  // Nobody but us is meant, and small stations leave it out.
  requireHostHeader: false,
  maxRequestsPerSocket: 100,
} satisfies ServerOptions & { maxRequestsPerSocket: number };

const messageMs = 15_000;

const CLOSING_MS = 3_000;

/**
 * Connections that wait to be taken. They are all taken in one turn of the event loop, during which nobody else is served, so a
 * long queue keeps a person's call waiting while thousands of stations come back at once. The system keeps the others trying.
 */
const BACKLOG = 256;

/**
 * Listens for charging stations, plain and over TLS: WebSocket for OCPP 1.6 JSON at `/Ocpp/websocket/<ChargeBoxId>`, SOAP at
 * `/Ocpp/CentralSystemService15` and `…16`.
 */
export async function startStationListener(central: Central, options: StationListenerOptions): Promise<StationListener> {
  const hub: Hub = { central, dispatcher: prepare(actions), open: new Set(), now: performance.now() };
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    // Done where a message is read: one that is not UTF-8 shall not end the connection.
    skipUTF8Validation: true,
    maxPayload: options.maxFrameBytes ?? 256 * 1024,
    WebSocket: StationSocket,
  });
  const soap = new SoapServer(central);
  await soap.resume();
  const door = { hub, webSockets, isClosing: false };
  const plain = serve(createServer(httpLimits), false);
  const secure =
    options.tls && options.tlsPort !== null
      ? serve(
          createTlsServer({
            ...httpLimits,
            cert: [options.tls.ec.cert, options.tls.rsa.cert],
            key: [options.tls.ec.key, options.tls.rsa.key],
            minVersion: 'TLSv1.2',
            ciphers: CIPHERS,
            honorCipherOrder: true,
            handshakeTimeout: 10_000,
          }),
          true,
        )
      : null;

  function serve(server: Server, isSecure: boolean): Server {
    mendHandshakes(server, isSecure ? 'secureConnection' : 'connection');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (options.routes?.(request, response)) return;
      hurry(request);
      if (!soap.serve(request, response, isSecure)) answerPlainRequest(request, response);
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      void admitStation(door, request, socket, head, isSecure);
    });
    server.on('clientError', (_error: Error, socket: Duplex) => refuse(socket, 400));
    server.on('tlsClientError', (error: Error & { code?: string }, socket: { remoteAddress?: string }) => {
      central.log.info({ address: socket.remoteAddress, code: error.code }, 'TLS connection of a station refused');
    });
    return server;
  }

  const port = await listen(plain, options.port, options.host);
  const tlsPort = secure && options.tlsPort !== null ? await listen(secure, options.tlsPort, options.host) : null;
  const ticker = setInterval(() => {
    hub.now = performance.now();
    for (const connection of hub.open) connection.tick(hub.now);
    soap.tick();
  }, options.tickMs ?? 1000);

  return {
    port,
    tlsPort,
    async close() {
      door.isClosing = true;
      const stopped = Promise.all([stop(plain), secure && stop(secure)]);
      const connections = [...hub.open];
      const cut = setTimeout(() => {
        for (const connection of hub.open) connection.terminate();
        // Files that are still on their way.
        for (const server of [plain, secure]) server?.closeAllConnections();
      }, CLOSING_MS);
      await Promise.all([...connections.map((connection) => connection.goAway()), soap.close()]);
      await stopped;
      clearTimeout(cut);
      clearInterval(ticker);
    },
  };
}

/** Ends the connection of who sends a message too slowly. */
function hurry(request: IncomingMessage): void {
  const late = setTimeout(() => request.socket.destroy(), messageMs);
  request.once('end', () => clearTimeout(late)).once('close', () => clearTimeout(late));
}

/** What is not a WebSocket finds nothing here, or a hint of how to come. */
function answerPlainRequest(request: IncomingMessage, response: ServerResponse): void {
  const isEndpoint = typeof identityOf(request.url ?? '') === 'string';
  const text = isEndpoint ? 'OCPP stations connect here with WebSocket.\n' : 'Nothing here.\n';
  response.writeHead(isEndpoint ? 426 : 404, {
    'content-type': 'text/plain; charset=utf-8',
    connection: isEndpoint ? 'close, Upgrade' : 'close',
    ...(isEndpoint && { upgrade: 'websocket' }),
  });
  response.end(text);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject);
      // A listening TCP server has an address with a port.
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function stop(server: Server): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  return stopped;
}
