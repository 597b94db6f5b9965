import { expect, test, vi } from 'vitest';
import type { AskedRequest, Command } from '../../../shared/model/command.ts';
import { boot } from '../station/boot.ts';
import { reportDiagnosticsStatus, reportFirmwareStatus } from '../station/files.ts';
import { type TestCentral, type TestLink, testCentral, testPerson, testStart } from '../testing.ts';
import { sendCommand } from './send.ts';

const facts = (firmware: string) => ({
  ...{ vendor: 'V', model: 'M', serialNumber: null, boxSerialNumber: null, firmware, iccid: null, imsi: null },
  ...{ meterType: null, meterSerialNumber: null },
});
const update = { kind: 'updateFirmware', location: 'https://192.0.2.1/fw.bin', retrieveAt: testStart } as const;
const diagnose = { kind: 'getDiagnostics', location: 'ftp://user:secret@192.0.2.1/logs/' } as const;

const row = ({ central }: TestCentral, { id }: Command) =>
  central.storage.read.selectFrom('commands').selectAll().where('publicId', '=', id).executeTakeFirstOrThrow();
async function reaches(made: TestCentral, command: Command, state: Command['state']) {
  await vi.waitFor(async () => expect((await row(made, command)).state).toBe(state), { interval: 1 });
  return row(made, command);
}
async function accepted(made: TestCentral, request: AskedRequest, detail?: object) {
  (made.station.link as TestLink).answer = () => ({ outcome: 'accepted', answer: 'Accepted', ...(detail && { detail }) });
  const command = await sendCommand(made.central, testPerson, made.station, request);
  await reaches(made, command, 'accepted');
  return command;
}
/** A domain that has just begun, on the line of the one before. */
function onLine(again: TestCentral, { station }: TestCentral): TestCentral {
  again.station.link = station.link;
  return again;
}
const steps = async (made: TestCentral, command: Command): Promise<string[]> =>
  (JSON.parse((await row(made, command)).detail ?? '{}').steps ?? []).map(({ status }: { status: string }) => status);
const firmware = ({ central, station }: TestCentral, status: string) => reportFirmwareStatus(central, station, status);
const diagnostics = ({ central, station }: TestCentral, status: string) => reportDiagnosticsStatus(central, station, status);

test('an update shows each step, and Installed proves it', async () => {
  const made = await testCentral();
  const command = await accepted(made, update);
  for (const status of ['Idle', 'Downloading', 'Downloaded', 'Installing']) await firmware(made, status);
  await vi.waitFor(async () => expect(await steps(made, command)).toEqual(['Downloading', 'Downloaded', 'Installing']));
  await firmware(made, 'Installed');
  await reaches(made, command, 'done');
  expect(await steps(made, command)).toHaveLength(4);
  await made.close();
});

test('a boot with another version proves it as well; one with the old version does not', async () => {
  const made = await testCentral();
  const command = await accepted(made, update);
  await boot(made.central, made.station, facts('1.0'));
  expect((await row(made, command)).state).toBe('accepted');
  await boot(made.central, made.station, facts('2.0'));
  await reaches(made, command, 'done');
  await made.close();
});

test.each(['DownloadFailed', 'InstallationFailed'])('%s is its failure', async (status) => {
  const made = await testCentral();
  const command = await accepted(made, update);
  await firmware(made, status);
  await reaches(made, command, 'failed');
  expect(await steps(made, command)).toEqual([status]);
  await firmware(made, 'Installed');
  expect((await row(made, command)).state).toBe('failed');
  await made.close();
});

test('an update that is under way is followed on after a restart of the daemon, within its time', async () => {
  const made = await testCentral();
  const command = await accepted(made, update);
  await firmware(made, 'Downloading');
  await vi.waitFor(async () => expect(await steps(made, command)).toHaveLength(1));
  const again = await made.restart();
  expect((await row(again, command)).state).toBe('accepted');
  await firmware(again, 'Installed');
  await reaches(again, command, 'done');
  expect(await steps(again, command)).toEqual(['Downloading', 'Installed']);

  const other = await accepted(onLine(again, made), update);
  again.clock.advance(48 * 3_600_000);
  const late = await again.restart();
  expect(await reaches(late, other, 'failed')).toMatchObject({ detail: '{"reason":"noProof"}' });
  await late.close();
});

test('with retries a failed download may be followed by success', async () => {
  const made = await testCentral();
  const command = await accepted(made, { ...update, retries: 2, retryIntervalS: 60 });
  await firmware(made, 'DownloadFailed');
  await reaches(made, command, 'failed');
  await firmware(made, 'Downloading');
  await firmware(made, 'Installed');
  await reaches(made, command, 'done');
  expect(await steps(made, command)).toEqual(['DownloadFailed', 'Downloading', 'Installed']);
  await made.close();
});

test('diagnostics are done when they are uploaded; the name of the file stays', async () => {
  const made = await testCentral();
  const command = await accepted(made, diagnose, { fileName: 'log.zip' });
  await diagnostics(made, 'Uploading');
  await diagnostics(made, 'Uploaded');
  const { detail } = await reaches(made, command, 'done');
  expect(JSON.parse(detail ?? '')).toMatchObject({
    fileName: 'log.zip',
    steps: [{ status: 'Uploading' }, { status: 'Uploaded' }],
  });
  await made.close();
});

test('UploadFailed is their failure', async () => {
  const made = await testCentral();
  const command = await accepted(made, diagnose, { fileName: 'log.zip' });
  await diagnostics(made, 'UploadFailed');
  await reaches(made, command, 'failed');
  await made.close();
});

test('the password of a place is stored and shown nowhere, but the station gets it', async () => {
  const made = await testCentral();
  const command = await accepted(made, diagnose, { fileName: 'log.zip' });
  expect(command.request).toMatchObject({ location: 'ftp://user:•••@192.0.2.1/logs/' });
  expect((made.station.link as TestLink).requests).toContainEqual(diagnose);
  for (const table of ['commands', 'audit'] as const) {
    const rows = await made.central.storage.read.selectFrom(table).selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('secret');
  }
  await made.close();
});

test('a span of time that ends before it begins is refused', async () => {
  const made = await testCentral();
  await expect(
    sendCommand(made.central, testPerson, made.station, { ...diagnose, from: testStart, until: testStart }),
  ).rejects.toMatchObject({ fields: { 'request.until': 'beforeStart' } });
  await made.close();
});
