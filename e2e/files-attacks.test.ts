import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { answerNext, bootedStation, run, stationIdOf, uploadFirmware } from './support/files.ts';
import { FtpControl } from './support/ftp-control.ts';
import { type RawStation, siteOf } from './support/stations.ts';

const chargeBoxId = 'FILES-2';
let daemon: TestDaemon;
let station: RawStation;
let stationId: string;

beforeAll(async () => {
  const limits = ['--max-file-megabytes', '1', '--station-files-megabytes', '2'];
  daemon = await startDaemon({ provision: { sites: siteOf({ id: chargeBoxId }) }, flags: limits });
  station = await bootedStation(daemon, chargeBoxId);
  stationId = await stationIdOf(daemon, chargeBoxId);
});
afterAll(() => daemon?.stop());

async function requestLog(protocol: 'ftp' | 'http' = 'ftp'): Promise<{ id: string; location: string }> {
  const [{ id }, asked] = await Promise.all([
    daemon.api('diagnostics.request', { stationId, protocol }),
    answerNext(station, 'GetDiagnostics', { fileName: 'log.txt' }),
  ]);
  return { id, location: String(asked.location) };
}

const open = (from?: string) => FtpControl.open(daemon.addresses.ftp, from);

async function signedIn(location: string): Promise<FtpControl> {
  const control = open();
  await control.signIn(location);
  return control;
}

const transfer = (id: string) => daemon.api('diagnostics.get', { transferId: id });
/** Resolves when a connection is over, however it ends. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));
const onDisk = () => readdirSync(join(daemon.data, 'files'));

test('A12: PORT and EPRT are refused, and not a byte goes to a third host', async () => {
  const bait = createServer().listen(0, '127.0.0.1');
  await once(bait, 'listening');
  let visits = 0;
  bait.on('connection', () => visits++);
  const address = bait.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const control = await signedIn((await requestLog()).location);
  for (const line of [
    'PORT 8,8,8,8,0,80',
    `PORT 127,0,0,1,${port >> 8},${port & 255}`,
    `EPRT |1|127.0.0.1|${port}|`,
    'EPRT |2|::1|80|',
    'PORT 0,0,0,0,0,0',
    'LPRT 4,4,127,0,0,1,2,0,80',
  ])
    expect(await control.say(line)).toMatch(/^50[02]/);
  expect(await control.say('STOR x')).toMatch(/^425/);
  expect(visits).toBe(0);
  control.socket.destroy();
  bait.close();
});

test('A12: a data connection is taken from the client alone', async () => {
  const { id, location } = await requestLog();
  const control = await signedIn(location);
  const port = await control.passive();
  control.socket.write('STOR log.txt\r\n');
  const thief = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.2' });
  thief.on('error', () => {});
  thief.write('not from the station');
  await closed(thief);
  const own = connect(port, '127.0.0.1');
  own.end('from the station');
  expect(await control.reply()).toMatch(/^150/);
  expect(await control.reply()).toMatch(/^226/);
  expect((await transfer(id)).files).toMatchObject([{ sizeBytes: 16, partial: false }]);
  control.socket.destroy();
});

test('A13, R19: no path leads out of the transfer, over FTP and HTTP', async () => {
  const { id, location } = await requestLog();
  const before = readFileSync(join(daemon.data, 'charge-portal.db')).length;
  const control = await signedIn(location);
  const odd = [
    '../../charge-portal.db',
    '..\\..\\charge-portal.db',
    '/etc/../../x',
    'C:\\boot.ini',
    'a/../../b',
    '.. /x',
    `${'x/'.repeat(1500)}y`,
  ];
  for (const path of odd) {
    await control.passive();
    expect(await control.say(`STOR ${path}`), path).toMatch(/^5(53|00)/);
  }
  for (const path of ['CON', '%2e%2e%2fcharge-portal.db', '∕etc∕passwd', 'name. . .', '|rm', '-rf']) {
    const port = await control.passive();
    control.socket.write(`STOR ${path}\r\n`);
    connect(port, '127.0.0.1').end('x');
    expect(await control.reply(), path).toMatch(/^150/);
    expect(await control.reply(), path).toMatch(/^226/);
  }
  for (const line of ['CWD ../..', 'CDUP']) expect(await control.say(line)).toMatch(/^250/);
  expect(await control.say('PWD')).toBe('257 "/"');
  for (const line of [
    'CWD /etc',
    'RETR charge-portal.db',
    'RETR /etc/passwd',
    'DELE CON',
    'RNFR charge-portal.db',
    'RMD /',
    'SIZE /etc/passwd',
  ])
    expect(await control.say(line), line).toMatch(/^550/);
  for (const to of ['../x', 'C:\\x', 'a/../../b', '']) {
    expect(await control.say('RNFR CON')).toMatch(/^350/);
    expect(await control.say(`RNTO ${to}`), to).toMatch(/^553/);
  }
  expect(await control.say('RNTO x')).toMatch(/^503/);
  for (const name of onDisk()) expect(name).toMatch(/^[0-9a-f-]{36}$/);
  expect((await transfer(id)).files.map(({ name }) => name)).toContain('CON');
  expect(readFileSync(join(daemon.data, 'charge-portal.db')).length).toBeGreaterThanOrEqual(before);
  control.socket.destroy();

  const http = await requestLog('http');
  const raw = await run(
    'curl',
    ['-sS', '--path-as-is', '-o', '/dev/null', '-w', '%{http_code}', '-T', '-', `${http.location}%2e%2e%2f%2e%2e%2fx`],
    'x',
  );
  expect(raw.output).toBe('400');
  expect((await transfer(http.id)).files).toEqual([]);
});

test('the room of a station is bounded, also over HTTP', async () => {
  const { id, location } = await requestLog('http');
  const put = (name: string) => fetch(location + name, { method: 'PUT', body: new Uint8Array(900_000) });
  expect((await put('1')).status).toBe(201);
  expect((await put('2')).status).toBe(201);
  const third = await put('3').then(
    (response) => response.status,
    () => 413, // The answer may be lost when the body is cut off.
  );
  expect(third).toBe(413);
  const files = (await transfer(id)).files;
  expect(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThanOrEqual(2_000_000);
  for (const { id: fileId } of files) await daemon.api('diagnostics.remove', { fileId });
  const left = onDisk().reduce((sum, name) => sum + statSync(join(daemon.data, 'files', name)).size, 0);
  expect(left).toBeLessThan(100_000);
});

test('what breaks is kept and marked as partial', async () => {
  const { id, location } = await requestLog();
  // The client dies: both of its connections end at once.
  const control = await signedIn(location);
  const data = connect(await control.passive(), '127.0.0.1');
  control.socket.write('STOR died.txt\r\n');
  expect(await control.reply()).toMatch(/^150/);
  await new Promise<void>((resolve) => data.write('half of it', () => resolve()));
  data.end();
  control.socket.destroy();
  // Its control connection is reset, as happens when a reply was not read.
  const unread = await signedIn(location);
  const ended = connect(await unread.passive(), '127.0.0.1');
  unread.socket.write('STOR unread.txt\r\n');
  expect(await unread.reply()).toMatch(/^150/);
  await new Promise<void>((resolve) => ended.end('half of it', () => resolve()));
  unread.socket.resetAndDestroy();
  // The data connection is reset.
  const other = await signedIn(location);
  const reset: Socket = connect(await other.passive(), '127.0.0.1');
  other.socket.write('STOR reset.txt\r\n');
  expect(await other.reply()).toMatch(/^150/);
  reset.write('half of it', () => setImmediate(() => reset.resetAndDestroy()));
  expect(await other.reply()).toMatch(/^426/);
  // Less came than was announced.
  const port = await other.passive();
  expect(await other.say('ALLO 100')).toMatch(/^200/);
  other.socket.write('STOR short.txt\r\n');
  connect(port, '127.0.0.1').end('half of it');
  expect(await other.reply()).toMatch(/^150/);
  expect(await other.reply()).toMatch(/^426/);
  other.socket.destroy();
  // The station itself says so.
  await station.call('DiagnosticsStatusNotification', { status: 'UploadFailed' });
  await expect
    .poll(async () => (await transfer(id)).files.map(({ name, partial }) => `${name} ${partial}`))
    .toEqual(expect.arrayContaining(['unread.txt true', 'short.txt true']));
  const files = (await transfer(id)).files;
  expect(files.filter(({ partial }) => !partial)).toEqual([]);
  expect(await transfer(id)).toMatchObject({ state: 'failed', problem: 'UploadFailed' });

  const http = await requestLog('http');
  const { hostname, port: httpPort, pathname } = new URL(http.location);
  const half = connect(Number(httpPort), hostname);
  half.on('error', () => {}).resume();
  half.write(`PUT ${pathname}half.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of it`);
  await expect.poll(async () => (await transfer(http.id)).movedBytes).toBe(10);
  half.end();
  await closed(half);
  await expect
    .poll(async () => (await transfer(http.id)).files)
    .toMatchObject([{ name: 'half.txt', partial: true, sizeBytes: 10 }]);
});

test('a transfer opens its own file and nothing else, and nothing before it has begun', async () => {
  const firmwareId = await uploadFirmware(daemon, Buffer.from('firmware'));
  const [, asked] = await Promise.all([
    daemon.api('firmware.assign', { stationId, firmwareId, protocol: 'ftp' }),
    answerNext(station, 'UpdateFirmware', {}),
  ]);
  const control = await signedIn(String(asked.location));
  await control.passive();
  for (const line of ['STOR firmware-2.bin', 'APPE x', 'STOU', 'MKD x', 'DELE firmware-2.bin', 'RETR other.bin'])
    expect(await control.say(line), line).toMatch(/^550/);
  control.socket.destroy();

  const stranger = open();
  await stranger.reply();
  for (const line of ['LIST', 'STOR x', 'RETR firmware-2.bin', 'EPSV', 'PWD'])
    expect(await stranger.say(line), line).toMatch(/^530/);
  expect(await stranger.say('USER anonymous')).toMatch(/^331/);
  expect(await stranger.say('PASS me@example.org')).toMatch(/^530/);
  stranger.socket.destroy();
});

test('what was sent in plain behind AUTH TLS is not done within TLS', async () => {
  const control = open('127.0.0.9');
  await control.reply();
  control.socket.write('AUTH TLS\r\nUSER injected\r\n');
  expect(await control.reply()).toMatch(/^234/);
  control.socket.write('USER injected\r\n');
  expect(await control.reply()).toBe('');
});

test('R18: wrong passwords are counted where those of people are', async () => {
  const answers: string[] = [];
  for (let session = 0; session < 20 && !answers.at(-1)?.startsWith('421 signInLocked'); session++) {
    const control = open('127.0.0.3');
    await control.reply();
    for (let tries = 0; tries < 5; tries++) {
      await control.say('USER guess');
      answers.push(await control.say('PASS guess'));
      if (answers.at(-1)?.startsWith('421')) break;
    }
    control.socket.destroy();
  }
  expect(answers.length).toBeLessThanOrEqual(10);
  expect(answers.at(-1)).toMatch(/^421 signInLocked/);
});

test('endless lines and floods of commands end the connection, and nothing else', async () => {
  for (const flood of ['x'.repeat(20_000), 'NOOP\r\n'.repeat(2000)]) {
    const control = open('127.0.0.4');
    await control.reply();
    control.socket.write(flood);
    await closed(control.socket);
  }
  const control = await signedIn((await requestLog()).location);
  expect(await control.say('NOOP')).toMatch(/^200/);
  control.socket.destroy();
});
