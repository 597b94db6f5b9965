import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RPCClient } from 'ocpp-rpc';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { StationRequest } from '../shared/model/command.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { bootFacts, rawStation, rowsOf, siteOf, strictStation } from './support/stations.ts';

const key = 'a-good-key-16-long';
let daemon: TestDaemon;
const provision = {
  sites: siteOf({ id: 'STRICT1', password: key, rfid: true }, { id: 'STRICT2', password: key }, { id: 'STRICT3', password: key }),
  users: [
    {
      role: 'evUser' as const,
      email: 'ev@example.org',
      password: 'a long enough pass phrase 1',
      firstName: 'Eva',
      lastName: 'User',
      rfid: ['04A1B2C3'],
    },
  ],
};

beforeAll(async () => {
  daemon = await startDaemon({ provision });
});
afterAll(() => daemon.stop());

const now = () => new Date().toISOString();
const stationId = (name: string) => String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);

/** A strict station that has booted, and was asked for its keys as every new one is, once. */
async function boot(name: string): Promise<RPCClient> {
  const station = strictStation(daemon.addresses.ocpp16, name, { password: key });
  const keysRead = Promise.withResolvers<void>();
  station.handle('GetConfiguration', async () => {
    keysRead.resolve();
    return { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] };
  });
  await station.connect();
  expect(await station.call('BootNotification', bootFacts)).toMatchObject({ status: 'Accepted' });
  await keysRead.promise;
  return station;
}

test('a station of another maker boots, authorises a tag, charges and stops; the session is on disk and in the API', async () => {
  const station = await boot('STRICT1');
  expect(station.protocol).toBe('ocpp1.6');
  const status = (connectorId: number, word: string) =>
    station.call('StatusNotification', { connectorId, status: word, errorCode: 'NoError', timestamp: now() });
  for (const connectorId of [0, 1, 2]) expect(await status(connectorId, 'Available')).toEqual({});
  expect(await station.call('Heartbeat', {})).toMatchObject({ currentTime: expect.stringMatching(/Z$/) });
  expect(await station.call('Authorize', { idTag: 'STRANGER' })).toMatchObject({ idTagInfo: { status: 'Invalid' } });
  expect(await station.call('Authorize', { idTag: '04a1b2c3' })).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  await status(1, 'Preparing');
  const started = await station.call('StartTransaction', {
    connectorId: 1,
    idTag: '04a1b2c3',
    meterStart: 1000,
    timestamp: now(),
  });
  expect(started).toMatchObject({ transactionId: expect.any(Number), idTagInfo: { status: 'Accepted' } });
  const { transactionId } = started as { transactionId: number };
  await status(1, 'Charging');
  const sampledValue = [
    { value: '1500', measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    { value: '7.36', measurand: 'Power.Active.Import', unit: 'kW' },
  ];
  expect(
    await station.call('MeterValues', { connectorId: 1, transactionId, meterValue: [{ timestamp: now(), sampledValue }] }),
  ).toEqual({});
  const live = await daemon.api('stations.get', { stationId: stationId('STRICT1') });
  expect(live.outlets[0]).toMatchObject({
    state: 'charging',
    powerW: 7360,
    session: { transactionId, energyWh: 500, userName: 'Eva User' },
  });
  expect(
    await station.call('StopTransaction', {
      transactionId,
      idTag: '04a1b2c3',
      meterStop: 3000,
      timestamp: now(),
      reason: 'EVDisconnected',
    }),
  ).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  await status(1, 'Available');
  expect(rowsOf(daemon, 'SELECT energyWh, state, stopReason FROM sessions WHERE id = ?', transactionId)).toEqual([
    { energyWh: 2000, state: 'ended', stopReason: 'EVDisconnected' },
  ]);
  for (const [action, payload] of [
    ['DataTransfer', { vendorId: 'org.example', data: '{}' }],
    ['DiagnosticsStatusNotification', { status: 'Uploaded' }],
    ['FirmwareStatusNotification', { status: 'Installed' }],
    ['LogStatusNotification', { status: 'Uploaded', requestId: 1 }],
    ['SecurityEventNotification', { type: 'FirmwareUpdated', timestamp: now() }],
    ['SignedFirmwareStatusNotification', { status: 'Installed', requestId: 1 }],
  ] as const) {
    expect(await station.call(action, payload), action).toBeTypeOf('object');
  }
  expect(rowsOf(daemon, `SELECT data FROM events WHERE kind = 'station.security'`)).toHaveLength(1);
  await station.close();
});

test('every command reaches the station in the words of OCPP, and its answer comes back', async () => {
  const station = await boot('STRICT2');
  const asked: [string, unknown][] = [];
  const answers: Record<string, object> = {
    RemoteStartTransaction: { status: 'Rejected' },
    RemoteStopTransaction: { status: 'Rejected' },
    Reset: { status: 'Rejected' },
    UnlockConnector: { status: 'Unlocked' },
    ChangeAvailability: { status: 'Scheduled' },
    ClearCache: { status: 'Rejected' },
    TriggerMessage: { status: 'NotImplemented' },
    GetConfiguration: { configurationKey: [{ key: 'BlinkRepeat', readonly: true, value: '3' }], unknownKey: ['Nonsense'] },
    ChangeConfiguration: { status: 'RebootRequired' },
  };
  for (const [action, answer] of Object.entries(answers)) {
    station.handle(action, async ({ params }) => {
      asked.push([action, params]);
      return answer;
    });
  }
  const id = stationId('STRICT2');
  const send = async (request: StationRequest) => {
    const { id: commandId } = await daemon.api('stations.send', { stationId: id, request });
    return vi.waitFor(async () => {
      const command = await daemon.api('stations.command', { stationId: id, commandId });
      expect(['queued', 'sent']).not.toContain(command.state);
      return command;
    });
  };
  expect(await send({ kind: 'remoteStart', connectorId: 1, idTag: '04A1' })).toMatchObject({
    state: 'rejected',
    answer: 'Rejected',
  });
  expect(await send({ kind: 'remoteStop', transactionId: 4711 })).toMatchObject({ state: 'rejected' });
  expect(await send({ kind: 'reset', mode: 'soft' })).toMatchObject({ state: 'rejected' });
  expect(await send({ kind: 'unlock', connectorId: 1 })).toMatchObject({ answer: 'Unlocked' });
  expect(await send({ kind: 'changeAvailability', connectorId: 0, operative: false })).toMatchObject({ answer: 'Scheduled' });
  expect(await send({ kind: 'clearCache' })).toMatchObject({ state: 'rejected' });
  expect(await send({ kind: 'trigger', message: 'MeterValues', connectorId: 1 })).toMatchObject({ answer: 'NotImplemented' });
  expect(await send({ kind: 'getConfiguration', keys: ['BlinkRepeat', 'Nonsense'] })).toMatchObject({ answer: 'Accepted' });
  expect(await send({ kind: 'changeConfiguration', key: 'BlinkRepeat', value: '5' })).toMatchObject({ answer: 'RebootRequired' });
  // The keys of a new station are read once, whenever there is time: all of them, and by name what is missing then.
  const isOurs = ([action, payload]: readonly unknown[]) =>
    action === 'GetConfiguration' && !JSON.stringify(payload).includes('Nonsense');
  expect(asked.filter((call) => !isOurs(call))).toEqual([
    ['RemoteStartTransaction', { connectorId: 1, idTag: '04A1' }],
    ['RemoteStopTransaction', { transactionId: 4711 }],
    ['Reset', { type: 'Soft' }],
    ['UnlockConnector', { connectorId: 1 }],
    ['ChangeAvailability', { connectorId: 0, type: 'Inoperative' }],
    ['ClearCache', {}],
    ['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }],
    ['GetConfiguration', { key: ['BlinkRepeat', 'Nonsense'] }],
    ['ChangeConfiguration', { key: 'BlinkRepeat', value: '5' }],
  ]);
  await station.close();
});

test('FACTS 5.5: before acceptance everything but BootNotification, and what was triggered, gets SecurityError', async () => {
  const id = stationId('STRICT3');
  const { version } = await daemon.api('tree.node', { nodeId: id });
  await daemon.api('stations.update', { stationId: id, version, registration: 'pending' });
  const station = await rawStation(daemon.addresses.ocpp16, 'STRICT3', { password: key });
  expect(await station.call('Heartbeat')).toMatchObject([4, expect.any(String), 'SecurityError', expect.any(String), {}]);
  expect((await station.call('BootNotification', bootFacts))[2]).toMatchObject({
    status: 'Pending',
    interval: expect.any(Number),
  });
  expect((await station.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' }))[2]).toBe(
    'SecurityError',
  );
  const { id: commandId } = await daemon.api('stations.send', {
    stationId: id,
    request: { kind: 'trigger', message: 'Heartbeat' },
  });
  const [, callId] = await station.next((frame) => frame[2] === 'TriggerMessage');
  station.send(JSON.stringify([3, callId, { status: 'Accepted' }]));
  await vi.waitFor(async () => {
    expect(await daemon.api('stations.command', { stationId: id, commandId })).toMatchObject({ answer: 'Accepted' });
  });
  expect((await station.call('Heartbeat'))[0]).toBe(3);
  expect((await station.call('Heartbeat'))[2]).toBe('SecurityError');
  await station.close();
});

test('FIELD 4, FIELD 18: after our restart a station goes on without a BootNotification, and a repeated start is still known', async () => {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const first = await startDaemon({ data, provision: { sites: siteOf({ id: 'CP1', password: key }) } });
  const before = await rawStation(first.addresses.ocpp16, 'CP1', { password: key });
  await before.call('BootNotification', bootFacts);
  const message = { connectorId: 1, idTag: '04A1', meterStart: 1, timestamp: now() };
  const started = await before.call('StartTransaction', message);
  await first.stop();
  // Going away, not a clean close: some stations never come back after one (FIELD 18).
  expect(await before.closed).toBe(1001);

  const second = await startDaemon({ data });
  const after = await rawStation(second.addresses.ocpp16, 'CP1', { password: key });
  expect((await after.call('Heartbeat'))[0]).toBe(3);
  expect((await after.call('StartTransaction', message, 'again'))[2]).toEqual(started[2]);
  await after.close();
  await second.stop();
});

test('DESIGN §3: the daemon stops in time while a station keeps sending, and what it answered is on disk', async () => {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const own = await startDaemon({ data, provision: { sites: siteOf({ id: 'BUSY', password: key }) } });
  const station = await rawStation(own.addresses.ocpp16, 'BUSY', { password: key });
  await station.call('BootNotification', bootFacts);
  for (let n = 0; n < 2000; n++) {
    station.send(
      JSON.stringify([2, `s${n}`, 'StartTransaction', { connectorId: 1, idTag: '04A1', meterStart: n, timestamp: now() }]),
    );
  }
  await station.next((frame) => frame[0] === 3 && String(frame[1]).startsWith('s'));
  expect(await own.stop()).toBe(0);
  expect(await station.closed).toBe(1001);
  const answered = station.received.filter((frame) => frame[0] === 3 && String(frame[1]).startsWith('s'));
  const kept = new Set(rowsOf({ data }, 'SELECT id FROM sessions').map(({ id }) => id));
  for (const [, , answer] of answered) expect(kept).toContain((answer as { transactionId: number }).transactionId);
  expect(answered.length).toBeLessThan(2000);
});
