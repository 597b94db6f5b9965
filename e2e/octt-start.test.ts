import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { type OcttStation, octtDaemon, octtStation, validTag } from './support/octt.ts';

let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('START');
  station = await octtStation(daemon, 'START');
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

test('TC_001 cold boot: the station is accepted, its connectors are free, and heartbeats tell the time', async () => {
  expect(await station.live()).toMatchObject({ online: true, registration: 'accepted', vendor: 'Other Maker', firmware: '1.0' });
  for (const connectorId of [1, 2]) expect(await station.outlet(connectorId)).toMatchObject({ status: 'Available' });
  const { currentTime } = (await station.rpc.call('Heartbeat', {})) as { currentTime: string };
  expect(Math.abs(Date.parse(currentTime) - Date.now())).toBeLessThan(60_000);
});

test('TC_003 regular session, plugged in first', async () => {
  await station.status(1, 'Preparing');
  expect(await station.authorize(validTag)).toMatchObject({ status: 'Accepted' });
  const { transactionId, status } = await station.start(1, validTag);
  expect(status).toBe('Accepted');
  await station.status(1, 'Charging');
  expect(await station.outlet(1)).toMatchObject({ state: 'charging', session: { transactionId, userName: 'Eva User' } });
  await station.stop(transactionId, { idTag: validTag });
  await station.status(1, 'Finishing');
  await station.status(1, 'Available');
  expect(station.session(transactionId)).toMatchObject({ state: 'ended', energyWh: 2000 });
});

test('TC_004_1 regular session, identified first', async () => {
  expect(await station.authorize(validTag)).toMatchObject({ status: 'Accepted' });
  await station.status(1, 'Preparing');
  const { transactionId } = await station.start(1, validTag);
  await station.status(1, 'Charging');
  expect(await station.outlet(1)).toMatchObject({ state: 'charging' });
  await station.stop(transactionId, { idTag: validTag });
  await station.status(1, 'Available');
  expect(station.session(transactionId)).toMatchObject({ state: 'ended', energyWh: 2000 });
});

test('TC_004_2 identified first, and no cable in time: no session, and the outlet is free again', async () => {
  expect(await station.authorize(validTag)).toMatchObject({ status: 'Accepted' });
  await station.status(1, 'Preparing');
  await station.status(1, 'Available');
  expect(await station.outlet(1)).toMatchObject({ status: 'Available', session: null });
});

test('TC_005_1 the cable is pulled at the car: the session ends with that reason', async () => {
  await station.status(1, 'Preparing');
  const { transactionId } = await station.start(1, validTag);
  await station.status(1, 'Charging');
  await station.status(1, 'SuspendedEV', { info: 'EV side disconnected' });
  await station.stop(transactionId, { reason: 'EVDisconnected' });
  await station.status(1, 'Finishing', { info: 'EV side disconnected' });
  await station.status(1, 'Available');
  expect(station.session(transactionId)).toMatchObject({ state: 'ended', stopReason: 'EVDisconnected' });
});

test('TC_007 a tag from the cache: the station starts without asking, and the start is authorised', async () => {
  await station.status(1, 'Preparing');
  const { transactionId, status } = await station.start(1, validTag);
  expect(status).toBe('Accepted');
  await station.status(1, 'Charging');
  await station.stop(transactionId, { idTag: validTag });
  await station.status(1, 'Available');
});

test('TC_061 clear the cache of tags', async () => {
  station.answers('ClearCache', { status: 'Accepted' });
  expect(await station.send({ kind: 'clearCache' }, 'accepted')).toMatchObject({ answer: 'Accepted' });
  expect(station.asked).toContainEqual(['ClearCache', {}]);
});
