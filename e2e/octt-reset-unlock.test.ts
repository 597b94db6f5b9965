import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { type OcttStation, octtDaemon, octtStation, validTag } from './support/octt.ts';
import { bootFacts } from './support/stations.ts';

let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('RESET');
  station = await octtStation(daemon, 'RESET');
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

test.each([
  ['TC_013', 'hard', 'Hard'],
  ['TC_014', 'soft', 'Soft'],
] as const)('%s %s reset: done when the station has booted again', async (_id, mode, type) => {
  station.answers('Reset', { status: 'Accepted' });
  const { id } = await station.send({ kind: 'reset', mode }, 'accepted');
  expect(station.asked.at(-1)).toEqual(['Reset', { type }]);
  expect(await station.rpc.call('BootNotification', bootFacts)).toMatchObject({ status: 'Accepted' });
  for (const connectorId of [0, 1, 2]) await station.status(connectorId, 'Available');
  await station.reaches(id, 'done');
});

const unlock = { kind: 'unlock', connectorId: 1 } as const;

test.each([
  ['TC_017_1', 'loose', 'Unlocked', 'accepted'],
  ['TC_017_2', 'fixed', 'NotSupported', 'rejected'],
] as const)('%s unlock without a session, %s cable: %s', async (_id, _cable, status, state) => {
  station.answers('UnlockConnector', { status });
  expect(await station.send(unlock, state)).toMatchObject({ answer: status });
  expect(station.asked.at(-1)).toEqual(['UnlockConnector', { connectorId: 1 }]);
});

test('TC_018_1 unlock during a session: the session ends with that reason', async () => {
  station.answers('UnlockConnector', { status: 'Unlocked' });
  await station.status(1, 'Preparing');
  const { transactionId } = await station.start(1, validTag);
  await station.status(1, 'Charging');
  expect(await station.send(unlock, 'accepted')).toMatchObject({ answer: 'Unlocked' });
  await station.status(1, 'Finishing');
  await station.stop(transactionId, { reason: 'UnlockCommand' });
  await station.status(1, 'Available');
  expect(station.session(transactionId)).toMatchObject({ state: 'ended', stopReason: 'UnlockCommand' });
});
