import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Provision } from '../shared/provision.ts';
import { ApiFailure, apiAt } from './support/api.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';

const cli = join(import.meta.dirname, '../daemon/charge-portal.mjs');
const freePorts = [
  '--host',
  '127.0.0.1',
  '--console-port',
  '0',
  '--local-port',
  '0',
  '--station-port',
  '0',
  '--station-tls-port',
  '0',
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'charge-portal-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let data: string;
let count = 0;
beforeEach(() => {
  data = join(folder, `data-${++count}`);
});

/** Runs `charge-portal` to its end. */
function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env } });
    let out = '';
    let err = '';
    child.stdout.on('data', (part) => {
      out += part;
    });
    child.stderr.on('data', (part) => {
      err += part;
    });
    child.stdin.end(input);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const provision: Provision = {
  sites: [
    {
      name: 'Harbour',
      timeZone: 'Europe/Oslo',
      floors: [
        {
          name: 'Level 1',
          stations: [
            { name: 'H-1', chargeBoxId: 'CB-H1', password: '00112233445566778899', outlets: [{ connectorId: 1, mode: 'RFID' }] },
          ],
        },
      ],
    },
  ],
  users: [
    { role: 'administrator', email: 'ada@example.org', password: 'correct4horse', firstName: 'Ada', lastName: 'Admin' },
    {
      role: 'evUser',
      email: 'eve@example.org',
      password: 'correct4horse',
      firstName: 'Eve',
      lastName: 'User',
      sites: ['Harbour'],
      rfid: ['04A1B2C3'],
    },
  ],
};

describe('serve', () => {
  test('a wrong configuration ends it with the line, before anything is made', async () => {
    const config = mkdtempSync(join(folder, 'config-'));
    writeFileSync(join(config, 'charge-portal.yaml'), 'log-level: info\nconsole-prt: 8443\n');
    const { code, err } = await run(['serve', '--data', config]);
    expect(code).toBe(1);
    expect(err).toBe(`${join(config, 'charge-portal.yaml')}:2: console-prt: there is no such key. Did you mean console-port?\n`);
  });

  test('a port that is taken is named', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    );
    const { code, err } = await run(['serve', '--data', data, ...freePorts, '--station-port', String(port)]);
    other.close();
    expect(code).toBe(1);
    expect(err).toContain(String(port));
  });

  test('the ready file tells the real addresses, and the configuration may come from the file in the data folder', async () => {
    const config = mkdtempSync(join(folder, 'config-'));
    writeFileSync(join(config, 'charge-portal.yaml'), 'heartbeat-interval-seconds: 77\nlog-level: warn\n');
    await using daemon = await startDaemon({ data: config });
    const { addresses } = daemon;
    expect(addresses.console).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(addresses.api).toBe(`${addresses.console.replace('https', 'wss')}/api`);
    expect(addresses.local).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(addresses.ocpp16).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/Ocpp\/websocket$/);
    expect(addresses.ocpp16Tls).toMatch(/^wss:\/\/127\.0\.0\.1:\d+\/Ocpp\/websocket$/);
    expect(addresses.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(() => process.kill(addresses.pid, 0)).not.toThrow();
    expect(daemon.output()).not.toContain('"level":30');
  });

  test('the first start prints an administrator with a one-time password that must be changed; the second does not', async () => {
    const first = await startDaemon({ data });
    const [, email = '', password = ''] = /Sign in as (\S+) with the one-time password (\S+)/.exec(first.output()) ?? [];
    const { me } = await first.apiAs(null)('account.signIn', { email, password });
    expect(me).toMatchObject({ role: 'administrator', mustChangePassword: true });
    await first.stop();
    const second = await startDaemon({ data });
    expect(second.output()).not.toContain('one-time password');
    await second.stop();
  });

  test('nobody else on the machine may read the data folder', async () => {
    await using daemon = await startDaemon({ data });
    expect(statSync(daemon.data).mode & 0o077).toBe(0);
    expect(statSync(join(daemon.data, 'charge-portal.db')).mode & 0o077).toBe(0);
  });

  test('SIGTERM stops it cleanly within 5 s, and the second start keeps everything', async () => {
    const first = await startDaemon({ data, provision });
    const site = await first.api('users.list', { limit: 10 });
    const began = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(5000);
    await using second = await startDaemon({ data });
    expect(await second.api('users.list', { limit: 10 })).toEqual(site);
  });

  test('provisioning again changes nothing', async () => {
    const first = await startDaemon({ data, provision });
    const users = await first.api('users.list', { limit: 10 });
    await first.stop();
    await using second = await startDaemon({ data, provision });
    expect(await second.api('users.list', { limit: 10 })).toEqual(users);
    expect(users.rows.map((row) => row.email)).toEqual(['ada@example.org', 'eve@example.org']);
    expect(users.rows[1]?.tags[0]?.idTag).toBe('04A1B2C3');
  });

  test('a provisioning file that is wrong is refused with the place in it', async () => {
    const file = join(folder, 'wrong.json');
    writeFileSync(
      file,
      JSON.stringify({
        sites: [
          { name: 'Harbour', stations: [{ name: 'H-1', chargeBoxId: 'CB-H1', outlets: [{ connectorId: 0, mode: 'RFID' }] }] },
        ],
      }),
    );
    const { code, err } = await run(['serve', '--data', data, ...freePorts, '--provision', file]);
    expect(code).toBe(1);
    expect(err).toMatch(/^Provision file, sites\[0\]\.stations\[0\]\.outlets\[0\]\.connectorId: /);
    expect(existsSync(data)).toBe(false);
    expect(err).not.toMatch(/^\s+at /m);
  });

  test('a second daemon is kept off the data folder', async () => {
    await using daemon = await startDaemon({ data });
    const { code, err } = await run(['serve', '--data', daemon.data, ...freePorts]);
    expect(code).toBe(1);
    expect(err).toBe(
      `Another charge-portal runs on the data folder ${data}. Stop it first, or choose another folder with --data.\n`,
    );
  });

  test('R10: a database of a newer version is refused in words, and left alone', async () => {
    await (await startDaemon({ data })).stop();
    const file = join(data, 'charge-portal.db');
    const database = new Sqlite(file);
    database.pragma('user_version = 9999');
    database.close();
    const before = readFileSync(file);
    const { code, err } = await run(['serve', '--data', data, ...freePorts]);
    expect(code).toBe(1);
    expect(err).toContain('newer');
    expect(err).not.toMatch(/^\s+at /m);
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});

describe('with a running daemon', () => {
  let daemon: TestDaemon;
  beforeAll(async () => {
    daemon = await startDaemon({ provision });
  });
  afterAll(() => daemon.stop());

  test('api prints the answer of a procedure as JSON', async () => {
    const env = { CHARGE_PORTAL_URL: daemon.addresses.local, CHARGE_PORTAL_TOKEN: daemon.token };
    const { code, out } = await run(['api', 'users.list', '{"limit": 1, "role": "evUser"}'], env);
    expect(code).toBe(0);
    expect(JSON.parse(out).rows[0].email).toBe('eve@example.org');
    const piped = await run(['api', 'users.createTag', '-'], env, '{"idTag": "DEADBEEF"}');
    expect(JSON.parse(piped.out)).toMatchObject({ idTag: 'DEADBEEF' });
  });

  test('api names the field that is wrong, and the refusal', async () => {
    const env = { CHARGE_PORTAL_URL: daemon.addresses.local, CHARGE_PORTAL_TOKEN: daemon.token };
    const wrong = await run(['api', 'users.list', '{"limit": 0}'], env);
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).toMatch(/^users\.list: inputInvalid\n(.*\n)* {2}limit: /);
    const stranger = await run(['api', 'users.list', '{"limit": 1}'], { CHARGE_PORTAL_URL: daemon.addresses.local });
    expect(stranger).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^users\.list: notSignedIn\n {2}The access token .*\n$/),
    });
    expect(await run(['api', 'users.lst'])).toMatchObject({
      code: 2,
      err: 'There is no procedure "users.lst". Did you mean users.list?\n',
    });
  });

  test('api says in words what would be right', async () => {
    const env = { CHARGE_PORTAL_URL: daemon.addresses.local, CHARGE_PORTAL_TOKEN: daemon.token };
    const found = await run(['api', 'tree.list', '{"kind": "station", "text": "cb-h1", "limit": 10}'], env);
    const [{ id: stationId }] = JSON.parse(found.out).rows;
    const send = (request: object) => run(['api', 'stations.send', JSON.stringify({ stationId, request })], env);
    expect((await send({ kind: 'reset', mode: 'medium' })).err).toBe(
      'stations.send: inputInvalid\n  request.mode: choice, one of soft, hard\n',
    );
    expect((await send({ kind: 'getDiagnostics', location: 'x' })).err).toContain(
      '  request.location: format, a text of 1 to 500 ',
    );
    expect((await send({ kind: 'reset', mode: 'soft' })).err).toBe(
      'stations.send: stationOffline\n  The station is not connected to the server.\n',
    );
    // The daemon would leave it out, and the command would be sent at once.
    const typing = await run(['api', 'stations.send', '{"stationId":"S","waitUntl":1,"request":{"kind":"reset","mod":1}}'], env);
    expect(typing).toMatchObject({ code: 2, out: '' });
    expect(typing.err).toBe(
      'stations.send: the input is not right.\n' +
        '  waitUntl: there is no such member. Did you mean waitUntil?\n' +
        '  request.mod: there is no such member. Did you mean mode?\n',
    );
    const flag = await run(['api', 'users.list', '--limit', '1'], env);
    expect(flag).toMatchObject({ code: 2, err: expect.stringContaining('There is no flag --limit.') });
    expect(await run(['api', 'users.list', '{"limit":1}', '{}'], env)).toMatchObject({ code: 2, out: '' });
  });

  test('api follows a subscription: a line of JSON for each message, over TLS too, until the reader has enough', async () => {
    const follow = (name: string, args: readonly string[]) => {
      const child = spawn(process.execPath, [cli, 'api', name, ...args], {
        env: { ...process.env, CHARGE_PORTAL_TOKEN: daemon.token },
      });
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      return { next: async () => String((await lines.next()).value), output: child.stdout, ended };
    };
    const { next, output, ended } = follow('tree.changes', ['--url', daemon.addresses.local]);
    const snapshot = JSON.parse(await next());
    expect(snapshot.nodes.map((node: { key?: string }) => node.key)).toContain('CB-H1');
    const root = snapshot.nodes[0].id;
    await daemon.api('tree.create', { parentId: root, kind: 'site', name: 'Followed', timeZone: 'Europe/Oslo' });
    for (let line = ''; !line.includes('"Followed"'); ) line = await next();
    output.destroy();
    await daemon.api('tree.create', { parentId: root, kind: 'site', name: 'Unread', timeZone: 'Europe/Oslo' });
    expect(await ended).toBe(0);

    const pinned = ['--url', daemon.addresses.console, '--fingerprint'];
    const overTls = follow('tree.changes', [...pinned, daemon.addresses.fingerprint]);
    expect(JSON.parse(await overTls.next()).type).toBe('snapshot');
    overTls.output.destroy();
    const env = { CHARGE_PORTAL_TOKEN: daemon.token };
    const other = await run(['api', 'tree.changes', ...pinned, 'AB:'.repeat(31).concat('AB')], env);
    expect(other).toMatchObject({ code: 1, out: '', err: expect.stringContaining('its certificate is another one') });
    const stranger = await run(['api', 'tree.changes', '--url', daemon.addresses.local, '--token', 'none']);
    expect(stranger).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^tree\.changes: notSignedIn\n/) });
  });

  test('api speaks TLS with the pinned certificate only', async () => {
    const url = ['--url', daemon.addresses.console];
    const env = { CHARGE_PORTAL_TOKEN: daemon.token };
    const pinned = await run(['api', 'system.tokens', ...url, '--fingerprint', daemon.addresses.fingerprint], env);
    expect(pinned.code).toBe(0);
    const other = await run(['api', 'system.tokens', ...url, '--fingerprint', 'AB:'.repeat(31).concat('AB')], env);
    expect(other).toMatchObject({ code: 1, out: '' });
    expect(other.err).toContain(`its certificate is another one, with the fingerprint ${daemon.addresses.fingerprint}`);
    const unpinned = await run(['api', 'system.tokens', ...url], env);
    expect(unpinned.code).toBe(1);
  });

  test('api without arguments lists every procedure with what it is about', async () => {
    const { out } = await run(['api']);
    expect(out).toMatch(/^tree\.node +query +One node with its path\.$/m);
    expect(JSON.parse((await run(['api', 'tree.node', '--help'])).out)).toHaveProperty('input.properties.nodeId');
  });

  test('an access token made by an administrator works until it is revoked', async () => {
    const { token, accessToken } = await daemon.api('system.createToken', { name: 'nightly', role: 'support', expiresAt: null });
    const script = daemon.apiAs(token);
    expect(await script('account.me')).toMatchObject({ role: 'support' });
    await daemon.api('system.revokeToken', { id: accessToken.id });
    await expect(script('account.me')).rejects.toThrow(ApiFailure);
  });

  test('reset-password gives a one-time password and ends the sign-in sessions at once', async () => {
    const signIn = (password: string) =>
      daemon.apiAs(null)('account.signIn', { email: 'eve@example.org', password, bearer: true });
    const { token } = await signIn('correct4horse');
    const { code, out } = await run(['reset-password', 'eve@example.org', '--data', daemon.data]);
    expect(code).toBe(0);
    await expect(apiAt(daemon.addresses.local, token ?? null)('account.me')).rejects.toThrow(/notSignedIn/);
    await expect(signIn('correct4horse')).rejects.toThrow(/signInRefused/);
    const again = await signIn(/one-time password of eve@example.org is (\S+)/.exec(out)?.[1] ?? '');
    expect(again.me.mustChangePassword).toBe(true);
    const unknown = await run(['reset-password', 'nobody@example.org', '--data', daemon.data]);
    expect(unknown).toMatchObject({ code: 1, err: 'There is no account with the e-mail address nobody@example.org.\n' });
  });

  test('doctor finds nothing wrong, and knows the ports of the running daemon', async () => {
    const port = (address: string) => new URL(address).port;
    const { console: people, local, ocpp16, ocpp16Tls } = daemon.addresses;
    const ports = [
      '--console-port',
      port(people),
      '--local-port',
      port(local),
      '--station-port',
      port(ocpp16),
      '--station-tls-port',
      port(ocpp16Tls),
    ];
    const { code, out } = await run(['doctor', '--data', daemon.data, '--host', '127.0.0.1', ...ports]);
    expect(out).toContain(`Port ${port(local)} is open by the running daemon.`);
    expect(out).toContain('The database is whole');
    expect(out).not.toContain('PROBLEM');
    expect(code).toBe(0);
  });
});

test('reset-password works without a running daemon', async () => {
  await (await startDaemon({ data, provision })).stop();
  const { code, out } = await run(['reset-password', 'ada@example.org', '--data', data]);
  expect(code).toBe(0);
  await using daemon = await startDaemon({ data });
  const password = /is (\S+)/.exec(out)?.[1] ?? '';
  expect((await daemon.apiAs(null)('account.signIn', { email: 'ada@example.org', password })).me.mustChangePassword).toBe(true);
});

test('doctor says which port another program uses, and what is wrong with the database', async () => {
  await (await startDaemon({ data })).stop();
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
  );
  const file = join(data, 'charge-portal.db');
  const pages = readFileSync(file);
  pages.fill(0xff, 4096 * 3, 4096 * 9);
  writeFileSync(file, pages);
  const { code, out } = await run(['doctor', '--data', data, ...freePorts, '--console-port', String(port)]);
  other.close();
  expect(code).toBe(1);
  expect(out).toContain(`PROBLEM  Port ${port} is used by another program.\n             → `);
  expect(out).toMatch(/PROBLEM {2}The database (is damaged|cannot be read)/);
});
