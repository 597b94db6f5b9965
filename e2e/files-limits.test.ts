import { request } from 'node:http';
import { Readable } from 'node:stream';
import { Client } from 'basic-ftp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { answerNext, bootedStation, stationIdOf, uploadFirmware } from './support/files.ts';
import { FtpControl } from './support/ftp-control.ts';
import { type RawStation, siteOf } from './support/stations.ts';

const chargeBoxId = 'FILES-3';
const gigabyte = 1_000_000_000;
let daemon: TestDaemon;
let station: RawStation;
let stationId: string;

beforeAll(async () => {
  const limits = ['--max-file-megabytes', '2', '--station-files-megabytes', '20', '--file-megabytes-per-second', '2'];
  const ftp = ['--ftp-max-connections', '40', '--ftp-passive-ports', '42000-42099', '--ftp-passive-address', '127.0.0.1'];
  daemon = await startDaemon({ provision: { sites: siteOf({ id: chargeBoxId }) }, flags: [...limits, ...ftp] });
  station = await bootedStation(daemon, chargeBoxId);
  stationId = await stationIdOf(daemon, chargeBoxId);
});
afterAll(() => daemon?.stop());

const open = (from?: string) => FtpControl.open(daemon.addresses.ftp, from);
const transfer = (id: string) => daemon.api('diagnostics.get', { transferId: id });

async function requestLog(protocol: 'ftp' | 'http' = 'ftp'): Promise<{ id: string; location: string }> {
  const [{ id }, asked] = await Promise.all([
    daemon.api('diagnostics.request', { stationId, protocol }),
    answerNext(station, 'GetDiagnostics', { fileName: 'log.txt' }),
  ]);
  return { id, location: String(asked.location) };
}

async function signedIn(location: string, from?: string): Promise<FtpControl> {
  const control = open(from);
  await control.signIn(location);
  return control;
}

/** Puts a file over FTP; resolves with the reply's code. */
async function putOverFtp(location: string, bytes: AsyncIterable<Buffer>, name = 'log.txt'): Promise<number> {
  const { hostname, port, username, password } = new URL(location);
  const client = new Client(20_000);
  try {
    await client.access({ host: hostname, port: Number(port), user: username, password });
    return (await client.uploadFrom(Readable.from(bytes), name)).code;
  } catch (error) {
    return error instanceof Error && 'code' in error ? Number(error.code) : 0;
  } finally {
    client.close();
  }
}

/** So many bytes in pieces, and how many of them anybody wanted. */
function endless(sizeBytes: number) {
  const piece = Buffer.alloc(64 * 1024, 'x');
  const told = { wanted: 0 };
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < sizeBytes; sent += piece.length) {
      told.wanted += piece.length;
      yield piece;
    }
  }
  return { told, pieces: pieces() };
}

/** Puts a body over HTTP; resolves with the status. */
function putOverHttp(url: string, body: AsyncIterable<Buffer>, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'PUT', headers }, (response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      source.destroy();
    });
    const source = Readable.from(body);
    source.on('error', () => {});
    // What comes after the answer is about the rest of the body, which nobody wants.
    sent.on('error', reject);
    source.pipe(sent);
  });
}

test('A14: an upload of 10 GB is cut where the bound is, over FTP and HTTP, and what came is marked as partial', async () => {
  const ftp = await requestLog();
  const overFtp = endless(10 * gigabyte);
  expect(await putOverFtp(ftp.location, overFtp.pieces)).toBe(552);
  const http = await requestLog('http');
  const overHttp = endless(10 * gigabyte);
  expect(await putOverHttp(`${http.location}log.txt`, overHttp.pieces)).toBe(413);
  for (const [{ id }, { told }] of [
    [ftp, overFtp],
    [http, overHttp],
  ] as const) {
    // What pipes and sockets between the two of us hold comes on top.
    expect(told.wanted).toBeLessThan(30_000_000);
    await expect.poll(async () => (await transfer(id)).files).toMatchObject([{ name: 'log.txt', partial: true }]);
    expect((await transfer(id)).files[0]?.sizeBytes).toBeLessThanOrEqual(2_000_000);
  }
  // Who says before how much it is gets to know before.
  const announced = endless(10 * gigabyte);
  const headers = { 'content-length': String(10 * gigabyte) };
  expect(await putOverHttp(`${http.location}more.txt`, announced.pieces, headers)).toBe(413);
  expect((await transfer(http.id)).files).toHaveLength(1);
  const control = await signedIn(ftp.location);
  expect(await control.say('ALLO 10000000000')).toMatch(/^552/);
  control.socket.destroy();
});

test('A14: REST beyond the end is refused, for what comes and for what goes', async () => {
  const control = await signedIn((await requestLog()).location);
  await control.passive();
  expect(await control.say('REST 99999999999')).toMatch(/^350/);
  expect(await control.say('STOR log.txt')).toMatch(/^554/);
  for (const odd of ['-1', '1e3', '99999999999999999999', '']) expect(await control.say(`REST ${odd}`), odd).toMatch(/^501/);
  control.socket.destroy();

  const firmwareId = await uploadFirmware(daemon, Buffer.from('firmware'));
  const [, asked] = await Promise.all([
    daemon.api('firmware.assign', { stationId, firmwareId, protocol: 'ftp' }),
    answerNext(station, 'UpdateFirmware', {}),
  ]);
  const fetching = await signedIn(String(asked.location));
  await fetching.passive();
  expect(await fetching.say('REST 9')).toMatch(/^350/);
  expect(await fetching.say('RETR firmware-2.bin')).toMatch(/^554/);
  fetching.socket.destroy();
});

test('A14: all transfers together move no faster than they may', async () => {
  const sizeBytes = 1_900_000;
  const [ftp, http] = [await requestLog(), await requestLog('http')];
  const since = performance.now();
  const codes = await Promise.all([
    putOverFtp(ftp.location, endless(sizeBytes - 65_536).pieces),
    putOverHttp(`${http.location}log.txt`, endless(sizeBytes - 65_536).pieces),
  ]);
  expect(codes).toEqual([226, 201]);
  // 3.8 MB at 2 MB a second; and others are served meanwhile as ever.
  expect(performance.now() - since).toBeGreaterThan(1700);
});

test('how far a firmware has gone is told while it goes, and when it breaks', async () => {
  const firmwareId = await uploadFirmware(daemon, Buffer.alloc(1_900_000, 'x'));
  const [{ id }, asked] = await Promise.all([
    daemon.api('firmware.assign', { stationId, firmwareId, protocol: 'http' }),
    answerNext(station, 'UpdateFirmware', {}),
  ]);
  const response = await fetch(String(asked.location));
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  const moved = async () => (await transfer(id)).movedBytes;
  await expect.poll(moved).toBeGreaterThan(0);
  expect(await moved()).toBeLessThan(1_900_000);
  expect(await transfer(id)).toMatchObject({ state: 'running', sizeBytes: 1_900_000 });
});

test('A14: a thousand sign-ins within a moment are limited, and others are served meanwhile', async () => {
  const { location } = await requestLog();
  const { username, password } = new URL(location);
  // With the right password, on connections that are there already.
  const flood = await Promise.all(Array.from({ length: 4 }, () => signedIn(location, '127.0.0.7')));
  const replies = await Promise.all(
    flood.map(async (control) => {
      const said: string[] = [];
      while (said.length < 250 && !control.socket.destroyed) {
        await control.say(`USER ${username}`);
        said.push(await control.say(`PASS ${password}`));
      }
      return said;
    }),
  );
  const passed = replies.flat().filter((reply) => reply.startsWith('230')).length;
  expect(passed).toBeLessThanOrEqual(600);
  expect(replies.flat().some((reply) => reply.startsWith('421 signInLocked'))).toBe(true);
  for (const { socket } of flood) socket.destroy();

  // With a new connection each: those beyond the limit of an address get no further than the door.
  let greeted = 0;
  let refused = 0;
  for (let sent = 0; sent < 1000; sent += 5) {
    const some = Array.from({ length: 5 }, () => open('127.0.0.8'));
    for (const reply of await Promise.all(some.map((control) => control.reply()))) {
      if (reply.startsWith('220')) greeted++;
      else refused++;
    }
    for (const { socket } of some) socket.destroy();
  }
  expect(greeted).toBeLessThanOrEqual(300);
  expect(greeted + refused).toBe(1000);
  expect((await station.call('Heartbeat'))[0]).toBe(3);
  const other = await signedIn((await requestLog()).location);
  expect(await other.say('NOOP')).toMatch(/^200/);
  other.socket.destroy();
});

test('FTPS is the port of FTP, and addresses say so', async () => {
  const ftps = daemon.addresses.ftp.replace('ftp:', 'ftps:');
  expect(daemon.addresses.ftps).toBe(ftps);
  expect((await daemon.api('fileServer.get')).builtIn).toMatchObject({ ftp: daemon.addresses.ftp, ftps });
});

test('data connections come to the ports and the address that the configuration says', async () => {
  const control = await signedIn((await requestLog()).location);
  const port = await control.passive();
  expect(port).toBeGreaterThanOrEqual(42_000);
  expect(port).toBeLessThanOrEqual(42_099);
  const [, high, low] = /^227 .*\(127,0,0,1,(\d+),(\d+)\)/.exec(await control.say('PASV')) ?? [];
  expect(Number(high) * 256 + Number(low)).toBeGreaterThanOrEqual(42_000);
  control.socket.destroy();
});

test('a thousand connections: those above the limits are sent away, and others are served', async () => {
  const { location } = await requestLog();
  const crowd = await Promise.all(Array.from({ length: 1000 }, (_, index) => open(`127.0.1.${(index % 200) + 1}`)));
  const greetings = await Promise.all(crowd.map((control) => control.reply()));
  expect(greetings.filter((each) => each.startsWith('220')).length).toBeLessThanOrEqual(40);
  expect(greetings.filter((each) => each !== '' && !/^(220|421)/.test(each))).toEqual([]);
  expect((await daemon.api('firmware.versions')).length).toBe(1);
  const left = Promise.all(crowd.map(({ socket }) => socket.closed || new Promise((resolve) => socket.once('close', resolve))));
  for (const { socket } of crowd) socket.destroy();
  await left;
  await expect
    .poll(async () => {
      const control = open();
      const greeting = await control.reply();
      control.socket.destroy();
      return greeting;
    })
    .toMatch(/^220/);
  const control = await signedIn(location);
  expect(await control.say('NOOP')).toMatch(/^200/);
  control.socket.destroy();
});
