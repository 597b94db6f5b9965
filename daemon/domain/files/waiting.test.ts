import { randomUUIDv7 } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Transfer } from '../../../shared/model/file-transfer.ts';
import { updateCommand } from '../../storage/commands.ts';
import { keepConfigurationKeys } from '../../storage/configuration-keys.ts';
import { insertFirmware } from '../../storage/firmware.ts';
import { expireWaiting } from '../command/wake.ts';
import { withdrawCommand } from '../command/withdraw.ts';
import { DomainError } from '../error.ts';
import { boot } from '../station/boot.ts';
import { connected, disconnected } from '../station/connect.ts';
import { reportFirmwareStatus } from '../station/files.ts';
import { type TestCentral, type TestLink, testCentral, testLink, testPerson, testStart } from '../testing.ts';
import { changeFileServer } from './file-server.ts';
import type { ExternalServer } from './files.ts';
import { openJob } from './job.ts';
import { keepFiles } from './keep.ts';
import { removeFirmware } from './library.ts';
import { assignFirmware, requestDiagnostics } from './request.ts';
import { transferOf } from './station-files.ts';

const hourMs = 3_600_000;
const jobMs = 60_000;
const waitUntil = testStart + 8 * hourMs;
const at = { host: 'portal.example.org', port: 1 };

let folder: string;
let made: TestCentral;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'charge-portal-waits-'));
  const files = { folder: join(folder, 'files'), keyFile: join(folder, 'key'), bytesPerSecond: 0, jobMs };
  made = await testCentral({ settings: { files: { ...files, maxFileBytes: 1000, quotaBytes: 2500 } } });
  made.central.files.endpoints = { ftp: at, http: at, https: at };
  if (made.station.link) await disconnected(made.central, made.station, made.station.link);
});
afterEach(async () => {
  await made.close();
  rmSync(folder, { recursive: true });
});

async function addFirmware(version = '2.0', model = ''): Promise<string> {
  const publicId = randomUUIDv7();
  const words = { name: 'Firmware', fileName: 'fw.bin', maker: '', model, version, notes: '', uploadedBy: 'test' };
  const row = { publicId, ...words, sizeBytes: 1, sha256: '', uploadedAt: made.clock.now() };
  await made.central.storage.write([insertFirmware(row)]);
  return publicId;
}
const assign = async (more: object = {}) =>
  assignFirmware(made.central, testPerson, made.station, { firmwareId: await addFirmware(), waitUntil, ...more });
const askForLog = (more: object = {}) => requestDiagnostics(made.central, testPerson, made.station, { waitUntil, ...more });
const now = (id: string): Promise<Transfer> => transferOf(made.central, testPerson, id);
const stored = ({ commandId }: Readonly<{ commandId: string | null }>) =>
  made.central.storage.read
    .selectFrom('commands')
    .selectAll()
    .where('publicId', '=', String(commandId))
    .executeTakeFirstOrThrow();
const reaches = (transfer: Readonly<{ commandId: string | null }>, state: string) =>
  vi.waitFor(async () => expect((await stored(transfer)).state).toBe(state), { interval: 1 });
const ends = (id: string, like: Partial<Transfer>) =>
  vi.waitFor(async () => expect(await now(id)).toMatchObject({ ...like, endedAt: expect.any(Number) }), { interval: 1 });
const facts = {
  ...{ vendor: 'Vendor', model: 'Model', serialNumber: null, boxSerialNumber: null, iccid: null, imsi: null },
  ...{ meterType: null, meterSerialNumber: null },
};

/** The station is back, and the second has passed after which it is spoken to. */
async function comesBack(link: TestLink = testLink(made.clock)): Promise<TestLink> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await connected(made.central, made.station, link, true);
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  return link;
}

/** Where the station was told to go. */
function toldBy({ requests }: TestLink): URL {
  const request = requests.at(-1);
  return new URL(request && 'location' in request ? request.location : '');
}
const signIn = ({ username, password }: URL) => openJob(made.central, username, password, '192.0.2.10');

/** Nothing that stands in the database opens a transfer. */
async function expectNoSecret(secret: string): Promise<void> {
  for (const table of ['commands', 'audit', 'transfers'] as const)
    expect(JSON.stringify(await made.central.storage.read.selectFrom(table).selectAll().execute())).not.toContain(secret);
}

test('without the wish to wait, a station that is offline is refused as before, and nothing is left', async () => {
  await expect(askForLog({ waitUntil: undefined })).rejects.toMatchObject({ code: 'stationOffline' });
  await expect(assign({ waitUntil: undefined })).rejects.toMatchObject({ code: 'stationOffline' });
  await expect(askForLog({ waitUntil: testStart })).rejects.toMatchObject({ fields: { waitUntil: 'past' } });
  expect(await made.central.storage.read.selectFrom('transfers').selectAll().execute()).toEqual([]);
});

test('a firmware waits; when the station is back it gets a key of its own that opens the file', async () => {
  const { publicId, commandId } = await assign();
  expect(await now(publicId)).toMatchObject({ state: 'waiting', waitUntil, commandId, endedAt: null });
  const waiting = await stored({ commandId });
  expect(JSON.parse(waiting.request)).toMatchObject({
    ...{ kind: 'updateFirmware', location: 'ftp://portal.example.org:1/fw.bin', transfer: { id: publicId } },
  });
  made.clock.advance(2 * hourMs);
  await keepFiles(made.central);
  expect(await now(publicId)).toMatchObject({ state: 'waiting', endedAt: null });

  const link = await comesBack();
  await reaches({ commandId }, 'accepted');
  const told = toldBy(link);
  expect(told.href).toMatch(/^ftp:\/\/[0-9a-f]{16}:[0-9a-f]{32}@portal\.example\.org:1\/fw\.bin$/);
  expect(link.requests).toMatchObject([{ retrieveAt: testStart + 2 * hourMs }]);
  expect(await signIn(told)).toMatchObject({ way: 'fetch', file: { name: 'fw.bin' } });
  expect(await now(publicId)).toMatchObject({
    ...{ state: 'waiting', waitUntil: null, scheduledAt: made.clock.now(), expiresAt: made.clock.now() + jobMs },
  });
  expect(JSON.parse((await stored({ commandId })).request).location).toBe(
    `ftp://${told.username}:•••@portal.example.org:1/fw.bin`,
  );
  await expectNoSecret(told.password);
});

test('a time to fetch it that lies further ahead stays', async () => {
  const retrieveAt = testStart + 20 * hourMs;
  const transfer = await assign({ retrieveAt, retries: 2, retryIntervalS: 60 });
  const link = await comesBack();
  await reaches(transfer, 'accepted');
  expect(link.requests).toMatchObject([{ retrieveAt, retries: 2, retryIntervalS: 60 }]);
  expect(await now(transfer.publicId)).toMatchObject({ scheduledAt: retrieveAt, expiresAt: retrieveAt + jobMs + 120_000 });
});

test('a log is asked for when the station is back, with the span that was wanted', async () => {
  const transfer = await askForLog({ from: testStart - hourMs, until: testStart });
  const link = await comesBack();
  await reaches(transfer, 'accepted');
  expect(link.requests).toMatchObject([{ kind: 'getDiagnostics', from: testStart - hourMs, until: testStart }]);
  expect(await signIn(toldBy(link))).toMatchObject({ way: 'put' });
});

test('the protocol is what the station supports by then, and over TLS one that needs it', async () => {
  const transfer = await askForLog();
  const key = { stationId: made.station.id, key: 'SupportedFileTransferProtocols', readonly: 1, readAt: testStart };
  await made.central.storage.write([keepConfigurationKeys([{ ...key, value: 'HTTPS,HTTP' }])]);
  const link = await comesBack(Object.assign(testLink(made.clock), { secure: true }));
  await reaches(transfer, 'accepted');
  expect(toldBy(link).protocol).toBe('https:');
});

test('one that was chosen and is not supported by then ends it, with the reason', async () => {
  const transfer = await askForLog({ protocol: 'ftps' });
  const key = { stationId: made.station.id, key: 'SupportedFileTransferProtocols', readonly: 1, readAt: testStart };
  await made.central.storage.write([keepConfigurationKeys([{ ...key, value: 'HTTP' }])]);
  const link = await comesBack();
  await ends(transfer.publicId, { state: 'failed', problem: 'protocolNotSupported HTTP' });
  expect(link.requests).toEqual([]);
  await expect(askForLog({ protocol: 'ftps' })).rejects.toMatchObject({ code: 'protocolNotSupported' });
});

test('firmware that does not fit any more does not go, unless a person insisted', async () => {
  const firmwareId = await addFirmware('2.0', 'Model');
  const transfer = await assign({ firmwareId });
  const insisted = await assign({ firmwareId, evenThough: true });
  made.station.booted = true;
  await boot(made.central, made.station, { ...facts, model: 'Another', firmware: '1.0' });
  const link = await comesBack();
  await ends(transfer.publicId, { state: 'failed', problem: 'firmwareMismatch' });
  await reaches(insisted, 'accepted');
  expect(link.requests).toHaveLength(1);
});

test('it survives a restart of the daemon', async () => {
  const transfer = await assign();
  made = await made.restart();
  made.central.files.endpoints = { ftp: at, http: at, https: at };
  expect(await now(transfer.publicId)).toMatchObject({ state: 'waiting', waitUntil });
  const link = await comesBack();
  await reaches(transfer, 'accepted');
  expect(await signIn(toldBy(link))).toMatchObject({ way: 'fetch' });
});

test('a line that breaks before it was sent leaves it waiting; the next time its key is another one', async () => {
  const transfer = await assign();
  const line = testLink(made.clock);
  const call: TestLink['call'] = async (request) => {
    line.requests.push(request);
    throw new DomainError('stationOffline');
  };
  const broken = await comesBack({ ...line, call });
  await vi.waitFor(() => expect([broken.requests.length, made.central.waiting.size]).toEqual([1, 1]), { interval: 1 });
  expect(await stored(transfer)).toMatchObject({ state: 'waiting', request: expect.not.stringContaining('•••') });
  expect(await now(transfer.publicId)).toMatchObject({ state: 'waiting', waitUntil });
  await disconnected(made.central, made.station, broken);
  made.clock.advance(hourMs);
  await keepFiles(made.central);
  expect(await now(transfer.publicId)).toMatchObject({ state: 'waiting', waitUntil, endedAt: null });

  const link = await comesBack();
  await reaches(transfer, 'accepted');
  await expect(signIn(toldBy(broken))).rejects.toMatchObject({ code: 'transferRefused' });
  expect(await signIn(toldBy(link))).toMatchObject({ way: 'fetch' });
});

test('one whose station is not back in time has expired', async () => {
  const transfer = await assign();
  made.clock.set(waitUntil);
  await expireWaiting(made.central);
  await ends(transfer.publicId, { state: 'expired', problem: 'expired', waitUntil: null });
  expect((await comesBack()).requests).toEqual([]);
});

test('one that is taken back ends its transfer, also when the daemon stops in between', async () => {
  const transfer = await assign();
  await withdrawCommand(made.central, testPerson, made.station, String(transfer.commandId));
  await ends(transfer.publicId, { state: 'withdrawn', problem: 'withdrawn' });
  const other = await assign();
  await made.central.storage.write([updateCommand(String(other.commandId), { state: 'withdrawn', doneAt: testStart })]);
  made = await made.restart();
  await ends(other.publicId, { state: 'withdrawn' });
});

test('firmware that a station waits for stays in the library', async () => {
  const firmwareId = await addFirmware();
  const transfer = await assign({ firmwareId });
  const remove = () => removeFirmware(made.central, testPerson, firmwareId);
  await expect(remove()).rejects.toMatchObject({ code: 'firmwareInUse' });
  await withdrawCommand(made.central, testPerson, made.station, String(transfer.commandId));
  await ends(transfer.publicId, { state: 'withdrawn' });
  await remove();
});

test('what a station says of an earlier one changes nothing in one that waits', async () => {
  const transfer = await assign();
  await reportFirmwareStatus(made.central, made.station, 'Installed');
  expect(await now(transfer.publicId)).toMatchObject({ state: 'waiting', status: null });
  await boot(made.central, made.station, { ...facts, firmware: '2.0' });
  made = await made.restart();
  await boot(made.central, made.station, { ...facts, firmware: '1.0' });
  await boot(made.central, made.station, { ...facts, firmware: '2.0' });
  expect(await now(transfer.publicId)).toMatchObject({ state: 'waiting', status: null, endedAt: null });
});

/** What is kept on another server, by path; one that is gone refuses. */
function otherServer(): Readonly<{ kept: string[]; server: ExternalServer & { isGone: boolean } }> {
  const kept: string[] = [];
  const put = async (path: string) => {
    if (server.isGone) throw new DomainError('fileServerRefused', { reason: 'nobody is there' });
    kept.push(path);
  };
  const server = {
    isGone: false,
    put: (_server: unknown, path: string) => put(path),
    makeFolder: (_server: unknown, path: string) => put(`${path}/`),
    remove: async () => {},
    take: async () => {},
    probe: async () => [],
    greet: async () => [],
  };
  return { kept, server };
}

async function useOtherServer(server: ExternalServer): Promise<void> {
  made.central.files.external = server;
  const flags = { allowPrivate: true, trustCertificate: false };
  const external = { url: 'ftp://files.example.org/in@box', user: 'portal', password: 'Pass-of-theirs', ...flags };
  await changeFileServer(made.central, testPerson, { server: 'external', protocol: 'auto', keepDays: 30, external });
}

test('a fleet that comes back at once is served by another server four at a time', async () => {
  const { server } = otherServer();
  const open: (() => void)[] = [];
  let most = 0;
  const makeFolder = () =>
    new Promise<void>((resolve) => {
      most = Math.max(most, open.push(resolve));
    });
  await useOtherServer({ ...server, makeFolder });
  const logs = [];
  const stations = [made.station];
  for (let i = 0; i < 9; i++) stations.push(await made.addStation({ isOnline: false }));
  for (const station of stations) {
    station.configurationReadAt = testStart;
    station.booted = true;
    logs.push(await requestDiagnostics(made.central, testPerson, station, { waitUntil }));
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  for (const station of stations) await connected(made.central, station, testLink(made.clock), true);
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  for (const [served] of logs.entries()) {
    await vi.waitFor(() => expect(open.length).toBe(Math.min(4, logs.length - served)), { interval: 1 });
    open.shift()?.();
  }
  for (const log of logs) await reaches(log, 'accepted');
  expect(most).toBe(4);
});

test('on another server the file is put when the station is back, and its password stands nowhere here', async () => {
  const { kept, server } = otherServer();
  await useOtherServer(server);
  const transfer = await assign();
  const log = await askForLog();
  expect(kept).toEqual([]);
  const link = await comesBack();
  await reaches(log, 'accepted');
  const folderOf = (id: string) => `/in@box/${id}`;
  expect(kept).toEqual([`${folderOf(transfer.publicId)}/fw.bin`, `${folderOf(log.publicId)}/`]);
  const sign = 'ftp://portal:Pass-of-theirs@files.example.org:21';
  expect(link.requests.map((request) => 'location' in request && request.location)).toEqual(kept.map((path) => sign + path));
  expect(await now(log.publicId)).toMatchObject({ server: 'external', protocol: 'ftp' });
  await expectNoSecret('Pass-of-theirs');

  await disconnected(made.central, made.station, link);
  const late = await askForLog();
  server.isGone = true;
  await comesBack();
  await ends(late.publicId, { state: 'failed', problem: 'fileServerRefused nobody is there' });
});
