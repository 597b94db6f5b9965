import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Client } from 'basic-ftp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { answerNext, bootedStation, sha256, stationIdOf, uploadFirmware } from './support/files.ts';
import { siteOf } from './support/stations.ts';

const chargeBoxId = 'FILES-WAIT';
let folder: string;
let daemon: TestDaemon;
let stationId: string;

/** The station was there once, and is not now. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'charge-portal-waits-'));
  daemon = await startDaemon({ data: join(folder, 'data'), provision: { sites: siteOf({ id: chargeBoxId }) } });
  stationId = await stationIdOf(daemon, chargeBoxId);
  const station = await bootedStation(daemon, chargeBoxId);
  await answerNext(station, 'GetConfiguration', { configurationKey: [] });
  await station.close();
  await expect.poll(async () => (await daemon.api('stations.get', { stationId })).online).toBe(false);
});
afterEach(async () => {
  await daemon.stop();
  rmSync(folder, { recursive: true });
});

async function restart(): Promise<void> {
  await daemon.stop();
  daemon = await startDaemon({ data: join(folder, 'data') });
}

async function fetchOverFtp(location: string): Promise<Buffer> {
  const { hostname, port, username, password, pathname } = new URL(location);
  const client = new Client(10_000);
  try {
    await client.access({ host: hostname, port: Number(port), user: username, password });
    const parts: Buffer[] = [];
    const sink = new Writable({
      write(bytes: Buffer, _encoding, done) {
        parts.push(bytes);
        done();
      },
    });
    await client.downloadTo(sink, pathname.slice(1));
    return Buffer.concat(parts);
  } finally {
    client.close();
  }
}

test('firmware waits for a station over a restart of the daemon, and is fetched with the URL that the station is given then', async () => {
  const image = randomBytes(200_000);
  const firmwareId = await uploadFirmware(daemon, image);
  const wish = { stationId, firmwareId, protocol: 'ftp' as const };
  await expect(daemon.api('firmware.assign', wish)).rejects.toMatchObject({ error: { code: 'stationOffline' } });
  const waitUntil = Date.now() + 3_600_000;
  const waiting = await daemon.api('firmware.assign', { ...wish, waitUntil });
  expect(waiting).toMatchObject({ state: 'waiting', waitUntil });
  await expect(daemon.api('firmware.remove', { firmwareId })).rejects.toMatchObject({ error: { code: 'firmwareInUse' } });

  await restart();
  const station = await bootedStation(daemon, chargeBoxId);
  const location = String((await answerNext(station, 'UpdateFirmware', {})).location);
  expect(location).toMatch(/^ftp:\/\/[0-9a-f]{16}:[0-9a-f]{32}@127\.0\.0\.1:\d+\/firmware-2\.bin$/);
  expect(sha256(await fetchOverFtp(location))).toBe(sha256(image));
  const now = () => daemon.api('diagnostics.get', { transferId: waiting.id });
  await expect.poll(async () => (await now()).state).toBe('transferred');
  expect(await now()).toMatchObject({ waitUntil: null, commandId: waiting.commandId });
  await station.call('FirmwareStatusNotification', { status: 'Installed' });
  expect(await now()).toMatchObject({ state: 'done', status: 'Installed' });

  const { password } = new URL(location);
  const [commands, audit] = [
    await daemon.api('stations.commands', { stationId, limit: 100 }),
    await daemon.api('system.audit', { limit: 200 }),
  ];
  expect(JSON.stringify([commands, audit])).not.toContain(password);
  await station.close();
});

test('a log that waits is put with the URL that the station is given then; one that is taken back is never asked for', async () => {
  const waitUntil = Date.now() + 3_600_000;
  const wish = { stationId, protocol: 'http' as const, waitUntil };
  const dropped = await daemon.api('diagnostics.request', wish);
  await daemon.api('stations.withdraw', { stationId, commandId: String(dropped.commandId) });
  const now = (transferId: string) => daemon.api('diagnostics.get', { transferId });
  await expect.poll(async () => (await now(dropped.id)).state).toBe('withdrawn');

  const log = await daemon.api('diagnostics.request', wish);
  const station = await bootedStation(daemon, chargeBoxId);
  const location = String((await answerNext(station, 'GetDiagnostics', { fileName: 'log.txt' })).location);
  expect((await fetch(`${location}log.txt`, { method: 'PUT', body: 'what happened' })).ok).toBe(true);
  expect(await now(log.id)).toMatchObject({ waitUntil: null, files: [{ name: 'log.txt', sha256: sha256('what happened') }] });
  await expect.poll(async () => (await daemon.api('stations.commands', { stationId, limit: 1 }))[0]?.state).toBe('accepted');
  await station.close();
});
