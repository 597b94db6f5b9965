import { createTRPCClient, createWSClient, httpLink, splitLink, TRPCClientError, type TRPCLink, wsLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { ref, shallowRef } from 'vue';
import { type Api, apiPath, type ErrorData } from '../shared/api/api.ts';
import type { ApiError, ErrorCode, ErrorFacts } from '../shared/errors.ts';

/** How the line to the daemon is: `stale` when nothing was heard for ten seconds and values on the screen may be old. */
export type LineState = 'closed' | 'live' | 'reconnecting' | 'stale';

const staleAfterMs = 10_000;
const longestRetryMs = 5_000;

export const line = shallowRef<LineState>('closed');
/** When the daemon was last heard, ms UTC. */
export const lastHeardAt = ref(0);

type LineListener = Readonly<{ opened(): void; closed(): void }>;
const listeners = new Set<LineListener>();
let staleTimer: ReturnType<typeof setTimeout> | undefined;
let currentSocket: WebSocket | null = null;

/** The browser's socket, kept within reach, so that waking up can end one that sleep has killed. */
class Socket extends WebSocket {
  constructor(...given: ConstructorParameters<typeof WebSocket>) {
    super(...given);
    currentSocket = this;
    this.addEventListener('message', () => {
      lastHeardAt.value = Date.now();
    });
  }
}

let attempts = 0;
let client: ReturnType<typeof createClient> | null = null;

function createClient() {
  return createWSClient({
    url: () => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${apiPath}`,
    WebSocket: Socket,
    keepAlive: { enabled: true, intervalMs: 4_000, pongTimeoutMs: 4_000 },
    // Spread, so that all consoles do not come back in the same instant after a restart of the daemon.
    retryDelayMs: () => Math.min(longestRetryMs, 250 * 2 ** Math.min(attempts++, 5)) * (0.5 + Math.random() / 2),
    onOpen() {
      attempts = 0;
      clearTimeout(staleTimer);
      staleTimer = undefined;
      lastHeardAt.value = Date.now();
      line.value = 'live';
      for (const listener of listeners) listener.opened();
    },
    onClose() {
      if (line.value === 'closed') return;
      if (line.value === 'live') line.value = 'reconnecting';
      staleTimer ??= setTimeout(() => {
        if (line.value === 'reconnecting') line.value = 'stale';
      }, staleAfterMs);
      for (const listener of listeners) listener.closed();
    },
  });
}

/** Opens the line, once somebody is signed in; it comes back by itself until `closeLine`. */
export function openLine(): void {
  if (client) return;
  line.value = 'reconnecting';
  lastHeardAt.value = Date.now();
  client = createClient();
}

/** Ends the line: after signing out, or so that the next one has the new sign-in session. */
export async function closeLine(): Promise<void> {
  line.value = 'closed';
  clearTimeout(staleTimer);
  staleTimer = undefined;
  const old = client;
  client = null;
  await old?.close();
}

/** Tells when the line opens and closes; live subscriptions begin anew from where they were. Returns the end of it. */
export function onLine(listener: LineListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** After sleep a socket can look open and be dead: end it, and try again at once. */
function wake(): void {
  if (line.value === 'closed' || document.visibilityState === 'hidden') return;
  attempts = 0;
  if (Date.now() - lastHeardAt.value > staleAfterMs) currentSocket?.close();
}
document.addEventListener('visibilitychange', wake);
window.addEventListener('pageshow', wake);
window.addEventListener('online', wake);

const signedOut = new Set<() => void>();

/** Calls the listener when the daemon says that nobody is signed in any more. */
export function onNotSignedIn(listener: () => void): void {
  signedOut.add(listener);
}

/** Hears of each answer that says so, wherever it was asked. */
const watchSignIn: TRPCLink<Api> = () => (request) =>
  observable((observer) =>
    request.next(request.op).subscribe({
      next: (value) => observer.next(value),
      complete: () => observer.complete(),
      error(error) {
        if (error.data?.error.code === 'notSignedIn') for (const listener of signedOut) listener();
        observer.error(error);
      },
    }),
  );

/** Signing in and out set the cookie, and a password that is for once opens no line: these go over HTTP. */
const overHttp = new Set(['account.signIn', 'account.signOut', 'account.me', 'account.changePassword']);

const overLine: TRPCLink<Api> = (runtime) => (request) => {
  openLine();
  if (!client) throw new Error('the line was closed while it opened');
  return wsLink<Api>({ client })(runtime)(request);
};

/** The daemon's API: over one WebSocket, but for what has to do with the cookie. */
export const api = createTRPCClient<Api>({
  links: [
    watchSignIn,
    splitLink({ condition: (operation) => overHttp.has(operation.path), true: httpLink({ url: apiPath }), false: overLine }),
  ],
});

/** Why a call failed: the daemon's refusal in its own code, or `unreachable` when no answer came. */
export type Failure = Readonly<{ code: ErrorCode | 'unreachable'; facts: ErrorFacts; fields: Readonly<Record<string, string>> }>;

/** Makes a failure out of whatever a call threw. What is not the API's is our defect and stays visible in the console. */
export function failureOf(cause: unknown): Failure {
  if (!(cause instanceof TRPCClientError)) {
    console.error(cause);
    return { code: 'internal', facts: {}, fields: {} };
  }
  const data: Partial<ErrorData> | null | undefined = cause.data;
  const error: ApiError | undefined = data?.error;
  if (!error) return { code: 'unreachable', facts: {}, fields: {} };
  return { code: error.code, facts: error.facts, fields: error.fields ?? {} };
}
