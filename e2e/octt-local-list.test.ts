import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { LocalListState } from '../shared/model/local-list.ts';
import type { TestDaemon } from './support/daemon.ts';
import { addTag, type OcttStation, octtDaemon, octtStation, validTag } from './support/octt.ts';

let daemon: TestDaemon;
let station: OcttStation;
const keys = { LocalAuthListEnabled: 'true', LocalAuthListMaxLength: '100', SendLocalListMaxLength: '2' };
beforeAll(async () => {
  daemon = await octtDaemon('LIST');
  station = await octtStation(daemon, 'LIST', keys);
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

const listIs = (state: LocalListState) =>
  vi.waitFor(
    async () => {
      const list = await daemon.api('localList.get', { stationId: station.nodeId });
      expect(list.state).toBe(state);
      return list;
    },
    { timeout: 15_000 },
  );
const sendNow = (full: boolean) => daemon.api('localList.sendNow', { stationId: station.nodeId, full });
const sent = () => station.asked.filter(([action]) => action === 'SendLocalList').map(([, list]) => list);

test.each([
  ['TC_042_1', 'the station has no list', -1],
  ['TC_042_2', 'the list is empty', 0],
])('%s version of the local list: %s', async (_id, _what, listVersion) => {
  station.answers('GetLocalListVersion', { listVersion });
  const command = await station.send({ kind: 'getLocalListVersion' }, 'accepted');
  expect(command).toMatchObject({ answer: String(listVersion), detail: { listVersion } });
});

test.each([
  ['TC_043_1', 'NotSupported', 'notSupported'],
  ['TC_043_3', 'Failed', 'failed'],
] as const)('%s the local list is answered %s, and its state says so', async (_id, status, state) => {
  station.answers('SendLocalList', { status });
  await sendNow(true);
  expect(await listIs(state)).toMatchObject({ answer: status, version: null, entries: 0 });
});

test('TC_043_4 the whole local list', async () => {
  station.answers('SendLocalList', { status: 'Accepted' });
  const before = sent().length;
  await sendNow(true);
  expect(await listIs('inStep')).toMatchObject({ entries: 1, changes: 0, enabled: true });
  expect(sent().slice(before)).toEqual([
    {
      listVersion: expect.any(Number),
      updateType: 'Full',
      localAuthorizationList: [{ idTag: validTag, idTagInfo: { status: 'Accepted' } }],
    },
  ]);
});

test('TC_043_5 what changed of the local list; a change goes by itself when that is switched on, in parts that the station can take', async () => {
  const { version } = await daemon.api('localList.get', { stationId: station.nodeId });
  station.answers('GetLocalListVersion', { listVersion: version });
  await daemon.api('localList.setAutomatic', { stationId: station.nodeId, automatic: true });
  const before = sent().length;
  const ids = ['0000A1', '0000A2', '0000A3'];
  for (const idTag of ids) await addTag(daemon, { idTag, blocked: idTag === '0000A1', parentIdTag: 'FAMILY' });
  await vi.waitFor(() => expect(sent()).toHaveLength(before + 2), { timeout: 15_000 });
  const now = await listIs('inStep');
  expect(now).toMatchObject({ automatic: true, entries: 4, version: Number(version) + 2 });
  const info = (status: string) => ({ status, parentIdTag: 'FAMILY' });
  expect(sent().slice(before)).toEqual([
    {
      listVersion: Number(version) + 1,
      updateType: 'Differential',
      localAuthorizationList: [
        { idTag: '0000A1', idTagInfo: info('Blocked') },
        { idTag: '0000A2', idTagInfo: info('Accepted') },
      ],
    },
    {
      listVersion: Number(version) + 2,
      updateType: 'Differential',
      localAuthorizationList: [{ idTag: '0000A3', idTagInfo: info('Accepted') }],
    },
  ]);
  const { rows, total } = await daemon.api('localList.entries', { stationId: station.nodeId, limit: 2 });
  expect(total).toBe(4);
  expect(rows.map(({ idTag, place }) => [idTag, place])).toEqual([
    ['0000A1', 'same'],
    ['0000A2', 'same'],
  ]);
}, 30_000);

test('FACTS 6.10: a station that comes back without its list gets it whole by itself', async () => {
  station.answers('GetLocalListVersion', { listVersion: 0 });
  const before = sent().length;
  await station.rpc.close();
  await station.rpc.connect();
  await station.rpc.call('Heartbeat', {});
  await vi.waitFor(() => expect(sent()).toHaveLength(before + 2), { timeout: 15_000 });
  expect(sent().slice(before)).toMatchObject([{ updateType: 'Full' }, { updateType: 'Differential' }]);
  expect(await listIs('inStep')).toMatchObject({ entries: 4 });
}, 30_000);
