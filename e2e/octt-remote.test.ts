import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { type OcttStation, octtDaemon, octtStation, validTag } from './support/octt.ts';

let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('REMOTE');
  station = await octtStation(daemon, 'REMOTE', { HeartbeatInterval: '300', ConnectionTimeOut: '1' });
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

const remoteStart = { kind: 'remoteStart', connectorId: 1, idTag: validTag } as const;

test('TC_010 remote start, plugged in first: done when the session began', async () => {
  station.answers('RemoteStartTransaction', { status: 'Accepted' });
  await station.status(1, 'Preparing');
  const { id } = await station.send(remoteStart, 'accepted');
  expect(station.asked.at(-1)).toEqual(['RemoteStartTransaction', { connectorId: 1, idTag: validTag }]);
  expect(await station.authorize(validTag)).toMatchObject({ status: 'Accepted' });
  const { transactionId } = await station.start(1, validTag);
  expect(await station.reaches(id, 'done')).toMatchObject({ detail: { transactionId } });
  await station.status(1, 'Charging');
  expect(station.session(transactionId)).toMatchObject({ state: 'charging', authentication: 'remote' });
  await station.stop(transactionId, { idTag: validTag });
  await station.status(1, 'Available');
});

test('TC_011_1 remote start first, the cable after it', async () => {
  station.answers('RemoteStartTransaction', { status: 'Accepted' });
  const { id } = await station.send(remoteStart, 'accepted');
  await station.status(1, 'Preparing');
  const { transactionId } = await station.start(1, validTag);
  await station.status(1, 'Charging');
  await station.reaches(id, 'done');
  expect(await station.outlet(1)).toMatchObject({ state: 'charging', session: { transactionId } });
  await station.stop(transactionId, { idTag: validTag });
  await station.status(1, 'Available');
});

test('TC_011_2 remote start, and no cable in time: no session, and the command has failed', { timeout: 50_000 }, async () => {
  station.answers('RemoteStartTransaction', { status: 'Accepted' });
  const { id } = await station.send(remoteStart, 'accepted');
  await station.status(1, 'Preparing');
  await station.status(1, 'Available');
  expect(await station.outlet(1)).toMatchObject({ status: 'Available', session: null });
  // The station's own time for the cable, and half a minute for its word to arrive.
  expect(await station.reaches(id, 'failed', 40_000)).toMatchObject({ answer: 'Accepted', detail: { reason: 'noProof' } });
  expect(await station.outlet(1)).toMatchObject({ status: 'Available', session: null });
});

test('TC_012 remote stop: done when the session stopped', async () => {
  station.answers('RemoteStopTransaction', { status: 'Accepted' });
  await station.status(2, 'Preparing');
  const { transactionId } = await station.start(2, validTag);
  await station.status(2, 'Charging');
  const { id } = await station.send({ kind: 'remoteStop', transactionId }, 'accepted');
  expect(station.asked.at(-1)).toEqual(['RemoteStopTransaction', { transactionId }]);
  await station.stop(transactionId, { reason: 'Remote' });
  await station.status(2, 'Finishing');
  await station.status(2, 'Available');
  await station.reaches(id, 'done');
  expect(station.session(transactionId)).toMatchObject({ state: 'ended', stopReason: 'Remote' });
});
