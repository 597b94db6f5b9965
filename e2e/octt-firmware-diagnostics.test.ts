import { randomBytes } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { Client } from 'basic-ftp';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Transfer } from '../shared/model/file-transfer.ts';
import type { TestDaemon } from './support/daemon.ts';
import { sha256, uploadFirmware } from './support/files.ts';
import { type OcttStation, octtDaemon, octtStation } from './support/octt.ts';
import { bootFacts } from './support/stations.ts';

/** The files are really moved, over the daemon's own FTP server: OCPP tells only what the station says of it. */
let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('FILES');
  station = await octtStation(daemon, 'FILES');
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

const transfer = (id: string) => daemon.api('diagnostics.get', { transferId: id });
const says = async (kind: 'Firmware' | 'Diagnostics', ...statuses: readonly string[]) => {
  for (const status of statuses) expect(await station.rpc.call(`${kind}StatusNotification`, { status })).toEqual({});
};
const boots = (firmwareVersion: string) => station.rpc.call('BootNotification', { ...bootFacts, firmwareVersion });
const stepsOf = (statuses: readonly string[]) => ({ steps: statuses.map((status) => ({ status, at: expect.any(Number) })) });

async function at(location: string): Promise<{ client: Client; name: string }> {
  const { hostname, port, username, password, pathname } = new URL(location);
  const client = new Client(10_000);
  await client.access({ host: hostname, port: Number(port), user: username, password });
  return { client, name: pathname.slice(1) };
}

describe('firmware', () => {
  let image: Buffer;
  let version = 1;
  beforeEach(() => {
    image = randomBytes(600_000);
    version++;
  });

  /** Orders the update; resolves when the station has been told of it. */
  async function ordered(): Promise<Transfer & Readonly<{ location: string; commandId: string }>> {
    station.answers('UpdateFirmware', {});
    const firmwareId = await uploadFirmware(daemon, image, { version: `${version}.0` });
    const told = await daemon.api('firmware.assign', { stationId: station.nodeId, firmwareId, protocol: 'ftp' });
    await station.reaches(String(told.commandId), 'accepted');
    const [action, asked] = station.asked.at(-1) ?? [];
    expect([action, asked]).toEqual(['UpdateFirmware', { location: expect.any(String), retrieveDate: expect.any(String) }]);
    return { ...told, commandId: String(told.commandId), location: (asked as { location: string }).location };
  }

  /** Fetches the image, whole or no more than its beginning, and takes away what it got. */
  async function fetches(location: string, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
    const { client, name } = await at(location);
    const parts: Buffer[] = [];
    let bytes = 0;
    const sink = new Writable({
      write(part: Buffer, _encoding, done) {
        parts.push(part);
        bytes += part.length;
        if (bytes >= most) client.close();
        done();
      },
    });
    const ended = client.downloadTo(sink, name);
    if (most === Number.POSITIVE_INFINITY) await ended;
    else await expect(ended).rejects.toThrow();
    client.close();
    return Buffer.concat(parts);
  }

  test('TC_044_1 firmware is downloaded and installed, each step is shown', async () => {
    const { id, commandId, location } = await ordered();
    await says('Firmware', 'Downloading');
    expect(sha256(await fetches(location))).toBe(sha256(image));
    await says('Firmware', 'Downloaded', 'Installing', 'Installed');
    await boots(`${version}.0`);
    expect(await station.reaches(commandId, 'done')).toMatchObject({
      detail: stepsOf(['Downloading', 'Downloaded', 'Installing', 'Installed']),
    });
    expect(await transfer(id)).toMatchObject({ state: 'done', status: 'Installed', movedBytes: image.length });
    expect(await station.live()).toMatchObject({ firmware: `${version}.0`, firmwareStatus: 'Installed' });
  });

  test('TC_044_1 a station that never says Installed and comes back with the new version has installed it', async () => {
    const { id, commandId, location } = await ordered();
    await says('Firmware', 'Downloading');
    await fetches(location);
    await says('Firmware', 'Downloaded', 'Installing');
    await boots(`${version - 1}.0`);
    expect(await transfer(id)).toMatchObject({ state: 'installing', endedAt: null });
    await boots(`${version}.0`);
    await station.reaches(commandId, 'done');
    expect(await transfer(id)).toMatchObject({ state: 'done', status: 'BootNotification', endedAt: expect.any(Number) });
  });

  test('TC_044_2 firmware fails in its download', async () => {
    const { id, commandId, location } = await ordered();
    await says('Firmware', 'Downloading');
    expect((await fetches(location, 1)).length).toBeLessThan(image.length);
    await says('Firmware', 'DownloadFailed');
    expect(await station.reaches(commandId, 'failed')).toMatchObject({ detail: stepsOf(['Downloading', 'DownloadFailed']) });
    expect(await transfer(id)).toMatchObject({ state: 'failed', problem: 'DownloadFailed', files: [] });
    expect(await station.live()).toMatchObject({ firmwareStatus: 'DownloadFailed' });
  });

  test('TC_044_3 firmware fails in its installation', async () => {
    const { id, commandId, location } = await ordered();
    await says('Firmware', 'Downloading');
    expect(sha256(await fetches(location))).toBe(sha256(image));
    await says('Firmware', 'Downloaded', 'Installing', 'InstallationFailed');
    const statuses = ['Downloading', 'Downloaded', 'Installing', 'InstallationFailed'];
    expect(await station.reaches(commandId, 'failed')).toMatchObject({ detail: stepsOf(statuses) });
    const failed = { state: 'failed', problem: 'InstallationFailed', movedBytes: image.length };
    expect(await transfer(id)).toMatchObject(failed);
    // It boots with the version that it had: nothing was installed.
    await boots(`${version - 1}.0`);
    expect(await transfer(id)).toMatchObject(failed);
    expect(await station.live()).toMatchObject({ firmwareStatus: 'InstallationFailed' });
  });
});

describe('diagnostics', () => {
  const log = Buffer.from('a line of the log of the station\n'.repeat(20_000));

  async function requested(): Promise<Readonly<{ id: string; location: string; commandId: string }>> {
    station.answers('GetDiagnostics', { fileName: 'log.txt' });
    const told = await daemon.api('diagnostics.request', { stationId: station.nodeId, protocol: 'ftp' });
    await station.reaches(String(told.commandId), 'accepted');
    const [action, asked] = station.asked.at(-1) ?? [];
    expect([action, asked]).toEqual(['GetDiagnostics', { location: expect.stringMatching(/\/$/) }]);
    return { id: told.id, commandId: String(told.commandId), location: (asked as { location: string }).location };
  }

  test('TC_045_1 diagnostics are uploaded', async () => {
    const { id, commandId, location } = await requested();
    await says('Diagnostics', 'Uploading');
    const { client } = await at(location);
    await client.uploadFrom(Readable.from([log]), 'log.txt');
    client.close();
    await says('Diagnostics', 'Uploaded');
    expect(await station.reaches(commandId, 'done')).toMatchObject({
      detail: { fileName: 'log.txt', ...stepsOf(['Uploading', 'Uploaded']) },
    });
    const { files, ...done } = await transfer(id);
    expect(done).toMatchObject({ state: 'done', status: 'Uploaded', movedBytes: log.length });
    expect(files).toMatchObject([{ name: 'log.txt', sizeBytes: log.length, sha256: sha256(log), partial: false }]);
    expect(await station.live()).toMatchObject({ diagnosticsStatus: 'Uploaded' });
  });

  test('TC_045_2 diagnostics fail to upload; what came is kept, and marked as partial', async () => {
    const { id, commandId, location } = await requested();
    await says('Diagnostics', 'Uploading');
    const { client } = await at(location);
    const broken = async function* () {
      yield log.subarray(0, 100_000);
      await vi.waitFor(async () => expect((await transfer(id)).files).toMatchObject([{ partial: true }]), 5000);
      client.close();
      yield log.subarray(100_000);
    };
    await expect(client.uploadFrom(Readable.from(broken()), 'log.txt')).rejects.toThrow();
    await says('Diagnostics', 'UploadFailed');
    expect(await station.reaches(commandId, 'failed')).toMatchObject({
      detail: { fileName: 'log.txt', ...stepsOf(['Uploading', 'UploadFailed']) },
    });
    await vi.waitFor(async () =>
      expect(await transfer(id)).toMatchObject({
        ...{ state: 'failed', problem: 'UploadFailed' },
        files: [{ name: 'log.txt', partial: true }],
      }),
    );
    const [file] = (await transfer(id)).files;
    expect(file?.sizeBytes).toBeLessThan(log.length);
    expect(await station.live()).toMatchObject({ diagnosticsStatus: 'UploadFailed' });
  });
});
