import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { Client } from 'basic-ftp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { answerNext, bootedStation, hasProgram, run, sha256, stationIdOf, uploadFirmware } from './support/files.ts';
import { type RawStation, siteOf } from './support/stations.ts';

const chargeBoxId = 'FILES-1';
const log = Buffer.from(Array.from({ length: 4000 }, (_, line) => `line ${line + 1} of the station's log\n`).join(''));
const image = randomBytes(700_000);
let daemon: TestDaemon;
let station: RawStation;
let stationId: string;

beforeAll(async () => {
  daemon = await startDaemon({
    provision: { sites: siteOf({ id: chargeBoxId }) },
    flags: ['--max-file-megabytes', '2', '--station-files-megabytes', '5'],
  });
  station = await bootedStation(daemon, chargeBoxId);
  stationId = await stationIdOf(daemon, chargeBoxId);
});
afterAll(() => daemon?.stop());

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

describe('a log comes from the station', () => {
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
