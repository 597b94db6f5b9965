import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { addTag, nowText, type OcttStation, octtDaemon, octtStation, validTag } from './support/octt.ts';
import { bootFacts } from './support/stations.ts';

let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('UNHAPPY');
  await addTag(daemon, { idTag: 'EXPIRED', validUntil: Date.now() - 86_400_000 });
  await addTag(daemon, { idTag: 'BLOCKED', blocked: true });
  station = await octtStation(daemon, 'UNHAPPY');
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

test.each([
  ['TC_023_1', 'NOBODY', 'Invalid'],
  ['TC_023_2', 'EXPIRED', 'Expired'],
  ['TC_023_3', 'BLOCKED', 'Blocked'],
])('%s a tag that may not charge: %s is %s, and no session begins', async (_id, idTag, status) => {
  await station.status(1, 'Preparing');
  expect(await station.authorize(idTag)).toMatchObject({ status });
  await station.status(1, 'Available');
  expect(await station.outlet(1)).toMatchObject({ session: null });
});

test('TC_024 the lock of the connector fails: the outlet shows the fault', async () => {
  await station.status(1, 'Preparing');
  expect(await station.authorize(validTag)).toMatchObject({ status: 'Accepted' });
  await station.status(1, 'Faulted', { errorCode: 'ConnectorLockFailure' });
  expect(await station.outlet(1)).toMatchObject({ state: 'fault', status: 'Faulted', errorCode: 'ConnectorLockFailure' });
  await station.status(1, 'Available');
  expect(await station.outlet(1)).toMatchObject({ state: 'available', errorCode: 'NoError' });
});

test('TC_026 remote start is rejected', async () => {
  station.answers('RemoteStartTransaction', { status: 'Rejected' });
  const command = await station.send({ kind: 'remoteStart', connectorId: 1, idTag: validTag }, 'rejected');
  expect(command).toMatchObject({ answer: 'Rejected' });
  expect(await station.outlet(1)).toMatchObject({ session: null });
});

test('TC_028 remote stop is rejected: the session goes on', async () => {
  station.answers('RemoteStopTransaction', { status: 'Rejected' });
  const { transactionId } = await station.start(1, validTag);
  await station.status(1, 'Charging');
  await station.send({ kind: 'remoteStop', transactionId }, 'rejected');
  expect(await station.outlet(1)).toMatchObject({ state: 'charging', session: { transactionId } });
  await station.stop(transactionId, { idTag: validTag });
  await station.status(1, 'Available');
});

test.each([
  ['TC_030', 'the lock does not open', 1, 'UnlockFailed'],
  ['TC_031', 'the station has no such connector', 99, 'NotSupported'],
])('%s unlock: %s', async (_id, _what, connectorId, status) => {
  station.answers('UnlockConnector', { status });
  expect(await station.send({ kind: 'unlock', connectorId }, 'rejected')).toMatchObject({ answer: status });
  expect(station.asked.at(-1)).toEqual(['UnlockConnector', { connectorId }]);
});

test('TC_032_1 power fails while charging: the stop comes after the next boot', async () => {
  const { transactionId } = await station.start(1, validTag);
  await station.status(1, 'Charging');
  expect(await station.rpc.call('BootNotification', bootFacts)).toMatchObject({ status: 'Accepted' });
  expect(station.session(transactionId)).toMatchObject({ state: 'charging' });
  await station.stop(transactionId, { reason: 'PowerLoss' });
  for (const connectorId of [0, 1, 2]) await station.status(connectorId, 'Available');
  expect(station.session(transactionId)).toMatchObject({ state: 'ended', stopReason: 'PowerLoss', energyWh: 2000 });
});

/** The line breaks, and is there again; what the station did meanwhile it tells then. */
async function reconnect(): Promise<void> {
  await station.rpc.close();
  await station.rpc.connect();
}

test('TC_037_1 a session that began offline with a tag that may charge', async () => {
  await reconnect();
  const { transactionId, status } = await station.start(1, validTag, { timestamp: nowText(600) });
  expect(status).toBe('Accepted');
  await station.status(1, 'Charging');
  expect(await station.outlet(1)).toMatchObject({ state: 'charging', session: { transactionId } });
  await station.stop(transactionId, { idTag: validTag });
  await station.status(1, 'Available');
});

test('TC_037_3 a session that began offline with a tag that may not: it gets a number and Invalid, and the station stops it', async () => {
  await reconnect();
  const { transactionId, status } = await station.start(1, 'NOBODY', { timestamp: nowText(600) });
  expect(status).toBe('Invalid');
  expect(transactionId).toBeGreaterThan(0);
  await station.status(1, 'Charging');
  await station.stop(transactionId, { reason: 'DeAuthorized' });
  await station.status(1, 'Available');
  expect(station.session(transactionId)).toMatchObject({ tagStatus: 'Invalid', stopReason: 'DeAuthorized', energyWh: 2000 });
});

test('TC_039 a session that began and ended offline', async () => {
  await reconnect();
  const { transactionId, status } = await station.start(2, validTag, { timestamp: nowText(7200) });
  expect(status).toBe('Accepted');
  await station.stop(transactionId, { idTag: validTag, timestamp: nowText(3600), reason: 'Local' });
  expect(station.session(transactionId)).toMatchObject({ state: 'ended', energyWh: 2000, stopReason: 'Local' });
  expect(await station.outlet(2)).toMatchObject({ session: null });
});
