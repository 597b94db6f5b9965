import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { type OcttStation, octtDaemon, octtStation } from './support/octt.ts';

let daemon: TestDaemon;
let station: OcttStation;
const key = (name: string, value: string) => ({ key: name, readonly: false, value });
beforeAll(async () => {
  daemon = await octtDaemon('KEYS');
  station = await octtStation(daemon, 'KEYS');
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

test('TC_019_1 all configuration keys: asked without names, and kept', async () => {
  station.answers('GetConfiguration', ({ key: names }) =>
    names === undefined
      ? { configurationKey: [key('HeartbeatInterval', '600'), key('MeterValueSampleInterval', '60')] }
      : { unknownKey: names },
  );
  await station.send({ kind: 'getConfiguration' }, 'accepted');
  expect(station.asked).toContainEqual(['GetConfiguration', {}]);
  const { keys } = await daemon.api('stations.configuration', { stationId: station.nodeId });
  expect(keys).toMatchObject([
    { key: 'HeartbeatInterval', value: '600' },
    { key: 'MeterValueSampleInterval', value: '60' },
  ]);
});

test('TC_019_2 one configuration key', async () => {
  station.answers('GetConfiguration', { configurationKey: [key('HeartbeatInterval', '700')] });
  await station.send({ kind: 'getConfiguration', keys: ['HeartbeatInterval'] }, 'accepted');
  expect(station.asked.at(-1)).toEqual(['GetConfiguration', { key: ['HeartbeatInterval'] }]);
  const { keys } = await daemon.api('stations.configuration', { stationId: station.nodeId });
  expect(keys).toContainEqual(expect.objectContaining({ key: 'HeartbeatInterval', value: '700' }));
});

const change = { kind: 'changeConfiguration', key: 'MeterValueSampleInterval', value: '30' } as const;
const wire = ['ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '30' }];

test.each([
  ['TC_040_1', 'not supported', 'NotSupported'],
  ['TC_040_2', 'refused', 'Rejected'],
] as const)('%s a configuration key is %s: the command says so, and the value stays', async (_id, _what, status) => {
  station.answers('ChangeConfiguration', { status });
  const before = await daemon.api('stations.configuration', { stationId: station.nodeId });
  expect(await station.send(change, 'rejected')).toMatchObject({ answer: status });
  expect(station.asked.at(-1)).toEqual(wire);
  expect(await daemon.api('stations.configuration', { stationId: station.nodeId })).toEqual(before);
});

test('TC_021 a configuration key is changed', async () => {
  station.answers('ChangeConfiguration', { status: 'Accepted' });
  expect(await station.send(change, 'accepted')).toMatchObject({ answer: 'Accepted' });
  expect(station.asked.at(-1)).toEqual(wire);
  const { keys } = await daemon.api('stations.configuration', { stationId: station.nodeId });
  expect(keys).toContainEqual(expect.objectContaining({ key: 'MeterValueSampleInterval', value: '30' }));
});
