import type { Server as HttpServer, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { apiPath } from '../../shared/api/api.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Surroundings } from '../api/procedure.ts';
import { router } from '../api/router.ts';
import type { Visitor } from '../api/visitor.ts';
import type { Central } from '../domain/central.ts';
import { linkPath } from '../domain/user/one-time-links.ts';
import { cookieToken, type Listener, setCookieHeader } from './cookie.ts';
import { addressOf, bearerToken, isKnownHost, originOfRequest } from './origin.ts';
import { servePages } from './pages.ts';
import { servePeopleFiles } from './people-files.ts';
import { maxMessageBytes, openSockets } from './sockets.ts';

/** Keys and certificates, PEM: one of each kind, since clients differ in what they can do. */
type TlsKeys = Readonly<{ ec: Readonly<{ key: string; cert: string }>; rsa: Readonly<{ key: string; cert: string }> }>;

export type ConsoleOptions = Readonly<{
  host: string;
  /** TLS, for everyone. */
  port: number;
  /** The same as plain HTTP, for this machine alone. */
  localPort: number;
  tls: TlsKeys;
  /** The built pages. */
  consoleDir: string;
  addresses: Surroundings['addresses'];
}>;

/** Pages and API for people: over TLS on the network, and as plain HTTP on this machine (DESIGN §3). */
export async function startConsoleListener(
  central: Central,
  options: ConsoleOptions,
): Promise<Readonly<{ port: number; localPort: number; close(): Promise<void> }>> {
  const { ec, rsa } = options.tls;
  const https = { key: [ec.key, rsa.key], cert: [ec.cert, rsa.cert], minVersion: 'TLSv1.2' as const };
  // Both serve the same; fastify's types tell them apart by their server.
  const onNetwork = fastify({ ...limits, https }) as unknown as FastifyInstance;
  const onMachine = fastify(limits);
  const surroundings = { central, addresses: options.addresses };
  const sockets = openSockets(surroundings);
  const servers = [
    { server: onNetwork, listener: 'tls', host: options.host, port: options.port },
    { server: onMachine, listener: 'local', host: '127.0.0.1', port: options.localPort },
  ] as const;
  const close = async () => {
    await sockets.close();
    await Promise.all(servers.map(({ server }) => server.close()));
  };
  try {
    for (const { server, listener, host, port } of servers) {
      await serve(server, surroundings, listener, options.consoleDir);
      sockets.attach(server.server, listener);
      await server.listen({ host, port });
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { port: portOf(onNetwork.server), localPort: portOf(onMachine.server), close };
}

const limits = {
  bodyLimit: maxMessageBytes,
  // For a firmware; other requests have `requestMs`.
  requestTimeout: 3_600_000,
  forceCloseConnections: true,
  routerOptions: { maxParamLength: 200 },
};

const requestMs = 30_000;

// A listener that listens on a port has an address with one.
const portOf = (server: HttpServer) => (server.address() as AddressInfo).port;

async function serve(server: FastifyInstance, surroundings: Surroundings, listener: Listener, consoleDir: string): Promise<void> {
  const { central } = surroundings;
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentSecurityPolicy },
    strictTransportSecurity: false, // The self-made certificate of first start would lock people out when it changes.
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'same-origin' },
  });
  server.setErrorHandler((error, request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) central.log.error({ err: error, path: request.url }, 'request failed');
    return refuse(reply, status, status >= 500 ? 'internal' : 'inputInvalid');
  });
  server.addHook('onRequest', async (request, reply) => {
    if (!isKnownHost(request.headers.host, listener)) return refuse(reply, 421, 'originRefused');
    if (!request.url.startsWith(`${linkPath}/`)) hurry(request.raw);
  });
  server.get('/health', async () => ({ status: 'ok' }));
  server.get('/ready', async () => {
    await central.storage.read.selectFrom('system').select('id').executeTakeFirst();
    return { status: 'ready' };
  });
  await server.register(async (api) => serveApi(api, surroundings, listener), { prefix: apiPath });
  await server.register(async (files) => servePeopleFiles(files, central, listener), { prefix: linkPath });
  await servePages(server, consoleDir);
}

/** Ends the connection of who sends a request too slowly. */
function hurry(request: IncomingMessage): void {
  const late = setTimeout(() => request.socket.destroy(), requestMs);
  request.once('end', () => clearTimeout(late)).once('close', () => clearTimeout(late));
}

/** Vuetify and the charts set styles of elements; scripts come from our own files alone. */
const contentSecurityPolicy = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  fontSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  workerSrc: ["'self'", 'blob:'],
  objectSrc: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
};

/** The API over HTTP: for signing in and out, which need the cookie, and for programs (`charge-portal api`). */
function serveApi(server: FastifyInstance, surroundings: Surroundings, listener: Listener): void {
  // tRPC reads the body itself.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    if (originOfRequest(request.headers, listener) === 'foreign') return refuse(reply, 403, 'originRefused');
  });
  server.route<{ Params: { path: string } }>({
    method: ['GET', 'POST'],
    url: '/:path',
    handler: (request, reply) =>
      fastifyRequestHandler({
        router,
        req: request,
        res: reply,
        path: request.params.path,
        allowBatching: false,
        createContext: () => ({ ...surroundings, visitor: visitorOf(surroundings.central, request, reply, listener) }),
      }),
  });
}

function visitorOf(central: Central, request: FastifyRequest, reply: FastifyReply, listener: Listener): Visitor {
  const origin = originOfRequest(request.headers, listener);
  // A program's POST says nothing of where it comes from; then it is not helped by a cookie either.
  const cookie = origin === 'same' || request.method === 'GET' ? cookieToken(request.headers.cookie, listener) : null;
  return {
    address: addressOf(request.raw),
    userAgent: request.headers['user-agent'] ?? '',
    token: bearerToken(request.headers) ?? cookie,
    setCookie: (token) => void reply.header('set-cookie', setCookieHeader(token, listener, central.settings.signInAbsoluteMs)),
    backlog: () => 0,
  };
}

/** A refusal outside of any procedure, in the shape of the API's own. */
function refuse(reply: FastifyReply, status: number, code: ErrorCode): FastifyReply {
  return reply.code(status).send({ error: { message: code, data: { httpStatus: status, error: { code, facts: {} } } } });
}
