import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { answerNext, bootedStation, sha256, stationIdOf, uploadFirmware } from './support/files.ts';
import { type OtherFtpServer, otherFtpServer } from './support/ftp-server.ts';
import { type RawStation, siteOf } from './support/stations.ts';

const password = 'Pass-of-the-other-server';
let daemon: TestDaemon;
let station: RawStation;
let stationId: string;
let other: OtherFtpServer;

beforeAll(async () => {
  other = await otherFtpServer('portal', password);
  daemon = await startDaemon({ provision: { sites: siteOf({ id: 'FILES-3' }) } });
  station = await bootedStation(daemon, 'FILES-3');
  stationId = await stationIdOf(daemon, 'FILES-3');
});
afterAll(async () => {
  await daemon?.stop();
  other?.close();
});

type Change = Readonly<{ password?: string | null; url?: string; allowPrivate?: boolean; trustCertificate?: boolean }>;
const settings = (change: Change = {}) => ({
  ...{ server: 'external' as const, protocol: 'auto' as const, keepDays: 30 },
  external: {
    url: `ftp://127.0.0.1:${other.port}/stations`,
    user: 'portal',
    allowPrivate: true,
    trustCertificate: false,
    ...change,
  },
});

test('the test of the settings goes through every step, and says in words what failed', async () => {
  expect((await daemon.api('fileServer.test')).steps).toMatchObject([
    { step: 'resolve', ok: true },
    { step: 'connect', ok: true, detail: expect.stringContaining('Charge Portal') },
  ]);
  await daemon.api('fileServer.set', settings({ password: 'Not-this-one' }));
  expect(await daemon.api('fileServer.test')).toMatchObject({
    ok: false,
    steps: [
      { step: 'resolve' },
      { step: 'connect' },
      { step: 'signIn', ok: false, detail: expect.stringContaining('wrong password') },
    ],
  });
  expect(await daemon.api('fileServer.set', settings({ password }))).toMatchObject({ external: { hasPassword: true } });
  const { ok, steps } = await daemon.api('fileServer.test');
  expect(steps.map(({ step }) => step)).toEqual(['resolve', 'connect', 'signIn', 'write', 'read', 'remove']);
  expect(ok).toBe(true);
  expect(other.files.size).toBe(0);
  await daemon.api('fileServer.set', settings({ allowPrivate: false }));
  expect((await daemon.api('fileServer.test')).steps).toMatchObject([{ step: 'resolve', ok: false }]);
  for (const url of ['file:///etc/passwd', 'http://127.0.0.1/', 'ftp://a:b@127.0.0.1/', 'ftp://127.0.0.1/x%2f..%2fy', 'nonsense'])
    await expect(daemon.api('fileServer.set', settings({ url })), url).rejects.toMatchObject({
      error: { code: 'fileServerRefused' },
    });
  await daemon.api('fileServer.set', settings());
});

test('a certificate of its own making is refused in words for people, unless the settings take it', async () => {
  const url = daemon.addresses.ftps;
  await daemon.api('fileServer.set', settings({ url }));
  const { steps } = await daemon.api('fileServer.test');
  expect(steps).toMatchObject([
    { ok: true },
    { step: 'connect', ok: false, detail: expect.stringMatching(/certificate|issuer/) },
  ]);
  expect(JSON.stringify(steps)).not.toContain('Node');
  await daemon.api('fileServer.set', settings({ url, trustCertificate: true }));
  expect((await daemon.api('fileServer.test')).steps).toMatchObject([
    {},
    { step: 'connect', ok: true },
    { step: 'signIn', ok: false },
  ]);
  await daemon.api('fileServer.set', settings());
});

test('its password is on disk nowhere in the clear', async () => {
  const audit = JSON.stringify(await daemon.api('system.audit', { limit: 200 }));
  const get = JSON.stringify(await daemon.api('fileServer.get'));
  const files = ['charge-portal.db', 'charge-portal.db-wal'].map((name) => readFileSync(join(daemon.data, name), 'latin1'));
  for (const text of [audit, get, daemon.output(), ...files]) expect(text).not.toContain(password);
});

test('firmware is put there, and the station fetches it from there', async () => {
  const image = Buffer.from('the firmware');
  const firmwareId = await uploadFirmware(daemon, image);
  const [transfer, asked] = await Promise.all([
    daemon.api('firmware.assign', { stationId, firmwareId }),
    answerNext(station, 'UpdateFirmware', {}),
  ]);
  const path = `/stations/${transfer.id}/firmware-2.bin`;
  expect(asked.location).toBe(`ftp://portal:${password}@127.0.0.1:${other.port}${path}`);
  expect(sha256(other.files.get(path) ?? '')).toBe(sha256(image));
  expect(transfer).toMatchObject({ server: 'external', protocol: 'ftp' });
  await station.call('FirmwareStatusNotification', { status: 'Installed' });
  await expect.poll(() => other.files.has(path)).toBe(false);
});

test('a log that the station put there is taken from there', async () => {
  const [transfer, asked] = await Promise.all([
    daemon.api('diagnostics.request', { stationId }),
    answerNext(station, 'GetDiagnostics', { fileName: 'log.txt' }),
  ]);
  expect(asked.location).toMatch(/\/$/);
  other.files.set(`/stations/${transfer.id}/log.txt`, Buffer.from('what happened'));
  await station.call('DiagnosticsStatusNotification', { status: 'Uploaded' });
  const now = () => daemon.api('diagnostics.get', { transferId: transfer.id });
  await expect.poll(async () => (await now()).endedAt !== null).toBe(true);
  const done = await now();
  expect(done).toMatchObject({ state: 'done', files: [{ name: 'log.txt', sha256: sha256('what happened'), partial: false }] });
  expect(other.files.size).toBe(0);
});

test('a server that is gone is a refusal to the person, and no command goes', async () => {
  await daemon.api('fileServer.set', settings({ url: 'ftp://127.0.0.1:1/' }));
  const before = (await daemon.api('diagnostics.list', { stationId })).length;
  await expect(daemon.api('diagnostics.request', { stationId })).rejects.toMatchObject({ error: { code: 'fileServerRefused' } });
  expect((await daemon.api('diagnostics.list', { stationId })).length).toBe(before);
});
