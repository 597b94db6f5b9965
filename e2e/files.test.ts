import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { Client } from 'basic-ftp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulateStation } from '../simulator/station.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { answerNext, bootedStation, hasProgram, run, sha256, stationIdOf, uploadFirmware } from './support/files.ts';
import { FtpControl } from './support/ftp-control.ts';
import { type RawStation, rowsOf, siteOf } from './support/stations.ts';

const chargeBoxId = 'FILES-1';
const log = Buffer.from(Array.from({ length: 4000 }, (_, line) => `line ${line + 1} of the station's log\n`).join(''));
const image = randomBytes(700_000);
let daemon: TestDaemon;
let station: RawStation;
let stationId: string;

beforeAll(async () => {
  daemon = await startDaemon({
    provision: { sites: siteOf({ id: chargeBoxId }, { id: 'FILES-SIM' }) },
    flags: ['--max-file-megabytes', '2', '--station-files-megabytes', '5'],
  });
  station = await bootedStation(daemon, chargeBoxId);
  stationId = await stationIdOf(daemon, chargeBoxId);
});
afterAll(() => daemon?.stop());

const patient = { timeout: 15_000 };
type Protocol = 'ftp' | 'ftps' | 'http' | 'https';

/** Asks the station for its log; resolves with where it is to go. */
async function requestLog(protocol: Protocol): Promise<{ id: string; location: string }> {
  const [{ id }, asked] = await Promise.all([
    daemon.api('diagnostics.request', { stationId, protocol }),
    answerNext(station, 'GetDiagnostics', { fileName: 'log.txt' }),
  ]);
  return { id, location: String(asked.location) };
}

async function assign(firmwareId: string, protocol: Protocol): Promise<{ id: string; location: string }> {
  const [{ id }, asked] = await Promise.all([
    daemon.api('firmware.assign', { stationId, firmwareId, protocol }),
    answerNext(station, 'UpdateFirmware', {}),
  ]);
  return { id, location: String(asked.location) };
}

const transfer = (id: string) => daemon.api('diagnostics.get', { transferId: id });

const collector = (parts: Buffer[]) =>
  new Writable({
    write(bytes: Buffer, _encoding, done) {
      parts.push(bytes);
      done();
    },
  });

async function ftpAt(location: string, secure = false): Promise<Client> {
  const { hostname, port, username, password } = new URL(location);
  const client = new Client(10_000);
  await client.access({
    host: hostname,
    port: Number(port),
    user: username,
    password,
    secure,
    secureOptions: { rejectUnauthorized: false },
  });
  return client;
}

describe('FIELD 21: a log comes from the station, to a URL made for it alone', () => {
  test.each(['ftp', 'ftps'] as const)('over %s', async (protocol) => {
    const { id, location } = await requestLog(protocol);
    expect(location).toMatch(new RegExp(`^${protocol}://[0-9a-f]{16}:[0-9a-f]{32}@127\\.0\\.0\\.1:\\d+/$`));
    const client = await ftpAt(location, protocol === 'ftps');
    await station.call('DiagnosticsStatusNotification', { status: 'Uploading' });
    await client.uploadFrom(Readable.from([log]), 'log.txt');
    expect((await client.list()).map(({ name, size }) => ({ name, size }))).toEqual([{ name: 'log.txt', size: log.length }]);
    client.close();
    await station.call('DiagnosticsStatusNotification', { status: 'Uploaded' });

    const done = await transfer(id);
    expect(done).toMatchObject({ state: 'done', status: 'Uploaded', movedBytes: log.length });
    expect(done.files).toMatchObject([{ name: 'log.txt', sizeBytes: log.length, sha256: sha256(log), partial: false }]);
    const fileId = done.files[0]?.id ?? '';
    expect(await daemon.api('diagnostics.lines', { fileId, from: 3, count: 2 })).toEqual({
      entry: 'log.txt',
      lines: ["line 3 of the station's log", "line 4 of the station's log"],
      more: true,
    });
    expect((await daemon.api('diagnostics.search', { fileId, text: 'LINE 3999 ' })).matches).toEqual([
      { entry: 'log.txt', line: 3999, text: "line 3999 of the station's log" },
    ]);
    const { path } = await daemon.api('diagnostics.link', { fileId });
    const [first, second] = [await fetch(daemon.addresses.local + path), await fetch(daemon.addresses.local + path)];
    expect(sha256(Buffer.from(await first.arrayBuffer()))).toBe(sha256(log));
    expect(first.headers.get('content-disposition')).toContain('log.txt');
    expect(second.status).toBe(404);
    // What was uploaded ends the transfer, and its password with it.
    await expect(ftpAt(location)).rejects.toThrow(/530/);
  });

  test.each(['PUT raw', 'POST as a form'])('over http: %s', async (way) => {
    const { id, location } = await requestLog('http');
    const form = new FormData();
    form.append('note', 'x');
    form.append('file', new Blob([log]), 'log.txt');
    const answer =
      way === 'PUT raw'
        ? await fetch(`${location}log.txt`, { method: 'PUT', body: new Uint8Array(log) })
        : await fetch(location, { method: 'POST', body: form });
    expect(answer.ok).toBe(true);
    expect((await transfer(id)).files).toMatchObject([{ name: 'log.txt', sha256: sha256(log), partial: false }]);
  });
});

describe('FIELD 21: a firmware goes to the station, from a URL made for it alone', () => {
  test('over FTP, with its states, and as far as it has come', async () => {
    const firmwareId = await uploadFirmware(daemon, image);
    const { id, location } = await assign(firmwareId, 'ftp');
    expect(location).toMatch(/\/firmware-2\.bin$/);
    await expect(daemon.api('firmware.remove', { firmwareId })).rejects.toMatchObject({ error: { code: 'firmwareInUse' } });
    const client = await ftpAt(location);
    expect(await client.size('firmware-2.bin')).toBe(image.length);
    const parts: Buffer[] = [];
    await client.downloadTo(collector(parts), 'firmware-2.bin');
    expect(sha256(Buffer.concat(parts))).toBe(sha256(image));
    client.close();
    expect(await transfer(id)).toMatchObject({ state: 'transferred', movedBytes: image.length, sizeBytes: image.length });
    for (const [status, state] of [
      ['Downloaded', 'transferred'],
      ['Installing', 'installing'],
      ['Installed', 'done'],
    ] as const) {
      await station.call('FirmwareStatusNotification', { status });
      expect(await transfer(id)).toMatchObject({ status, state });
    }
    await daemon.api('firmware.remove', { firmwareId });
    expect(await daemon.api('firmware.list')).toEqual([]);
  });

  test('over HTTP, in parts', async () => {
    const { location } = await assign(await uploadFirmware(daemon, image), 'http');
    const part = (range: string) => fetch(location, { headers: { range } });
    const middle = await part('bytes=1000-1999');
    expect([middle.status, middle.headers.get('content-range')]).toEqual([206, `bytes 1000-1999/${image.length}`]);
    expect(Buffer.from(await middle.arrayBuffer()).equals(image.subarray(1000, 2000))).toBe(true);
    expect((await part('bytes=-100')).headers.get('content-length')).toBe('100');
    expect((await part('bytes=-0')).status).toBe(416);
    expect((await part(`bytes=${image.length}-`)).status).toBe(416);
    expect(sha256(Buffer.from(await (await fetch(location)).arrayBuffer()))).toBe(sha256(image));
    expect((await fetch(location.replace('firmware-2', 'other'))).status).toBe(404);
    expect((await fetch(location, { method: 'PUT', body: 'x' })).status).toBe(404);
  });

  test('not to one of another maker, unless a person insists', async () => {
    const firmwareId = await uploadFirmware(daemon, image, { maker: 'Another', model: 'Thing' });
    await expect(daemon.api('firmware.assign', { stationId, firmwareId })).rejects.toMatchObject({
      error: { code: 'firmwareMismatch', facts: { maker: 'Another', stationMaker: 'Other Maker', stationModel: 'Model 1' } },
    });
    const [{ state }] = await Promise.all([
      daemon.api('firmware.assign', { stationId, firmwareId, evenThough: true }),
      answerNext(station, 'UpdateFirmware', {}),
    ]);
    expect(state).toBe('waiting');
  });

  test('which the station cannot fetch has failed, and the fleet is known by its versions', async () => {
    const { id } = await assign(await uploadFirmware(daemon, image), 'ftp');
    await station.call('FirmwareStatusNotification', { status: 'DownloadFailed' });
    expect(await transfer(id)).toMatchObject({ state: 'failed', problem: 'DownloadFailed' });
    const [group] = await daemon.api('firmware.versions');
    expect(group).toMatchObject({
      ...{ maker: 'Other Maker', model: 'Model 1', version: '1.0', stations: [{ chargeBoxId, online: true }] },
    });
  });
});

describe('odd stations', () => {
  /** Puts a file by hand, with the bytes of its name as they are. */
  async function putByHand(control: FtpControl, name: Buffer, text: string): Promise<string> {
    const data = connect(await control.passive(), '127.0.0.1');
    const [first, rest] = [name.subarray(0, 2), name.subarray(2)];
    control.socket.write(Buffer.concat([Buffer.from('STOR  '), first]));
    await new Promise((resolve) => setImmediate(resolve));
    control.socket.write(Buffer.concat([rest, Buffer.from(' \n')]));
    data.end(text);
    expect(await control.reply()).toMatch(/^150/);
    return await control.reply();
  }

  test('one sends under another name first, and puts it in place of what broke before', async () => {
    const { id, location } = await requestLog('ftp');
    const control = FtpControl.open(daemon.addresses.ftp);
    await control.signIn(location);
    for (const name of ['log.txt', 'log.txt.part']) expect(await putByHand(control, Buffer.from(name), name)).toMatch(/^226/);
    expect(await control.say('RNFR /log.txt.part')).toMatch(/^350/);
    expect(await control.say('RNTO /log.txt')).toMatch(/^250/);
    expect(await control.say('SIZE log.txt')).toBe('213 12');
    expect(await control.say('RNFR log.txt.part')).toMatch(/^550/);
    control.socket.destroy();
    await station.call('DiagnosticsStatusNotification', { status: 'Uploaded' });
    expect((await transfer(id)).files).toMatchObject([{ name: 'log.txt', sha256: sha256('log.txt.part'), partial: false }]);
  });

  test('names are read as they were meant: UTF-8 in pieces, and Latin-1', async () => {
    const { id, location } = await requestLog('ftp');
    const control = FtpControl.open(daemon.addresses.ftp);
    await control.signIn(location);
    await putByHand(control, Buffer.from('løg.txt'), 'x');
    await putByHand(control, Buffer.from('mål.txt', 'latin1'), 'x');
    control.socket.destroy();
    expect((await transfer(id)).files.map(({ name }) => name)).toEqual(['løg.txt', 'mål.txt']);
  });

  test('commands with bare line feeds, too many spaces, in lower case, and by their old names', async () => {
    const { location } = await requestLog('ftp');
    const { username, password } = new URL(location);
    const control = FtpControl.open(daemon.addresses.ftp);
    await control.reply();
    for (const [line, code] of [
      [`user  ${username} `, 331],
      [`pass ${password}\t`, 230],
      ['type  i', 200],
      ['XPWD', 257],
      ['xcwd //', 250],
      ['XMKD logs', 257],
      ['cwd logs/', 250],
      ['XCUP', 250],
      ['MLST', 250],
      ['MLST other.txt', 550],
    ] as const) {
      control.socket.write(`${line}\n`);
      expect(await control.reply(), line).toMatch(new RegExp(`^${code}`));
    }
    control.socket.destroy();
  });

  test('a listing of one name holds that file alone', async () => {
    const { location } = await requestLog('ftp');
    const client = await ftpAt(location);
    for (const name of ['one.txt', 'two.txt']) await client.uploadFrom(Readable.from([log]), name);
    const names = async (path?: string) => (await client.list(path)).map(({ name }) => name);
    expect(await names()).toEqual(['one.txt', 'two.txt']);
    client.availableListCommands = ['LIST'];
    expect(await names('two.txt')).toEqual(['two.txt']);
    expect(await names('three.txt')).toEqual([]);
    expect(await names('-la /')).toEqual(['one.txt', 'two.txt']);
    client.close();
  });

  test('a part of a body goes on where another broke, and nothing is whole before its last part is there', async () => {
    const { id, location } = await requestLog('http');
    const put = async (range: string, body: Buffer) => {
      const sent = { method: 'PUT', headers: { 'content-range': range }, body: new Uint8Array(body) };
      return (await fetch(`${location}log.txt`, sent)).status;
    };
    const files = async () => (await transfer(id)).files;
    expect(await put(`bytes 5-9/${log.length}`, log.subarray(5, 10))).toBe(416);
    expect(await put(`bytes 0-4999/${log.length}`, log.subarray(0, 5000))).toBe(201);
    expect(await files()).toMatchObject([{ sizeBytes: 5000, partial: true }]);
    expect(await put(`bytes 5000-5009/${log.length}`, log.subarray(5000, 5005))).toBe(400);
    for (const odd of ['bytes 9-5/10', 'bytes 0-99/50', 'lines 1-2/3', 'bytes */10']) expect(await put(odd, log), odd).toBe(400);
    expect(await put(`bytes 5000-${log.length - 1}/${log.length}`, log.subarray(5000))).toBe(201);
    expect(await files()).toMatchObject([{ sizeBytes: log.length, sha256: sha256(log), partial: false }]);
  });

  test('two slashes before a path, and the whole address in the request line', async () => {
    const { id, location } = await requestLog('http');
    const { hostname, port, pathname } = new URL(location);
    const put = (path: string) =>
      new Promise((resolve, reject) => {
        const sent = request({ hostname, port, path, method: 'PUT' }, (answer) => resolve(answer.resume().statusCode));
        sent.on('error', reject).end('x');
      });
    expect(await put(`/${pathname}/slashes.txt`)).toBe(201);
    expect(await put(`${location}address.txt`)).toBe(201);
    expect((await transfer(id)).files.map(({ name }) => name)).toEqual(['slashes.txt', 'address.txt']);
  });
});

test('a station that has nothing to send ends the transfer, and its password with it', async () => {
  const [{ id }, asked] = await Promise.all([
    daemon.api('diagnostics.request', { stationId, protocol: 'ftp' }),
    answerNext(station, 'GetDiagnostics', {}),
  ]);
  await expect.poll(() => transfer(id)).toMatchObject({ state: 'failed', problem: 'NothingToSend' });
  await expect(ftpAt(String(asked.location))).rejects.toThrow(/530/);
});

test('passwords of transfers are on disk nowhere, neither in the API', async () => {
  const { location } = await requestLog('ftp');
  const http = (await requestLog('http')).location;
  const secrets = [new URL(location).password, http.split('/')[5] ?? ''];
  expect(secrets.map((secret) => secret.length)).toEqual([32, 32]);
  const commands = JSON.stringify(await daemon.api('stations.commands', { stationId, limit: 50 }));
  const audit = JSON.stringify(await daemon.api('system.audit', { limit: 200 }));
  const tables = ['commands', 'transfers', 'audit', 'events'].map((table) =>
    JSON.stringify(rowsOf(daemon, `SELECT * FROM ${table}`)),
  );
  for (const secret of secrets)
    for (const text of [commands, audit, daemon.output(), ...tables]) expect(text).not.toContain(secret);
});

test('a simulated station fetches and puts over FTP, HTTP and HTTPS, and comes back with the new version', async () => {
  const simulated = simulateStation({ url: daemon.addresses.ocpp16, chargeBoxId: 'FILES-SIM', speed: 200, outlets: 2 });
  await simulated.until(() => simulated.isReady);
  const id = await stationIdOf(daemon, 'FILES-SIM');
  for (const protocol of ['ftp', 'http', 'https'] as const) {
    const log = await daemon.api('diagnostics.request', { stationId: id, protocol });
    await expect.poll(() => transfer(log.id), patient).toMatchObject({ state: 'done', status: 'Uploaded' });
    const [file] = (await transfer(log.id)).files;
    expect(file).toMatchObject({ name: 'diagnostics-FILES-SIM.log', partial: false });
    const { lines } = await daemon.api('diagnostics.lines', { fileId: file?.id ?? '', from: 1, count: 10 });
    expect(lines[0]).toContain('FILES-SIM, firmware');

    const before = simulated.firmware;
    const firmwareId = await uploadFirmware(daemon, image);
    const update = await daemon.api('firmware.assign', { stationId: id, firmwareId, protocol });
    await expect.poll(() => transfer(update.id), patient).toMatchObject({ state: 'done', movedBytes: image.length });
    await expect.poll(() => simulated.isReady && simulated.firmware !== before, patient).toBe(true);
  }
  await simulated.close();
});

describe.skipIf(!hasProgram('curl'))('curl as the station', () => {
  test('puts and fetches over FTP, FTPS and HTTPS', async () => {
    for (const protocol of ['ftp', 'ftps', 'https'] as const) {
      const { id, location } = await requestLog(protocol);
      const url = protocol === 'https' ? location : location.replace('ftps:', 'ftp:');
      const tls = protocol === 'ftps' ? ['--ssl-reqd'] : [];
      const put = await run('curl', ['-sS', '-k', ...tls, '-T', '-', `${url}log.txt`], log);
      expect(put.code, put.output).toBe(0);
      expect((await transfer(id)).files).toMatchObject([{ name: 'log.txt', sha256: sha256(log), partial: false }]);
      const firmware = await assign(await uploadFirmware(daemon, image), protocol);
      const got = await run('curl', ['-sS', '-k', ...tls, firmware.location.replace('ftps:', 'ftp:')]);
      expect(sha256(got.stdout), got.output).toBe(sha256(image));
    }
  });

  test('goes on where a transfer broke', async () => {
    const { id, location } = await requestLog('ftp');
    const client = await ftpAt(location);
    await client.uploadFrom(Readable.from([log.subarray(0, 5000)]), 'log.txt');
    client.close();
    const more = await run('curl', ['-sS', '--append', '-T', '-', `${location}log.txt`], log.subarray(5000));
    expect(more.code, more.output).toBe(0);
    expect((await transfer(id)).files).toMatchObject([{ sizeBytes: log.length, sha256: sha256(log) }]);
    const fetched = await assign(await uploadFirmware(daemon, image), 'ftp');
    const rest = await run('curl', ['-sS', '-C', '600000', fetched.location]);
    expect(rest.stdout.equals(image.subarray(600_000))).toBe(true);
  });
});

describe.skipIf(!hasProgram('lftp'))('lftp as the station (skipped where lftp is not installed)', () => {
  test.each(['ftp', 'ftps'] as const)('puts, lists and fetches over %s', async (protocol) => {
    const force = `set ftp:ssl-force ${protocol === 'ftps'}; set ssl:verify-certificate no; set net:max-retries 1; set cmd:fail-exit true;`;
    const login = (location: string) => {
      const { username, password, port } = new URL(location);
      return `${force} open -u ${username},${password} -p ${port} ftp://127.0.0.1;`;
    };
    const { id, location } = await requestLog(protocol);
    const file = join(mkdtempSync(join(tmpdir(), 'charge-portal-lftp-')), 'log.txt');
    writeFileSync(file, log);
    const put = await run('lftp', ['-c', `${login(location)} put ${file}; ls; cls -l`]);
    rmSync(dirname(file), { recursive: true });
    expect(put.code, put.output).toBe(0);
    expect(put.output).toContain('log.txt');
    expect((await transfer(id)).files).toMatchObject([{ name: 'log.txt', sha256: sha256(log), partial: false }]);
    const firmware = await assign(await uploadFirmware(daemon, image), protocol);
    const got = await run('lftp', ['-c', `${login(firmware.location)} cat firmware-2.bin`]);
    expect(sha256(got.stdout), got.output).toBe(sha256(image));
  });
});
