import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { nowText, type OcttStation, octtDaemon, octtStation } from './support/octt.ts';
import { bootFacts } from './support/stations.ts';

let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('TRIGGER');
  station = await octtStation(daemon, 'TRIGGER');
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

const reading = [{ timestamp: nowText(), sampledValue: [{ value: '42', context: 'Trigger' }] }];

test.each([
  ['MeterValues', { connectorId: 1, meterValue: reading }],
  ['Heartbeat', {}],
  ['StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' }],
  ['DiagnosticsStatusNotification', { status: 'Idle' }],
  ['FirmwareStatusNotification', { status: 'Idle' }],
  ['BootNotification', bootFacts],
] as const)('TC_054 a message is triggered: %s', async (message, payload) => {
  station.answers('TriggerMessage', { status: 'Accepted' });
  expect(await station.send({ kind: 'trigger', message, connectorId: 1 }, 'accepted')).toMatchObject({ answer: 'Accepted' });
  expect(station.asked.at(-1)).toEqual(['TriggerMessage', { requestedMessage: message, connectorId: 1 }]);
  expect(await station.rpc.call(message, payload)).toBeTypeOf('object');
});

test('TC_055 a trigger is rejected', async () => {
  station.answers('TriggerMessage', { status: 'Rejected' });
  expect(await station.send({ kind: 'trigger', message: 'MeterValues' }, 'rejected')).toMatchObject({ answer: 'Rejected' });
});
