import { createRPCError, type RPCClient } from 'ocpp-rpc';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AskedRequest, Command } from '../shared/model/command.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { bootFacts, rowsOf, siteOf, strictStation } from './support/stations.ts';

const name = 'COMMANDED';
let daemon: TestDaemon;
let station: RPCClient;
let stationId: string;
/** How the station answers the next calls of an action; what it was asked. */
const answers = new Map<string, object | 'silence' | { error: string }>();
const asked: { action: string; params: unknown }[] = [];

const keys: Record<string, [value: string, readonly: boolean]> = {
  HeartbeatInterval: ['300', false],
  MeterValueSampleInterval: ['60', false],
  WebSocketPingInterval: ['60', false],
  NumberOfConnectors: ['2', true],
  ChargeProfileMaxStackLevel: ['3', true],
  ChargingScheduleAllowedChargingRateUnit: ['Current', true],
  SendLocalListMaxLength: ['2', true],
  SupportedFeatureProfiles: ['Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger', true],
};

async function connect(): Promise<void> {
  station = strictStation(daemon.addresses.ocpp16, name);
  station.handle('GetConfiguration', async ({ params }) => {
    const names = (params as { key?: string[] }).key ?? Object.keys(keys);
    return {
      configurationKey: names.flatMap((key) => {
        const known = keys[key];
        return known ? [{ key, value: known[0], readonly: known[1] }] : [];
      }),
      unknownKey: names.filter((key) => !keys[key]),
    };
  });
  station.handle(async ({ method = '', params }) => {
    asked.push({ action: method, params });
    const answer = answers.get(method);
    if (answer === 'silence') return new Promise(() => {});
    if (answer && 'error' in answer) throw createRPCError(answer.error, 'because');
    return answer ?? { status: 'Accepted' };
  });
  await station.connect();
}

beforeAll(async () => {
  daemon = await startDaemon({ provision: { sites: siteOf({ id: name }) }, flags: ['--call-timeout-seconds', '1'] });
  stationId = String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
  await connect();
  await station.call('BootNotification', bootFacts);
  await vi.waitFor(async () => expect((await daemon.api('stations.configuration', { stationId })).readAt).not.toBeNull(), 10_000);
});
afterAll(async () => {
  await leave();
  await daemon.stop();
});

/** At once: one call is never answered. */
const leave = () => station.close({ code: 1000, reason: '', awaitPending: false, force: true });
const send = (request: AskedRequest, waitUntil?: number) =>
  daemon.api('stations.send', { stationId, request, ...(waitUntil !== undefined && { waitUntil }) });
async function reaches({ id }: Command, state: Command['state']): Promise<Command> {
  return await vi.waitFor(async () => {
    const command = await daemon.api('stations.command', { stationId, commandId: id });
    expect(command.state).toBe(state);
    return command;
  }, 10_000);
}

const now = Date.now();
const iso = (at: number) => new Date(at).toISOString();
const inAnHour = now + 3_600_000;
const schedule = {
  unit: 'A' as const,
  startAt: now,
  periods: [
    { startS: 0, limit: 16 },
    { startS: 60, limit: 6.5, phases: 1 },
  ],
};
const profile = { id: 1, stackLevel: 0, purpose: 'TxDefaultProfile', kind: 'Absolute', schedule } as const;
const wireProfile = {
  ...{ chargingProfileId: 1, stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Absolute' },
  chargingSchedule: {
    ...{ chargingRateUnit: 'A', startSchedule: iso(now) },
    chargingSchedulePeriod: [
      { startPeriod: 0, limit: 16 },
      { startPeriod: 60, limit: 6.5, numberPhases: 1 },
    ],
  },
};
const entries = [{ idTag: 'TAG1', status: 'Accepted' as const, expiresAt: inAnHour }, { idTag: 'TAG2' }];

type Row = readonly [request: AskedRequest, action: string, params: object, accepted: object, refused: readonly string[]];
const statuses = (...words: string[]) => words;

/** Each command, what the station hears, how it agrees, and the words by which it refuses. */
const table: readonly Row[] = [
  [
    { kind: 'remoteStart', connectorId: 1, idTag: 'TAG1', chargingProfile: { ...profile, purpose: 'TxProfile' } },
    'RemoteStartTransaction',
    { connectorId: 1, idTag: 'TAG1', chargingProfile: { ...wireProfile, chargingProfilePurpose: 'TxProfile' } },
    { status: 'Accepted' },
    statuses('Rejected'),
  ],
  [{ kind: 'remoteStop', transactionId: 5 }, 'RemoteStopTransaction', { transactionId: 5 }, { status: 'Accepted' }, ['Rejected']],
  [{ kind: 'reset', mode: 'hard' }, 'Reset', { type: 'Hard' }, { status: 'Accepted' }, ['Rejected']],
  [
    { kind: 'unlock', connectorId: 1 },
    'UnlockConnector',
    { connectorId: 1 },
    { status: 'Unlocked' },
    ['UnlockFailed', 'NotSupported'],
  ],
  [
    { kind: 'changeAvailability', connectorId: 0, operative: true },
    'ChangeAvailability',
    { connectorId: 0, type: 'Operative' },
    { status: 'Accepted' },
    ['Rejected'],
  ],
  [{ kind: 'clearCache' }, 'ClearCache', {}, { status: 'Accepted' }, ['Rejected']],
  [
    { kind: 'trigger', message: 'MeterValues', connectorId: 1 },
    'TriggerMessage',
    { requestedMessage: 'MeterValues', connectorId: 1 },
    { status: 'Accepted' },
    ['Rejected', 'NotImplemented'],
  ],
  [
    { kind: 'changeConfiguration', key: 'HeartbeatInterval', value: '300' },
    'ChangeConfiguration',
    { key: 'HeartbeatInterval', value: '300' },
    { status: 'RebootRequired' },
    ['Rejected', 'NotSupported'],
  ],
  [
    { kind: 'reserve', connectorId: 1, idTag: 'TAG1', parentIdTag: 'GROUP', expiresAt: inAnHour, reservationId: 7 },
    'ReserveNow',
    { connectorId: 1, idTag: 'TAG1', parentIdTag: 'GROUP', expiryDate: iso(inAnHour), reservationId: 7 },
    { status: 'Accepted' },
    ['Faulted', 'Occupied', 'Rejected', 'Unavailable'],
  ],
  [
    { kind: 'cancelReservation', reservationId: 7 },
    'CancelReservation',
    { reservationId: 7 },
    { status: 'Accepted' },
    ['Rejected'],
  ],
  [{ kind: 'getLocalListVersion' }, 'GetLocalListVersion', {}, { listVersion: 4 }, []],
  [
    { kind: 'sendLocalList', update: 'differential', listVersion: 5, entries },
    'SendLocalList',
    {
      ...{ listVersion: 5, updateType: 'Differential' },
      localAuthorizationList: [
        { idTag: 'TAG1', idTagInfo: { status: 'Accepted', expiryDate: iso(inAnHour) } },
        { idTag: 'TAG2' },
      ],
    },
    { status: 'Accepted' },
    ['Failed', 'NotSupported', 'VersionMismatch'],
  ],
  [
    { kind: 'setChargingProfile', connectorId: 1, profile },
    'SetChargingProfile',
    { connectorId: 1, csChargingProfiles: wireProfile },
    { status: 'Accepted' },
    ['Rejected', 'NotSupported'],
  ],
  [
    { kind: 'clearChargingProfile', purpose: 'TxDefaultProfile', stackLevel: 0 },
    'ClearChargingProfile',
    { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 0 },
    { status: 'Accepted' },
    ['Unknown'],
  ],
  [
    { kind: 'getCompositeSchedule', connectorId: 1, durationS: 600, unit: 'A' },
    'GetCompositeSchedule',
    { connectorId: 1, duration: 600, chargingRateUnit: 'A' },
    {
      ...{ status: 'Accepted', connectorId: 1, scheduleStart: iso(now) },
      chargingSchedule: { duration: 600, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }] },
    },
    ['Rejected'],
  ],
  [
    { kind: 'dataTransfer', vendorId: 'org.example', messageId: 'Hello', data: 'x' },
    'DataTransfer',
    { vendorId: 'org.example', messageId: 'Hello', data: 'x' },
    { status: 'Accepted', data: 'y' },
    ['Rejected', 'UnknownMessageId', 'UnknownVendorId'],
  ],
  [
    { kind: 'getDiagnostics', location: 'ftp://192.0.2.1/logs/', from: now, until: inAnHour, retries: 2, retryIntervalS: 30 },
    'GetDiagnostics',
    { location: 'ftp://192.0.2.1/logs/', startTime: iso(now), stopTime: iso(inAnHour), retries: 2, retryInterval: 30 },
    { fileName: 'log.zip' },
    [],
  ],
  [
    { kind: 'updateFirmware', location: 'https://192.0.2.1/fw.bin', retrieveAt: now, retries: 1 },
    'UpdateFirmware',
    { location: 'https://192.0.2.1/fw.bin', retrieveDate: iso(now), retries: 1 },
    {},
    [],
  ],
];

describe.each(table)('%j', (request, action, params, accepted, refused) => {
  test('reaches the station as OCPP says, and its agreement is kept', async () => {
    asked.length = 0;
    answers.set(action, accepted);
    const command = await reaches(await send(request), 'accepted');
    expect(asked).toEqual([{ action, params }]);
    expect(command).toMatchObject({ byName: expect.any(String), answeredAt: expect.any(Number) });
  });
  test.each(refused)('%s', async (status) => {
    answers.set(action, { status });
    expect(await reaches(await send(request), 'rejected')).toMatchObject({ answer: status });
  });
  test.each(['NotImplemented', 'NotSupported', 'InternalError'])('an error: %s', async (error) => {
    answers.set(action, { error });
    expect(await reaches(await send(request), 'failed')).toMatchObject({ answer: error, doneAt: expect.any(Number) });
  });
});

test('no answer in time', async () => {
  answers.set('ClearCache', 'silence');
  expect(await reaches(await send({ kind: 'clearCache' }), 'timedOut')).toMatchObject({ answer: 'NoAnswer' });
  answers.delete('ClearCache');
});

test('a reservation stands with its outlet until it is cancelled; a profile stands in the list until it is cleared', async () => {
  for (const action of ['ReserveNow', 'CancelReservation', 'SetChargingProfile', 'ClearChargingProfile'])
    answers.set(action, { status: 'Accepted' });
  const { request } = await reaches(
    await send({ kind: 'reserve', connectorId: 2, idTag: 'TAG1', expiresAt: inAnHour }),
    'accepted',
  );
  const reservationId = request.kind === 'reserve' ? request.reservationId : 0;
  const live = await daemon.api('stations.get', { stationId });
  expect(live.outlets[1]?.reservation).toMatchObject({ reservationId, idTag: 'TAG1', expiresAt: inAnHour });
  await reaches(await send({ kind: 'cancelReservation', reservationId }), 'accepted');
  expect((await daemon.api('stations.get', { stationId })).outlets[1]?.reservation).toBeNull();

  await reaches(await send({ kind: 'setChargingProfile', connectorId: 2, profile: { ...profile, id: 9 } }), 'accepted');
  const profiles = () => daemon.api('stations.chargingProfiles', { stationId });
  expect(await profiles()).toContainEqual(expect.objectContaining({ connectorId: 2, profile: { ...profile, id: 9 } }));
  await reaches(await send({ kind: 'clearChargingProfile', profileId: 9 }), 'accepted');
  expect((await profiles()).map((one) => one.profile.id)).not.toContain(9);
});

test('an update is done when the station says so, and shows its steps', async () => {
  answers.set('UpdateFirmware', {});
  const command = await reaches(
    await send({ kind: 'updateFirmware', location: 'https://192.0.2.1/fw.bin', retrieveAt: now }),
    'accepted',
  );
  for (const status of ['Downloading', 'Downloaded', 'Installing', 'Installed'])
    await station.call('FirmwareStatusNotification', { status });
  expect((await reaches(command, 'done')).detail).toMatchObject({
    steps: [{ status: 'Downloading' }, { status: 'Downloaded' }, { status: 'Installing' }, { status: 'Installed' }],
  });
});

test('what the station has said of its limits is refused before it is sent, and the refusal names the key', async () => {
  const refusal = (facts: object) => ({ error: { code: 'stationLimit', facts: expect.objectContaining(facts) } });
  await expect(
    send({ kind: 'setChargingProfile', connectorId: 1, profile: { ...profile, stackLevel: 4 } }),
  ).rejects.toMatchObject(refusal({ key: 'ChargeProfileMaxStackLevel', limit: 3, asked: 4 }));
  await expect(
    send({
      kind: 'sendLocalList',
      update: 'full',
      listVersion: 6,
      entries: ['A', 'B', 'C'].map((idTag) => ({ idTag, status: 'Accepted' })),
    }),
  ).rejects.toMatchObject(refusal({ key: 'SendLocalListMaxLength', limit: 2, asked: 3 }));
});

describe('configuration', () => {
  test('was read at the first boot, with what is known of each key', async () => {
    const { keys: read } = await daemon.api('stations.configuration', { stationId });
    expect(read.find(({ key }) => key === 'NumberOfConnectors')).toMatchObject({
      value: '2',
      readonly: true,
      known: { type: 'int', access: 'R', danger: false },
    });
  });
  test('an upload writes what differs, keeps each answer, and the history of the value', async () => {
    asked.length = 0;
    answers.set('ChangeConfiguration', { status: 'Accepted' });
    const values = [
      { key: 'heartbeatinterval', value: '120' },
      { key: 'MeterValueSampleInterval', value: '60' },
    ];
    const { batchId, commands } = await daemon.api('stations.uploadConfiguration', { stationId, values });
    for (const command of commands) await reaches(command, 'accepted');
    expect(asked).toEqual([{ action: 'ChangeConfiguration', params: { key: 'HeartbeatInterval', value: '120' } }]);
    expect(await daemon.api('stations.commands', { stationId, batchId, limit: 10 })).toMatchObject([{ answer: 'Accepted' }]);
    const { keys: read } = await daemon.api('stations.configuration', { stationId });
    expect(read.find(({ key }) => key === 'HeartbeatInterval')).toMatchObject({ value: '120', previousValue: '300' });
    expect(await daemon.api('stations.configurationHistory', { stationId, key: 'HeartbeatInterval' })).toMatchObject([
      { before: '300', after: '120' },
    ]);
  });
  test('commands that were asked for together are all on the pages of the history', async () => {
    answers.set('ChangeConfiguration', { status: 'NotSupported' });
    const values = Array.from({ length: 60 }, (_, number) => ({ key: `Acme${number}`, value: 'on' }));
    const { batchId, commands } = await daemon.api('stations.uploadConfiguration', { stationId, values });
    const listed: string[] = [];
    for (let page = 1; page <= 4; page++) {
      const before = listed.at(-1);
      const found = await daemon.api('stations.commands', { stationId, batchId, limit: 20, ...(before && { before }) });
      listed.push(...found.map(({ id }) => id));
    }
    expect(listed.toSorted()).toEqual(commands.map(({ id }) => id).toSorted());
    for (const command of commands) await reaches(command, 'rejected');
  });
  test('what takes effect only after a reboot is remembered until then, whatever is asked meanwhile', async () => {
    await station.call('BootNotification', bootFacts);
    answers.set('ChangeConfiguration', { status: 'RebootRequired' });
    await reaches(await send({ kind: 'changeConfiguration', key: 'MeterValueSampleInterval', value: '30' }), 'accepted');
    answers.set('ClearCache', { status: 'Accepted' });
    for (let time = 0; time < 21; time++) await reaches(await send({ kind: 'clearCache' }), 'accepted');
    const waiting = async () => (await daemon.api('stations.configuration', { stationId })).forReboot;
    expect(await waiting()).toEqual(['MeterValueSampleInterval']);
    await station.call('BootNotification', bootFacts);
    expect(await waiting()).toEqual([]);
  });
  test('what can cut the station off wants to be confirmed', async () => {
    const input = { stationId, values: [{ key: 'WebSocketPingInterval', value: '0' }] };
    await expect(daemon.api('stations.uploadConfiguration', input)).rejects.toMatchObject({ error: { code: 'keyDangerous' } });
    expect((await daemon.api('stations.uploadConfiguration', { ...input, confirmed: true })).commands).toHaveLength(1);
  });
});

test('a command to a station that is gone waits, and is sent when the station is back', async () => {
  await leave();
  await vi.waitFor(async () => expect((await daemon.api('stations.get', { stationId })).online).toBe(false), 10_000);
  await expect(send({ kind: 'clearCache' })).rejects.toMatchObject({ error: { code: 'stationOffline' } });
  const command = await send({ kind: 'clearCache' }, inAnHour);
  const other = await send({ kind: 'reset', mode: 'soft' }, inAnHour);
  expect([command.state, other.state]).toEqual(['waiting', 'waiting']);
  expect(await daemon.api('stations.withdraw', { stationId, commandId: other.id })).toMatchObject({ state: 'withdrawn' });
  asked.length = 0;
  answers.set('ClearCache', { status: 'Accepted' });
  await connect();
  await reaches(command, 'accepted');
  expect(asked).toEqual([{ action: 'ClearCache', params: {} }]);
});
