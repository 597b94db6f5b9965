import { expect, test, vi } from 'vitest';
import { configurationOf, latestChanges } from '../../storage/configuration-keys.ts';
import { type ConfigurationAnswer, keepConfiguration } from '../station/configuration.ts';
import type { StationAnswer } from '../station/station.ts';
import { type TestCentral, type TestLink, testCentral, testPerson } from '../testing.ts';
import { uploadConfiguration } from './upload-configuration.ts';

const key = (name: string, value: string | null, readonly = false) => ({ key: name, readonly, value });
const keys: ConfigurationAnswer['keys'] = [
  key('heartbeatInterval', '300'),
  key('MeterValueSampleInterval', '60'),
  key('NumberOfConnectors', '2', true),
  key('WebSocketPingInterval', '30'),
  key('X_Led', 'on'),
  key('X_ServerUrl', 'ws://old'),
  key('LocalPreAuthorize', '1'),
  key('AuthorizationKey', null),
];

async function made() {
  const central = await testCentral();
  await central.central.storage.write(keepConfiguration(central.central, central.station, { keys, unknown: [] }, true));
  return central;
}
const line = ({ station }: TestCentral) => station.link as TestLink;
const upload = ({ central, station }: TestCentral, values: Record<string, string>, isConfirmed = false) =>
  uploadConfiguration(
    central,
    testPerson,
    station,
    Object.entries(values).map(([name, value]) => ({ key: name, value })),
    isConfirmed,
  );
const outcomes = async ({ central }: TestCentral, batchId: string) => {
  const rows = central.storage.read.selectFrom('commands').select(['state', 'answer', 'request']);
  return (await rows.where('batchId', '=', batchId).orderBy('id').execute()).map(({ state, answer, request }) => [
    JSON.parse(request).key,
    state,
    answer,
  ]);
};

test('only what differs is written, under the spelling of the station, one after the other, each with its answer', async () => {
  const here = await made();
  const answers: Record<string, StationAnswer> = {
    heartbeatInterval: { outcome: 'accepted', answer: 'Accepted' },
    X_Led: { outcome: 'rejected', answer: 'NotSupported' },
    NewKey: { outcome: 'accepted', answer: 'RebootRequired' },
  };
  let underWay = 0;
  line(here).answer = async (request) => {
    underWay++;
    await Promise.resolve();
    expect(underWay--).toBe(1);
    return answers['key' in request ? request.key : ''] ?? { outcome: 'timedOut' };
  };
  const { batchId, commands } = await upload(here, {
    HeartbeatInterval: '60',
    MeterValueSampleInterval: '60',
    X_Led: 'off',
    NewKey: '1',
  });
  expect(commands.map(({ state, request }) => [state, 'key' in request && request.key])).toEqual([
    ['queued', 'heartbeatInterval'],
    ['queued', 'X_Led'],
    ['queued', 'NewKey'],
  ]);
  await vi.waitFor(async () =>
    expect(await outcomes(here, batchId)).toEqual([
      ['heartbeatInterval', 'accepted', 'Accepted'],
      ['X_Led', 'rejected', 'NotSupported'],
      ['NewKey', 'accepted', 'RebootRequired'],
    ]),
  );
  const audit = await here.central.storage.read.selectFrom('audit').select('after').orderBy('id', 'desc').executeTakeFirst();
  expect(JSON.parse(audit?.after ?? '')).toHaveLength(3);
  await here.close();
});

test('nothing to change, nothing sent', async () => {
  const here = await made();
  expect((await upload(here, { X_Led: 'on' })).commands).toEqual([]);
  expect(line(here).requests).toEqual([]);
  await here.close();
});

test.each([
  [{ NumberOfConnectors: '3' }, { code: 'keyReadOnly', facts: { key: 'NumberOfConnectors' } }],
  [{ LocalAuthListMaxLength: '3' }, { code: 'keyReadOnly' }],
  [{ MeterValueSampleInterval: '1 min' }, { code: 'valueUnfit', facts: { expected: '0…2147483647 s' } }],
  [{ WebSocketPingInterval: '0' }, { code: 'keyDangerous', facts: { keys: 'WebSocketPingInterval' } }],
  [{ X_ServerUrl: 'ws://new' }, { code: 'keyDangerous', facts: { keys: 'X_ServerUrl' } }],
  [
    { heartbeatinterval: '1', HeartbeatInterval: '2' },
    { code: 'inputInvalid', fields: { 'values.2.key': 'twice' } },
  ],
])('%j: nothing at all is sent', async (values, refusal) => {
  const here = await made();
  await expect(upload(here, { X_Led: 'off', ...values })).rejects.toMatchObject(refusal);
  expect(line(here).requests).toEqual([]);
  await here.close();
});

test('a station that has its own words for true and false gets them', async () => {
  const here = await made();
  const { batchId } = await upload(here, { LocalPreAuthorize: '0' });
  await vi.waitFor(async () => expect(await outcomes(here, batchId)).toEqual([['LocalPreAuthorize', 'accepted', 'Accepted']]));
  await here.close();
});

test('what can cut the station off is written when somebody confirms it', async () => {
  const here = await made();
  const { batchId } = await upload(here, { WebSocketPingInterval: '0' }, true);
  await vi.waitFor(async () =>
    expect(await outcomes(here, batchId)).toEqual([['WebSocketPingInterval', 'accepted', 'Accepted']]),
  );
  await here.close();
});

test('a new AuthorizationKey goes to the station, and to no table and no page', async () => {
  const here = await made();
  const secret = '00112233445566778899AABBCCDDEEFF00112233';
  const { batchId, commands } = await upload(here, { AuthorizationKey: secret }, true);
  await vi.waitFor(async () => expect(await outcomes(here, batchId)).toEqual([['AuthorizationKey', 'accepted', 'Accepted']]));
  expect(line(here).requests).toMatchObject([{ value: secret }]);
  expect(JSON.stringify(commands)).not.toContain(secret);
  for (const table of ['commands', 'audit', 'configurationKeys', 'configurationChanges', 'stations'] as const) {
    const rows = await here.central.storage.read.selectFrom(table).selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(secret);
  }
  await here.close();
});

test("the password of a network, in a maker's own key, is stored and shown nowhere, and is no password of the station", async () => {
  const here = await made();
  const { batchId } = await upload(here, { X_WifiPassword: 'hunter2 at home' }, true);
  await vi.waitFor(async () => expect(await outcomes(here, batchId)).toEqual([['X_WifiPassword', 'accepted', 'Accepted']]));
  expect(here.station.key).toBeNull();
  const read = [...keys, key('X_WifiPassword', 'hunter2 at home')];
  await here.central.storage.write(keepConfiguration(here.central, here.station, { keys: read, unknown: [] }, true));
  for (const table of ['commands', 'audit', 'configurationKeys', 'configurationChanges'] as const) {
    const rows = await here.central.storage.read.selectFrom(table).selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('hunter2');
  }
  await here.close();
});

test('how a value changed is kept: by an upload, and by a later reading; what is gone is forgotten', async () => {
  const here = await made();
  const { central, station, clock } = here;
  const { batchId } = await upload(here, { MeterValueSampleInterval: '30' });
  await vi.waitFor(async () => expect((await outcomes(here, batchId))[0]?.[1]).toBe('accepted'));
  clock.advance(1000);
  const read = [key('heartbeatInterval', '300'), key('MeterValueSampleInterval', '10'), key('X_Led', 'on')];
  await central.storage.write(keepConfiguration(central, station, { keys: read, unknown: [] }, true));
  expect(await latestChanges(central.storage.read, station.id)).toEqual([
    { key: 'MeterValueSampleInterval', before: '30', changedAt: clock.now() },
  ]);
  expect((await configurationOf(central.storage.read, station.id)).map((row) => row.key)).toEqual([
    'MeterValueSampleInterval',
    'X_Led',
    'heartbeatInterval',
  ]);
  const changes = await central.storage.read
    .selectFrom('configurationChanges')
    .select(['before', 'after'])
    .orderBy('id')
    .execute();
  expect(changes).toEqual([
    { before: '60', after: '30' },
    { before: '30', after: '10' },
  ]);
  await here.close();
});
