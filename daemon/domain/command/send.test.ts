import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Command, StationRequest } from '../../../shared/model/command.ts';
import { startSession } from '../session/start.ts';
import { stopSession } from '../session/stop.ts';
import { admit } from '../station/admit.ts';
import { boot } from '../station/boot.ts';
import type { StationAnswer } from '../station/station.ts';
import { reportStatus } from '../station/status.ts';
import { type TestCentral, type TestLink, testCentral, testPerson, testStart } from '../testing.ts';
import { sendCommand } from './send.ts';

afterEach(() => vi.useRealTimers());

const facts = {
  ...{ vendor: 'V', model: 'M', serialNumber: null, boxSerialNumber: null, firmware: '1.0', iccid: null, imsi: null },
  ...{ meterType: null, meterSerialNumber: null },
};
const line = ({ station }: TestCentral) => station.link as TestLink;
const send = ({ central, station }: TestCentral, request: StationRequest) => sendCommand(central, testPerson, station, request);
const stored = ({ central }: TestCentral, { id }: Command) =>
  central.storage.read.selectFrom('commands').selectAll().where('publicId', '=', id).executeTakeFirstOrThrow();

/** Waits until a command has come so far. */
async function reaches(made: TestCentral, command: Command, state: Command['state']) {
  await vi.waitFor(async () => expect((await stored(made, command)).state).toBe(state), { interval: 1 });
  return stored(made, command);
}
const answers = (made: TestCentral, answer: StationAnswer) => {
  line(made).answer = () => answer;
};
const start = (made: TestCentral, idTag = '04A1B2C3', connectorId = 1) =>
  startSession(made.central, made.station, {
    connectorId,
    idTag,
    startedAt: made.clock.now(),
    meterStartWh: 0,
    reservationId: null,
  });

test('a command is on disk with its audit entry before it goes, and comes back at once', async () => {
  const made = await testCentral();
  line(made).answer = () => new Promise(() => {});
  const command = await send(made, { kind: 'clearCache' });
  expect(command).toMatchObject({ state: 'queued', byName: 'Test Person' });
  expect((await reaches(made, command, 'sent')).sentAt).toBe(testStart);
  const audit = await made.central.storage.read.selectFrom('audit').selectAll().where('action', '=', 'stations.send').execute();
  expect(audit).toMatchObject([{ actor: 'Test Person', subject: 'CB-1', after: '{"kind":"clearCache"}' }]);
  expect(made.published.filter(({ kind }) => kind === 'command.changed').length).toBeGreaterThan(1);
  await made.close();
});

describe('the station answers', () => {
  test.each([
    [{ outcome: 'accepted', answer: 'Unlocked' }, 'accepted', 'Unlocked'],
    [{ outcome: 'rejected', answer: 'UnlockFailed' }, 'rejected', 'UnlockFailed'],
    [{ outcome: 'failed', answer: 'NotImplemented', detail: { description: 'no' } }, 'failed', 'NotImplemented'],
    [{ outcome: 'timedOut' }, 'timedOut', 'NoAnswer'],
  ] as const)('%j', async (answer, state, word) => {
    const made = await testCentral();
    answers(made, answer);
    const command = await send(made, { kind: 'unlock', connectorId: 1 });
    expect(await reaches(made, command, state)).toMatchObject({ answer: word, doneAt: testStart });
    await made.close();
  });
});

test('a remote start is done when the session with its tag begins, also before the answer', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const command = await send(made, { kind: 'remoteStart', connectorId: 1, idTag: '04A1B2C3' });
  await reaches(made, command, 'accepted');
  await start(made, '04A1B2C3', 2);
  expect((await stored(made, command)).state).toBe('accepted');
  const { transactionId } = await start(made, '04a1b2c3');
  const done = await reaches(made, command, 'done');
  expect(JSON.parse(done.detail ?? '')).toEqual({ transactionId });
  const session = await made.central.storage.read
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', transactionId)
    .executeTakeFirst();
  expect(session?.authentication).toBe('remote');

  const early = await testCentral({ tags: ['04A1B2C3'] });
  line(early).answer = async () => {
    await start(early);
    return { outcome: 'accepted', answer: 'Accepted' };
  };
  await reaches(early, await send(early, { kind: 'remoteStart', idTag: '04A1B2C3' }), 'done');
  await made.close();
  await early.close();
});

test('a remote start without a start in time has failed after all', async () => {
  const made = await testCentral();
  made.station.connectionTimeoutS = 60;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const command = await send(made, { kind: 'remoteStart', connectorId: 1, idTag: '04A1B2C3' });
  await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
  await vi.advanceTimersByTimeAsync(90_000);
  vi.useRealTimers();
  expect(await reaches(made, command, 'failed')).toMatchObject({ detail: '{"reason":"noProof"}' });
  await made.close();
});

test('FIELD 18: a station that answers too late and acts all the same has done it', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  answers(made, { outcome: 'timedOut' });
  const command = await send(made, { kind: 'remoteStart', connectorId: 1, idTag: '04A1B2C3' });
  await reaches(made, command, 'timedOut');
  await start(made);
  await reaches(made, command, 'done');
  await made.close();
});

test('a remote stop is done when that session stops', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { transactionId } = await start(made);
  const command = await send(made, { kind: 'remoteStop', transactionId });
  await reaches(made, command, 'accepted');
  const stop = { transactionId, idTag: null, stoppedAt: testStart, meterStopWh: 10, reason: 'Remote', readings: [], raw: {} };
  await stopSession(made.central, made.station, stop);
  await reaches(made, command, 'done');
  await made.close();
});

test('a reset is done when the station boots', async () => {
  const made = await testCentral();
  const command = await send(made, { kind: 'reset', mode: 'soft' });
  await reaches(made, command, 'accepted');
  await boot(made.central, made.station, facts);
  await reaches(made, command, 'done');
  await made.close();
});

test('availability that is scheduled is done with the status of the connector', async () => {
  const made = await testCentral();
  answers(made, { outcome: 'accepted', answer: 'Scheduled' });
  const command = await send(made, { kind: 'changeAvailability', connectorId: 2, operative: false });
  expect((await reaches(made, command, 'accepted')).doneAt).toBeNull();
  const report = { errorCode: 'NoError', info: null, vendorId: null, vendorErrorCode: null, reportedAt: null };
  await reportStatus(made.central, made.station, { ...report, connectorId: 1, status: 'Unavailable' });
  expect((await stored(made, command)).state).toBe('accepted');
  await reportStatus(made.central, made.station, { ...report, connectorId: 2, status: 'Unavailable' });
  await reaches(made, command, 'done');
  await made.close();
});

test('refusals: no line, not accepted yet, not in this protocol, too many at once', async () => {
  const made = await testCentral();
  line(made).answer = () => new Promise(() => {});
  const supports: TestLink['supports'] = (kind) => kind !== 'trigger';
  Object.assign(line(made), { supports });
  await expect(send(made, { kind: 'trigger', message: 'Heartbeat' })).rejects.toMatchObject({ code: 'notSupportedByStation' });
  made.station.booted = false;
  await expect(send(made, { kind: 'remoteStart', idTag: 'X' })).rejects.toMatchObject({ code: 'stationNotAccepted' });
  made.station.booted = true;
  const flood = await Promise.allSettled(Array.from({ length: 30 }, () => send(made, { kind: 'clearCache' })));
  expect(flood.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  made.station.link = null;
  await expect(send(made, { kind: 'clearCache' })).rejects.toMatchObject({ code: 'stationOffline' });
  await made.close();
});

test('what was under way when the daemon stopped has failed, and says why', async () => {
  const made = await testCentral();
  line(made).answer = () => new Promise(() => {});
  const command = await send(made, { kind: 'clearCache' });
  await reaches(made, command, 'sent');
  const again = await made.restart();
  expect(await stored(again, command)).toMatchObject({ state: 'failed', detail: '{"reason":"daemonRestarted"}' });
  await made.close();
});

describe('R16: key rotation never locks out', () => {
  const old = '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF';
  const fresh = 'AABBCCDDEEFF00112233445566778899AABBCCDD';
  const rotation: StationRequest = { kind: 'changeConfiguration', key: 'AuthorizationKey', value: fresh };
  const enters = async ({ central, station }: TestCentral, key: string) => {
    const password = Buffer.from(key, 'hex');
    const knock = {
      chargeBoxId: station.chargeBoxId,
      user: station.chargeBoxId,
      password,
      secure: false,
      address: 'a',
      protocol: 'OCPP 1.6J' as const,
    };
    return 'station' in (await admit(central, knock));
  };
  const rotating = () => testCentral({ station: { securityProfile: 1, password: old } });

  test('both are accepted from before it is sent, also after a restart', async () => {
    const made = await rotating();
    const during: boolean[] = [];
    line(made).answer = async () => {
      const again = await made.restart();
      during.push(await enters(again, old));
      return new Promise(() => {});
    };
    await reaches(made, await send(made, rotation), 'failed');
    await vi.waitFor(() => expect(during).toEqual([true]));
    const again = await made.restart();
    expect(await enters(again, fresh)).toBe(true);
    expect(await enters(again, old)).toBe(false);
    await made.close();
  });
  test('Accepted ends the old key at once', async () => {
    const made = await rotating();
    await reaches(made, await send(made, rotation), 'accepted');
    expect([await enters(made, fresh), await enters(made, old)]).toEqual([true, false]);
    await made.close();
  });
  test('Rejected ends the new one', async () => {
    const made = await rotating();
    answers(made, { outcome: 'rejected', answer: 'Rejected' });
    await reaches(made, await send(made, rotation), 'rejected');
    expect([await enters(made, old), await enters(made, fresh)]).toEqual([true, false]);
    await made.close();
  });
  test('no answer leaves both until one is used', async () => {
    const made = await rotating();
    answers(made, { outcome: 'timedOut' });
    await reaches(made, await send(made, rotation), 'timedOut');
    expect([await enters(made, old), await enters(made, fresh), await enters(made, old)]).toEqual([true, true, false]);
    await made.close();
  });
  test('a key that may have reached the station stays valid when the next one is not answered, or refused', async () => {
    const made = await rotating();
    const third = '00112233445566778899AABBCCDDEEFF00112233';
    answers(made, { outcome: 'timedOut' });
    await reaches(made, await send(made, rotation), 'timedOut');
    await reaches(made, await send(made, { ...rotation, value: third }), 'timedOut');
    answers(made, { outcome: 'rejected', answer: 'Rejected' });
    await reaches(made, await send(made, { ...rotation, value: 'FF'.repeat(20) }), 'rejected');
    expect([await enters(made, 'FF'.repeat(20)), await enters(made, old), await enters(made, fresh)]).toEqual([
      false,
      true,
      true,
    ]);
    await made.close();
  });
  test('its value is on disk nowhere', async () => {
    const made = await rotating();
    answers(made, { outcome: 'failed', answer: 'InternalError', detail: { description: `bad key ${fresh}` } });
    await reaches(made, await send(made, rotation), 'failed');
    answers(made, {
      outcome: 'accepted',
      answer: 'Accepted',
      detail: { keys: [{ key: 'AuthorizationKey', readonly: false, value: fresh }], unknown: [] },
    });
    await reaches(made, await send(made, { kind: 'getConfiguration' }), 'accepted');
    for (const table of ['commands', 'audit', 'stations', 'configurationKeys', 'events'] as const) {
      const rows = await made.central.storage.read.selectFrom(table).selectAll().execute();
      expect(JSON.stringify(rows)).not.toContain(fresh);
    }
    await made.close();
  });
});

test('configuration keys that a station answers are kept, and follow what it accepted', async () => {
  const made = await testCentral();
  const key = (name: string, value: string | null, readonly = false) => ({ key: name, readonly, value });
  answers(made, {
    outcome: 'accepted',
    answer: 'Accepted',
    detail: {
      keys: [key('HeartbeatInterval', '300'), key('ConnectionTimeOut', '45'), key('NumberOfConnectors', '2', true)],
      unknown: [],
    },
  });
  await reaches(made, await send(made, { kind: 'getConfiguration' }), 'accepted');
  expect(made.station.connectionTimeoutS).toBe(45);
  answers(made, { outcome: 'accepted', answer: 'RebootRequired' });
  await reaches(made, await send(made, { kind: 'changeConfiguration', key: 'heartbeatinterval', value: '60' }), 'accepted');
  expect(made.station.heartbeatIntervalS).toBe(60);
  const keys = await made.central.storage.read.selectFrom('configurationKeys').select(['key', 'value']).orderBy('key').execute();
  expect(keys).toEqual([
    { key: 'ConnectionTimeOut', value: '45' },
    { key: 'HeartbeatInterval', value: '60' },
    { key: 'NumberOfConnectors', value: '2' },
  ]);
  await made.close();
});

test('FIELD 19: a station is asked for its keys after its first acceptance, and a refusal harms nothing', async () => {
  const made = await testCentral({ station: { isOnline: true } });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  made.station.configurationReadAt = null;
  answers(made, { outcome: 'failed', answer: 'NotSupported' });
  expect((await boot(made.central, made.station, facts)).status).toBe('Accepted');
  expect(line(made).requests).toEqual([]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(line(made).requests).toEqual([{ kind: 'getConfiguration' }]);
  await made.close();
});
