import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { type OcttStation, octtDaemon, octtStation } from './support/octt.ts';
import { bootFacts } from './support/stations.ts';

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

const location = 'ftp://files.example.org/firmware.bin';
const retrieveAt = Date.parse('2026-11-22T12:00:00Z');
async function updated(...statuses: readonly string[]): Promise<string> {
  station.answers('UpdateFirmware', {});
  const { id } = await station.send({ kind: 'updateFirmware', location, retrieveAt }, 'accepted');
  expect(station.asked.at(-1)).toEqual(['UpdateFirmware', { location, retrieveDate: '2026-11-22T12:00:00.000Z' }]);
  for (const status of statuses) expect(await station.rpc.call('FirmwareStatusNotification', { status })).toEqual({});
  return id;
}
const stepsOf = (statuses: readonly string[]) => ({ steps: statuses.map((status) => ({ status, at: expect.any(Number) })) });

test('TC_044_1 firmware is downloaded and installed, each step is shown', async () => {
  const statuses = ['Downloading', 'Downloaded', 'Installing', 'Installed'];
  const id = await updated(...statuses);
  await station.rpc.call('BootNotification', { ...bootFacts, firmwareVersion: '2.0' });
  expect(await station.reaches(id, 'done')).toMatchObject({ detail: stepsOf(statuses) });
  expect(await station.live()).toMatchObject({ firmware: '2.0', firmwareStatus: 'Installed' });
});

test.each([
  ['TC_044_2', 'its download', ['Downloading', 'DownloadFailed']],
  ['TC_044_3', 'its installation', ['Downloading', 'Downloaded', 'Installing', 'InstallationFailed']],
])('%s firmware fails in %s', async (_id, _what, statuses) => {
  const id = await updated(...statuses);
  expect(await station.reaches(id, 'failed')).toMatchObject({ detail: stepsOf(statuses) });
  expect(await station.live()).toMatchObject({ firmwareStatus: statuses.at(-1) });
});

const diagnostics = { kind: 'getDiagnostics', location: 'ftp://files.example.org/logs/' } as const;

test.each([
  ['TC_045_1', 'are uploaded', ['Uploading', 'Uploaded'], 'done'],
  ['TC_045_2', 'fail to upload', ['Uploading', 'UploadFailed'], 'failed'],
] as const)('%s diagnostics %s', async (_id, _what, statuses, state) => {
  station.answers('GetDiagnostics', { fileName: 'log.zip' });
  const { id } = await station.send(diagnostics, 'accepted');
  expect(station.asked.at(-1)).toEqual(['GetDiagnostics', { location: diagnostics.location }]);
  for (const status of statuses) expect(await station.rpc.call('DiagnosticsStatusNotification', { status })).toEqual({});
  expect(await station.reaches(id, state)).toMatchObject({ detail: { fileName: 'log.zip', ...stepsOf(statuses) } });
  expect(await station.live()).toMatchObject({ diagnosticsStatus: statuses.at(-1) });
});
