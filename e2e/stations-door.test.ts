import { once } from 'node:events';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { basic, bootFacts, exchange, handshakeStatus, type RawOptions, rawStation, rowsOf, siteOf } from './support/stations.ts';

/** 20 bytes, as the paper has them; no text in any encoding. */
const hexKey = '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF';
let daemon: TestDaemon;
let plain: string;
let secure: string;

beforeAll(async () => {
  daemon = await startDaemon({
    provision: {
      sites: siteOf(
        { id: 'OPEN 1' },
        { id: 'OPEN2' },
        { id: 'OPEN3' },
        { id: 'FLAP' },
        { id: 'KEY1', password: 'a-good-key-16-long' },
        { id: 'KEY2', password: 'a-good-key-16-long' },
        { id: 'KEY3', password: 'a-good-key-16-long' },
        { id: 'KEY4', password: 'a-good-key-16-long' },
        { id: 'HEX1', password: hexKey },
        { id: 'TLS1', password: 'a-good-key-16-long' },
      ),
    },
  });
  plain = daemon.addresses.ocpp16;
  secure = daemon.addresses.ocpp16Tls;
});
afterAll(() => daemon.stop());

/** Addresses to come from, so that the limits of one test do not stand in the way of another. */
let host = 1;
const elsewhere = () => `127.0.0.${++host}`;
const key = 'a-good-key-16-long';

test('FIELD 1, TC_088: no subprotocol, a list, and odd spelling come in; what we do not speak is closed at once', async () => {
  for (const protocols of [[], ['ocpp1.6', 'ocpp1.5'], ['ocpp2.0.1', 'ocpp1.6'], ['OCPP1.6']]) {
    const station = await rawStation(plain, 'OPEN2', { protocols, from: elsewhere() });
    expect(station.socket.protocol).toBe(protocols.find((name) => /1\.6/.test(name)) ?? '');
    expect((await station.call('BootNotification', bootFacts))[0]).toBe(3);
    await station.close();
  }
  const request = [
    'GET /Ocpp/websocket/OPEN2 HTTP/1.1',
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: ocpp2.0.1',
    '\r\n',
  ].join('\r\n');
  const answer = await exchange(plain, request);
  expect(answer).toMatch(/^HTTP\/1\.1 101 /);
  expect(answer).not.toMatch(/sec-websocket-protocol/i);
  // A close frame with 1002 follows.
  expect(answer.slice(answer.indexOf('\r\n\r\n') + 4).startsWith('\x88')).toBe(true);
  expect(answer).toContain('\x03\xea');
});

test('FACTS 10: a handshake without Connection: Upgrade is taken', async () => {
  const lines = ['GET /Ocpp/websocket/OPEN2 HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const answer = await exchange(plain, [...lines, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', '\r\n'].join('\r\n'), 500);
  expect(answer).toMatch(/^HTTP\/1\.1 101 /);
});

test('FIELD 15: a station is found under every shape of its address', async () => {
  const paths = [
    '/Ocpp/websocket/OPEN%201',
    '/ocpp/WebSocket/open%201/',
    '//Ocpp//websocket//OPEN%201',
    '/Ocpp/OPEN%201',
    '/Ocpp/websocket/x/OPEN%201',
  ];
  for (const path of paths) expect(await handshakeStatus(plain, '', { path, from: elsewhere() }), path).toBe(101);
});

test('SECURITY A1: a path that names no station is refused, and the daemon stays', async () => {
  const paths: [string, number][] = [
    ['/Ocpp/websocket/%ZZ', 400],
    ['/Ocpp/websocket/a%2Fb', 400],
    ['/Ocpp/websocket/a%00b', 400],
    ['/Ocpp/websocket/a%0D%0Ab', 400],
    ['/Ocpp/websocket/', 404],
    ['/Ocpp/websocket/NOBODY', 404],
    [`/Ocpp/websocket/${'x'.repeat(4000)}`, 404],
    ['/', 404],
  ];
  for (const [path, status] of paths) expect(await handshakeStatus(plain, '', { path, from: elsewhere() }), path).toBe(status);
  // 10 kB of identity do not fit into the headers.
  expect(await exchange(plain, `GET /Ocpp/websocket/${'x'.repeat(10_000)} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 4\d\d /);
});

test('SECURITY A1, A4: a stranger and a wrong key get the same words, and no identity', async () => {
  const knock = async (id: string, authorization: string) => {
    const lines = [`GET /Ocpp/websocket/${id} HTTP/1.1`, 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade'];
    lines.push('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', authorization, '\r\n');
    return exchange(plain, lines.join('\r\n'));
  };
  const wrong = await knock('KEY1', `Authorization: ${basic('KEY1', 'wrong')}`);
  const stranger = await knock('NOBODY', `Authorization: ${basic('NOBODY', 'wrong')}`);
  expect(wrong).toMatch(/^HTTP\/1\.1 401 /);
  expect(stranger).toMatch(/^HTTP\/1\.1 404 /);
  for (const answer of [wrong, stranger]) expect(answer).not.toMatch(/KEY1|NOBODY/);
});

test('PRODUCT M38: a stranger is listed as seen', async () => {
  expect(await handshakeStatus(plain, 'NEWCOMER', { from: elsewhere() })).toBe(404);
  const seen = await daemon.api('stations.seen');
  expect(seen.map(({ chargeBoxId }) => chargeBoxId)).toContain('NEWCOMER');
});

test('SECURITY R14: every wrong credential is refused before the upgrade', async () => {
  const cases: [string, string, RawOptions, number][] = [
    ['key', 'KEY1', { password: key }, 101],
    ['key, name in other letters', 'KEY1', { password: key, user: 'key1' }, 101],
    ['no key', 'KEY1', {}, 401],
    ['wrong key', 'KEY1', { password: 'wrong' }, 401],
    ['empty key', 'KEY1', { password: '' }, 401],
    ['key of another name', 'KEY1', { password: key, user: 'KEY2' }, 401],
    ['bearer', 'KEY1', { headers: { authorization: `Bearer ${key}` } }, 401],
    ['no base64', 'KEY1', { headers: { authorization: 'Basic ###' } }, 401],
    ['none needed', 'OPEN2', {}, 101],
    ['none needed, some given', 'OPEN2', { password: 'whatever' }, 101],
    ['none anywhere', 'NOBODY', { password: key }, 404],
  ];
  for (const [what, id, options, status] of cases) {
    for (const endpoint of [plain, secure]) {
      expect(await handshakeStatus(endpoint, id, { ...options, from: elsewhere() }), `${what} at ${endpoint}`).toBe(status);
    }
  }
  const station = rowsOf(daemon, `SELECT data FROM events WHERE kind = 'station.refused'`);
  expect(station.length).toBeGreaterThan(0);
});

test('FIELD 16: a key is known as hex text in both cases and as the bytes that it stands for', async () => {
  for (const password of [hexKey, hexKey.toLowerCase(), Buffer.from(hexKey, 'hex')]) {
    expect(await handshakeStatus(plain, 'HEX1', { password, from: elsewhere() })).toBe(101);
  }
  expect(await handshakeStatus(plain, 'HEX1', { password: Buffer.from(hexKey.slice(2), 'hex'), from: elsewhere() })).toBe(401);
});

test('SECURITY A16: a browser is turned away', async () => {
  expect(await handshakeStatus(plain, 'OPEN2', { headers: { origin: 'https://evil.example' }, from: elsewhere() })).toBe(403);
  expect(await handshakeStatus(plain, 'OPEN2', { headers: { origin: 'null' }, from: elsewhere() })).toBe(403);
});

test('plain HTTP finds a hint at the endpoint and nothing elsewhere', async () => {
  const origin = plain.replace('ws:', 'http:');
  const hint = await fetch(`${origin}/OPEN2`);
  expect(hint.status).toBe(426);
  expect(await hint.text()).toMatch(/WebSocket/);
  expect((await fetch(new URL('/', origin))).status).toBe(404);
  expect((await fetch(new URL('/admin', origin), { method: 'POST', body: 'x' })).status).toBe(404);
});

test('FIELD 2, SECURITY A2: with the key the newer connection wins, and the late close of the old one changes nothing', async () => {
  const from = elsewhere();
  const first = await rawStation(plain, 'KEY2', { password: key, from });
  expect((await first.call('BootNotification', bootFacts))[0]).toBe(3);
  const second = await rawStation(plain, 'KEY2', { password: key, from });
  await first.closed;
  expect((await second.call('Heartbeat'))[0]).toBe(3);
  const [{ publicId }] = rowsOf(daemon, `SELECT publicId FROM nodes WHERE name = 'KEY2'`) as [{ publicId: string }];
  expect(await daemon.api('stations.get', { stationId: publicId })).toMatchObject({ online: true });
  await second.close();
});

test('FIELD 2, SECURITY R15: a half-open connection does not keep a station out that has the key', async () => {
  const from = elsewhere();
  const dead = await rawStation(plain, 'KEY3', { password: key, from });
  await dead.call('BootNotification', bootFacts);
  // Nothing is read any more, so no close is answered: for the daemon the line is silent.
  dead.socket.pause();
  const startedAt = performance.now();
  const second = await rawStation(plain, 'KEY3', { password: key, from });
  expect((await second.call('Heartbeat'))[0]).toBe(3);
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  await second.close();
  dead.socket.terminate();
});

test('SECURITY R15: nobody without the key displaces a live station', async () => {
  const station = await rawStation(plain, 'KEY4', { password: key, from: elsewhere() });
  await station.call('BootNotification', bootFacts);
  const thieves = elsewhere();
  for (let attempt = 0; attempt < 30; attempt++) {
    const status = await handshakeStatus(plain, 'KEY4', { password: `wrong ${attempt}`, from: thieves });
    expect([401, 429]).toContain(status);
  }
  expect((await station.call('Heartbeat'))[0]).toBe(3);
  await station.close();
});

test('SECURITY A2: without a key the older connection is asked, and stays while it answers', async () => {
  const first = await rawStation(plain, 'OPEN3', { from: elsewhere() });
  await first.call('BootNotification', bootFacts);
  const second = await rawStation(plain, 'OPEN3', { from: elsewhere() });
  expect(await second.closed).toBe(1008);
  expect((await first.call('Heartbeat'))[0]).toBe(3);
  // A station that has died does not answer, and the new connection takes its place.
  first.socket.pause();
  const third = await rawStation(plain, 'OPEN3', { from: elsewhere() });
  expect((await third.call('Heartbeat'))[0]).toBe(3);
  await third.close();
  first.socket.terminate();
});

test('SECURITY R7: who connects over and over is asked to wait, and only from there', async () => {
  const from = elsewhere();
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 17; attempt++) statuses.push(await handshakeStatus(plain, 'FLAP', { from }));
  expect(statuses.slice(0, 15)).toEqual(Array(15).fill(101));
  expect(statuses.at(-1)).toBe(429);
  expect(await handshakeStatus(plain, 'FLAP', { from: elsewhere() })).toBe(101);
});

test('SECURITY A3: guessing is limited by address, and does not lock the station out', async () => {
  const guesser = elsewhere();
  const statuses = new Set<number>();
  for (let attempt = 0; attempt < 20; attempt++) {
    statuses.add(await handshakeStatus(plain, 'KEY1', { password: `guess ${attempt}`, from: guesser }));
  }
  expect(statuses).toEqual(new Set([401, 429]));
  expect(await handshakeStatus(plain, 'KEY1', { password: key, from: elsewhere() })).toBe(101);
});

test('SECURITY R7: endless headers are cut off', async () => {
  const answer = await exchange(plain, 'GET /Ocpp/websocket/OPEN2 HTTP/1.1\r\nHost: x\r\n', 20_000);
  expect(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer)).toBe(true);
  const tooLong = `GET /Ocpp/websocket/OPEN2 HTTP/1.1\r\n${'X-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n'.repeat(400)}\r\n`;
  expect(await exchange(plain, tooLong)).toMatch(/^HTTP\/1\.1 4\d\d /);
});

/** Shakes hands over TLS and tells what came of it. */
async function tls(options: ConnectionOptions): Promise<{ protocol: string | null; cipher: string; kind: string | undefined }> {
  const { hostname, port } = new URL(secure);
  const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false, ...options });
  try {
    await once(socket, 'secureConnect');
    const { asn1Curve, modulus } = socket.getPeerCertificate();
    return {
      protocol: socket.getProtocol(),
      cipher: socket.getCipher().name,
      kind: asn1Curve ? 'EC' : modulus ? 'RSA' : undefined,
    };
  } finally {
    socket.destroy();
  }
}

test('SECURITY §3, A00.FR.317: TLS 1.2 with the four demanded suites, each with the certificate that it needs', async () => {
  for (const [cipher, kind] of [
    ['ECDHE-ECDSA-AES128-GCM-SHA256', 'EC'],
    ['ECDHE-ECDSA-AES256-GCM-SHA384', 'EC'],
    ['AES128-GCM-SHA256', 'RSA'],
    ['AES256-GCM-SHA384', 'RSA'],
    ['ECDHE-RSA-AES128-GCM-SHA256', 'RSA'],
  ] as const) {
    expect(await tls({ maxVersion: 'TLSv1.2', ciphers: cipher })).toEqual({ protocol: 'TLSv1.2', cipher, kind });
  }
  expect((await tls({})).protocol).toBe('TLSv1.3');
});

test('SECURITY §3, A00.FR.313: older TLS is refused, and the daemon stays', async () => {
  await expect(tls({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow();
  await expect(tls({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' })).rejects.toThrow();
  expect(await exchange(secure.replace('wss', 'ws'), 'no TLS at all\r\n\r\n')).not.toMatch(/101/);
  expect(await handshakeStatus(secure, 'TLS1', { password: key, from: elsewhere() })).toBe(101);
});
