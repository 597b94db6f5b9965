import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createTRPCClient, createWSClient, httpLink, wsLink } from '@trpc/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Api } from '../shared/api/api.ts';
import type { TreeMessage } from '../shared/api/tree.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';

const password = 'correct horse 1';
const users = [
  { role: 'administrator', email: 'admin@example.org' },
  { role: 'siteAdministrator', email: 'site@example.org', sites: ['Own'] },
  { role: 'support', email: 'support@example.org' },
  { role: 'evUser', email: 'driver@example.org', sites: ['Own'] },
] as const;
const outlets = [{ connectorId: 1, mode: 'RFID' as const }];
const provision = {
  system: { name: 'Test system' },
  sites: ['Own', 'Foreign'].map((name) => ({
    name,
    floors: [{ name: `${name} floor`, stations: [{ name: `${name} station`, chargeBoxId: `CBX-${name}`, outlets }] }],
  })),
  users: users.map((user) => ({
    ...user,
    password,
    firstName: user.role,
    lastName: 'Test',
    sites: 'sites' in user ? [...user.sites] : [],
  })),
};

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startDaemon({ provision });
});
afterAll(async () => {
  await daemon.stop();
});

type Answer = Readonly<{ status: number; headers: Record<string, string | string[] | undefined>; text: string }>;

/** A request with whatever headers, Host too, which `fetch` does not let one choose. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      daemon.addresses.local + path,
      { method, headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const same = () => ({ 'sec-fetch-site': 'same-origin', origin: daemon.addresses.local });
const webSocket = () => `${daemon.addresses.local.replace('http', 'ws')}/api`;

async function cookieOf(email: string): Promise<string> {
  const { headers } = await ask('/api/account.signIn', same(), { email, password });
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

async function tokenOf(email: string): Promise<string> {
  const { text } = await ask('/api/account.signIn', {}, { email, password, bearer: true });
  return JSON.parse(text).result.data.token;
}

/** How an upgrade ends: `open`, or the status that refused it. */
async function upgrade(headers: Record<string, string>): Promise<'open' | number> {
  const socket = new WebSocket(webSocket(), { headers });
  return new Promise((resolve) => {
    socket.on('open', () => {
      socket.close();
      resolve('open');
    });
    socket.on('unexpected-response', (_, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', () => {});
  });
}

/** The API over WebSocket, as the console and the desktop use it. */
function connect(token: string) {
  const { promise: closed, resolve } = Promise.withResolvers<number>();
  const client = createWSClient({
    url: webSocket(),
    connectionParams: { token },
    retryDelayMs: () => 60_000,
    onClose: (cause) => resolve(cause?.code ?? 0),
  });
  return { api: createTRPCClient<Api>({ links: [wsLink({ client })] }), client, closed };
}

/** Messages of a subscription, one after the other. */
function messages<T>(start: (options: { onData(message: T): void; onError(error: Error): void }) => { unsubscribe(): void }) {
  const waiting: ((message: T) => void)[] = [];
  const arrived: T[] = [];
  const failed: Error[] = [];
  const { unsubscribe } = start({
    onData: (message) => (waiting.length > 0 ? waiting.shift()?.(message) : arrived.push(message)),
    onError: (error) => failed.push(error),
  });
  const next = () =>
    arrived.length > 0 ? Promise.resolve(arrived.shift() as T) : new Promise<T>((resolve) => waiting.push(resolve));
  const find = async (wanted: (message: T) => boolean) => {
    for (;;) {
      const message = await next();
      if (wanted(message)) return message;
    }
  };
  return { next, find, failed, unsubscribe };
}

describe('signing in from a browser', () => {
  test('sets a cookie that no script reads and no other site sends, and signing out takes it back', async () => {
    const answer = await ask('/api/account.signIn', same(), { email: users[0].email, password });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('cps_');
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(/^charge-portal-local=cps_\S{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    const pair = cookie.split(';')[0] ?? '';
    expect((await ask('/api/account.me', { ...same(), cookie: pair })).status).toBe(200);
    const out = await ask('/api/account.signOut', { ...same(), cookie: pair }, {});
    expect(String(out.headers['set-cookie'])).toMatch(/^charge-portal-local=; .*Max-Age=0/);
    expect((await ask('/api/account.me', { ...same(), cookie: pair })).status).toBe(401);
  });

  test('over TLS the cookie is bound to the host', async () => {
    const cookie = await new Promise<string>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const url = `${daemon.addresses.console}/api/account.signIn`;
      const call = httpsRequest(url, { method: 'POST', rejectUnauthorized: false, headers }, (response) =>
        resolve(String(response.resume().headers['set-cookie'])),
      );
      call.on('error', reject);
      call.end(JSON.stringify({ email: users[0].email, password }));
    });
    expect(cookie).toMatch(/^__Host-charge-portal=cps_\S{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure$/);
  });
});

describe('A16: other sites', () => {
  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a name that only looks like ours', { origin: 'http://127.0.0.1.evil.example' }],
    ['the same host over TLS', { origin: 'https://127.0.0.1' }],
  ])('%s opens no socket and calls nothing', async (_, headers) => {
    const cookie = await cookieOf(users[0].email);
    expect(await upgrade({ ...headers, cookie })).toBe(403);
    expect(await upgrade(headers)).toBe(403);
    expect((await ask('/api/account.signOut', { ...headers, cookie }, {})).status).toBe(403);
    expect((await ask('/api/account.me', { ...same(), cookie })).status).toBe(200);
  });

  test('a request that its browser calls cross-site is refused, whatever else it says', async () => {
    const cookie = await cookieOf(users[0].email);
    for (const site of ['cross-site', 'same-site']) {
      expect(
        (await ask('/api/account.signOut', { cookie, 'sec-fetch-site': site, origin: daemon.addresses.local }, {})).status,
      ).toBe(403);
    }
  });

  test('a cookie without a word of where it comes from is worth nothing; our own pages pass', async () => {
    const cookie = await cookieOf(users[0].email);
    expect(await upgrade({ cookie })).toBe(403);
    expect((await ask('/api/account.signOut', { cookie }, {})).status).toBe(401);
    expect(await upgrade({ cookie, origin: daemon.addresses.local })).toBe('open');
    expect(await upgrade({})).toBe('open');
  });

  test('another name that was made to point here is refused (DNS rebinding)', async () => {
    const host = `evil.example:${new URL(daemon.addresses.local).port}`;
    for (const path of ['/', '/api/account.me', '/health']) expect((await ask(path, { host })).status).toBe(421);
    expect(await upgrade({ host, origin: `http://${host}` })).toBe(421);
  });
});

describe('A18: what the pages may do', () => {
  test('no script but our own files, no frame around us, nothing guessed', async () => {
    const { headers } = await ask('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe-eval');
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('health and readiness answer; what is not there says so without telling more', async () => {
    expect(JSON.parse((await ask('/health')).text)).toEqual({ status: 'ok' });
    expect(JSON.parse((await ask('/ready')).text)).toEqual({ status: 'ready' });
    for (const path of ['/assets/none.js', '/..%2f..%2fpackage.json', '/%2e%2e/package.json', '/.env']) {
      const { status, text } = await ask(path);
      expect([status, text.length < 200]).toEqual([404, true]);
    }
    const tooLong = await ask('/api/account.signIn', {}, { email: 'x'.repeat(300_000), password });
    expect(tooLong.status).toBe(413);
    const { text } = await ask('/api/account.signIn', { 'content-type': 'text/plain' }, 'x');
    expect(text).not.toMatch(/node_modules|at \w+/);
  });

  test('an unknown procedure and an expired session have their own errors', async () => {
    const code = ({ text }: Answer) => JSON.parse(text).error.data.error.code;
    expect(code(await ask('/api/stations.explode', {}, {}))).toBe('procedureUnknown');
    expect(code(await ask('/api/account.me', { authorization: 'Bearer cps_old' }))).toBe('notSignedIn');
    expect(code(await ask('/api/account.signIn', {}, { email: 'x' }))).toBe('inputInvalid');
  });
});

describe('A17: a socket without sign-in', () => {
  test('gets nothing pushed, and can call nothing but what is public', async () => {
    const socket = new WebSocket(webSocket());
    const got: string[] = [];
    socket.on('message', (data) => got.push(String(data)));
    await once(socket, 'open');
    await daemon.api('tree.create', { parentId: await rootId(), kind: 'site', name: 'Not for strangers' });
    socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path: 'tree.changes', input: {} } }));
    socket.send(JSON.stringify({ id: 2, method: 'query', params: { path: 'tree.node', input: { nodeId: 'x' } } }));
    while (got.filter((message) => message.includes('notSignedIn')).length < 2) await once(socket, 'message');
    expect(got.join()).not.toMatch(/strangers|CBX-|Own/);
    socket.close();
  });

  test('guessing passwords meets the limit of HTTP: the same count, whichever way', async () => {
    const email = 'victim@example.org';
    await daemon.api('users.create', { role: 'support', email, password, firstName: 'V', lastName: 'T' });
    const client = createWSClient({ url: webSocket() });
    const api = createTRPCClient<Api>({ links: [wsLink({ client })] });
    const http = createTRPCClient<Api>({ links: [httpLink({ url: `${daemon.addresses.local}/api` })] });
    const codeOf = (call: Promise<unknown>) =>
      call.then(
        () => 'in',
        (error) => error.data?.error.code as string,
      );
    const guesses = await Promise.all(
      Array.from({ length: 180 }, (_, index) =>
        codeOf((index % 2 ? api : http).account.signIn.mutate({ email, password: `wrong horse ${index}`, bearer: true })),
      ),
    );
    expect(guesses.filter((code) => code === 'signInRefused').length).toBeLessThanOrEqual(10);
    expect(guesses.filter((code) => code === 'signInLocked').length).toBeGreaterThanOrEqual(170);
    expect(await codeOf(http.account.signIn.mutate({ email, password, bearer: true }))).toBe('signInLocked');
    await client.close();
  });
});

async function rootId(): Promise<string> {
  const { path } = await daemon.api('tree.node', { nodeId: await siteId('Own') });
  return path[0]?.id ?? '';
}

async function siteId(name: string): Promise<string> {
  const { api, client } = connect(daemon.token);
  const stream = messages<TreeMessage>((options) => api.tree.changes.subscribe({}, options));
  const found = await stream.find((message) => message.type === 'snapshot' && message.nodes.some((node) => node.name === name));
  stream.unsubscribe();
  await client.close();
  return (found.type === 'snapshot' && found.nodes.find((node) => node.name === name)?.id) || '';
}

describe('the live tree', () => {
  test('comes as a snapshot, then as changes within a second, and goes on where it broke off', async () => {
    const { api, client } = connect(daemon.token);
    const stream = messages<TreeMessage>((options) => api.tree.changes.subscribe({}, options));
    const snapshot = await stream.next();
    if (snapshot.type !== 'snapshot') throw new Error('the first message is a snapshot');
    expect(snapshot).toMatchObject({ first: true, last: true });
    expect(snapshot.nodes[0]).toMatchObject({ kind: 'system', parentId: null, name: 'Test system' });
    const known = new Set<string>();
    for (const node of snapshot.nodes) {
      expect(node.parentId === null || known.has(node.parentId)).toBe(true);
      known.add(node.id);
    }
    const begin = performance.now();
    const made = await daemon.api('tree.create', { parentId: snapshot.nodes[0]?.id ?? '', kind: 'site', name: 'Brand new' });
    const change = await stream.find(
      (message) => message.type === 'changes' && message.nodes.some((node) => node.id === made.id),
    );
    expect(performance.now() - begin).toBeLessThan(1000);
    stream.unsubscribe();

    await daemon.api('tree.update', { nodeId: made.id, version: made.version, name: 'Newer' });
    const resumed = messages<TreeMessage>((options) =>
      api.tree.changes.subscribe({ epoch: change.epoch, version: change.version }, options),
    );
    const missed = await resumed.next();
    expect(missed).toMatchObject({ type: 'changes', nodes: [{ id: made.id, name: 'Newer' }] });
    resumed.unsubscribe();

    const old = messages<TreeMessage>((options) => api.tree.changes.subscribe({ epoch: 'other', version: 1 }, options));
    expect(await old.next()).toMatchObject({ type: 'snapshot', first: true });
    old.unsubscribe();
    await client.close();
  });

  test('shows a site administrator the own sites alone, at the top', async () => {
    const { api, client } = connect(await tokenOf('site@example.org'));
    const stream = messages<TreeMessage>((options) => api.tree.changes.subscribe({}, options));
    const snapshot = await stream.next();
    if (snapshot.type !== 'snapshot') throw new Error('the first message is a snapshot');
    expect(snapshot.nodes.map((node) => node.name).toSorted()).toEqual(['Outlet 1', 'Own', 'Own floor', 'Own station']);
    expect(snapshot.nodes.find((node) => node.kind === 'site')?.parentId).toBeNull();
    expect(await api.tree.list.query({ limit: 100 })).toEqual({ rows: snapshot.nodes, next: null });
    const second = await api.tree.list.query({ limit: 1, after: 1 });
    expect(second).toEqual({ rows: snapshot.nodes.slice(1, 2), next: 2 });
    const named = await api.tree.list.query({ kind: 'station', text: 'OWN st', limit: 10 });
    expect(named.rows.map((node) => node.name)).toEqual(['Own station']);
    const below = await api.tree.list.query({ belowId: named.rows[0]?.id ?? '', kind: 'outlet', limit: 10 });
    expect(below.rows.map((node) => node.name)).toEqual(['Outlet 1']);

    const own = await siteId('Own');
    const foreign = await siteId('Foreign');
    const hidden = await daemon.api('tree.create', { parentId: foreign, kind: 'floor', name: 'Hidden' });
    const shown = await daemon.api('tree.create', { parentId: own, kind: 'floor', name: 'Shown' });
    const change = await stream.find((message) => message.type === 'changes' && message.nodes.length > 0);
    expect(JSON.stringify(change)).not.toContain(hidden.id);
    expect(change).toMatchObject({ nodes: [{ id: shown.id }] });
    await expect(api.tree.node.query({ nodeId: hidden.id })).rejects.toMatchObject({ data: { error: { code: 'nodeUnknown' } } });

    // What moves out of the scope is taken away; what moves in comes.
    await daemon.api('tree.move', { nodeId: shown.id, parentId: foreign, version: shown.version });
    expect(await stream.find((message) => message.type === 'changes' && message.removed.length > 0)).toMatchObject({
      removed: [shown.id],
    });
    await daemon.api('tree.move', { nodeId: hidden.id, parentId: own, version: hidden.version });
    expect(await stream.find((message) => message.type === 'changes' && message.nodes.length > 0)).toMatchObject({
      nodes: [{ id: hidden.id, name: 'Hidden' }],
    });
    await client.close();
  });

  test('a node that was removed says by whom and when, and which one above it stands', async () => {
    const own = await siteId('Own');
    const floor = await daemon.api('tree.create', { parentId: own, kind: 'floor', name: 'Soon gone' });
    await daemon.api('tree.remove', { nodeId: floor.id, version: floor.version });
    const gone = daemon.api('tree.node', { nodeId: floor.id });
    await expect(gone).rejects.toMatchObject({
      error: { code: 'nodeRemoved', facts: { name: 'Soon gone', by: 'bootstrap', ancestorId: own, ancestorName: 'Own' } },
    });
    const stranger = connect(await tokenOf('site@example.org'));
    const elsewhere = await daemon.api('tree.create', { parentId: await siteId('Foreign'), kind: 'floor', name: 'Secret' });
    await daemon.api('tree.remove', { nodeId: elsewhere.id, version: elsewhere.version });
    await expect(stranger.api.tree.node.query({ nodeId: elsewhere.id })).rejects.toMatchObject({
      data: { error: { code: 'nodeUnknown' } },
    });
    await stranger.client.close();
  });
});

describe('R17: rights that change reach open sockets within a second', () => {
  const fresh = async (email: string) => {
    const account = await daemon.api('users.create', { role: 'support', email, password, firstName: 'F', lastName: 'R' });
    const line = connect(await tokenOf(email));
    const stream = messages<TreeMessage>((options) => line.api.tree.changes.subscribe({}, options));
    await stream.next();
    return { account, ...line };
  };
  const closing = async (closed: Promise<number>) => {
    const begin = performance.now();
    const code = await closed;
    return { code, withinASecond: performance.now() - begin < 1000 };
  };

  test('a block, a removal, a new role, a sign-out elsewhere', async () => {
    const blocked = await fresh('blocked@example.org');
    await daemon.api('users.update', { accountId: blocked.account.id, version: 1, blocked: true });
    expect(await closing(blocked.closed)).toEqual({ code: 4401, withinASecond: true });

    const removed = await fresh('removed@example.org');
    await daemon.api('users.remove', { accountId: removed.account.id, version: 1 });
    expect(await closing(removed.closed)).toEqual({ code: 4401, withinASecond: true });

    const raised = await fresh('raised@example.org');
    await daemon.api('users.update', { accountId: raised.account.id, version: 1, role: 'administrator' });
    expect(await closing(raised.closed)).toEqual({ code: 4401, withinASecond: true });

    const signedOut = await fresh('out@example.org');
    await signedOut.api.account.signOut.mutate();
    expect(await closing(signedOut.closed)).toEqual({ code: 4401, withinASecond: true });
    for (const { client } of [blocked, removed, raised, signedOut]) await client.close();
  });

  test('other sites for a site administrator', async () => {
    const own = await siteId('Own');
    const account = {
      role: 'siteAdministrator',
      email: 'moving@example.org',
      password,
      firstName: 'M',
      lastName: 'V',
      siteIds: [own],
    } as const;
    const { id, version } = await daemon.api('users.create', { ...account, siteIds: [own] });
    const line = connect(await tokenOf(account.email));
    await line.api.account.me.query();
    await daemon.api('users.update', { accountId: id, version, siteIds: [await siteId('Foreign')] });
    expect(await closing(line.closed)).toEqual({ code: 4403, withinASecond: true });
    await line.client.close();
  });

  test('a revoked access token', async () => {
    const { token, accessToken } = await daemon.api('system.createToken', { name: 'short', role: 'support', expiresAt: null });
    const line = connect(token);
    await line.api.account.me.query();
    await daemon.api('system.revokeToken', { id: accessToken.id });
    expect(await closing(line.closed)).toEqual({ code: 4401, withinASecond: true });
    await line.client.close();
  });
});
