import { createTRPCClient, createWSClient, httpLink, splitLink, TRPCClientError, wsLink } from '@trpc/client';
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
let client = createClient();

function createClient() {
  return createWSClient({
    url: () => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${apiPath}`,
    WebSocket: Socket,
    lazy: { enabled: true, closeMs: 2_147_483_647 },
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

/** Tells when the line opens and closes; live subscriptions begin anew from where they were. Returns the end of it. */
export function onLine(listener: LineListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ends the line: after signing out, or so that the next call opens one with the new sign-in session. */
export async function closeLine(): Promise<void> {
  line.value = 'closed';
  clearTimeout(staleTimer);
  staleTimer = undefined;
  const old = client;
  client = createClient();
  await old.close();
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

const overHttp = new Set(['account.signIn', 'account.signOut', 'account.me']);

/** The daemon's API. Signing in and out go over HTTP, because they set the cookie; all the rest over one WebSocket. */
export const api = createTRPCClient<Api>({
  links: [
    splitLink({
      condition: (operation) => overHttp.has(operation.path),
      true: httpLink({ url: apiPath }),
      false: (runtime) => (operation) => wsLink<Api>({ client })(runtime)(operation),
    }),
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
