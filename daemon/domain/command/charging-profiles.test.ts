import { expect, test, vi } from 'vitest';
import type { ChargingProfile } from '../../../shared/model/charging-profile.ts';
import type { AskedRequest } from '../../../shared/model/command.ts';
import { profilesOf } from '../../storage/charging-profiles.ts';
import { startSession } from '../session/start.ts';
import { stopSession } from '../session/stop.ts';
import { keepConfiguration } from '../station/configuration.ts';
import type { StationAnswer } from '../station/station.ts';
import { type TestCentral, type TestLink, testCentral, testPerson, testStart } from '../testing.ts';
import { sendCommand } from './send.ts';

const schedule = { unit: 'A', startAt: testStart, periods: [{ startS: 0, limit: 16 }] } as const;
const profile: ChargingProfile = {
  ...{ id: 1, stackLevel: 0, purpose: 'TxDefaultProfile', kind: 'Absolute' },
  schedule: { ...schedule, periods: [...schedule.periods] },
};
const set = (connectorId: number, more: Partial<ChargingProfile> = {}): AskedRequest => ({
  kind: 'setChargingProfile',
  connectorId,
  profile: { ...profile, ...more },
});

async function send(
  made: TestCentral,
  request: AskedRequest,
  answer: StationAnswer = { outcome: 'accepted', answer: 'Accepted' },
) {
  (made.station.link as TestLink).answer = () => answer;
  const { id } = await sendCommand(made.central, testPerson, made.station, request);
  await vi.waitFor(async () => {
    const commands = made.central.storage.read.selectFrom('commands').select('doneAt');
    expect((await commands.where('publicId', '=', id).executeTakeFirst())?.doneAt).not.toBeNull();
  });
}
const ids = async ({ central, station }: TestCentral) =>
  (await profilesOf(central.storage.read, station.id)).map(({ profileId }) => profileId).toSorted();
const start = (made: TestCentral) =>
  startSession(made.central, made.station, {
    ...{ connectorId: 1, idTag: 'TAG', startedAt: made.clock.now(), meterStartWh: 0, reservationId: null },
  });
const told = (made: TestCentral, values: Readonly<Record<string, string>>) =>
  made.central.storage.write(
    keepConfiguration(
      made.central,
      made.station,
      { keys: Object.entries(values).map(([key, value]) => ({ key, readonly: true, value })), unknown: [] },
      false,
    ),
  );

test('what a station accepts is remembered; the same id, and the same purpose and level on an outlet, replace', async () => {
  const made = await testCentral();
  await send(made, set(1));
  await send(made, set(1, { id: 2, stackLevel: 1 }));
  await send(made, set(2, { id: 3 }));
  expect(await ids(made)).toEqual([1, 2, 3]);
  await send(made, set(1, { id: 4 }));
  expect(await ids(made)).toEqual([2, 3, 4]);
  await send(made, set(0, { id: 2, purpose: 'ChargePointMaxProfile' }));
  expect(await profilesOf(made.central.storage.read, made.station.id)).toMatchObject([
    { profileId: 2, connectorId: 0, purpose: 'ChargePointMaxProfile', byName: 'Test Person' },
    { profileId: 4 },
    { profileId: 3 },
  ]);
  await made.close();
});

test.each<[StationAnswer]>([
  [{ outcome: 'rejected', answer: 'Rejected' }],
  [{ outcome: 'rejected', answer: 'NotSupported' }],
  [{ outcome: 'failed', answer: 'NotSupported' }],
  [{ outcome: 'timedOut' }],
])('what it does not accept is not: %j', async (answer) => {
  const made = await testCentral();
  await send(made, set(1), answer);
  expect(await ids(made)).toEqual([]);
  await made.close();
});

test.each([
  [{ kind: 'clearChargingProfile' }, []],
  [{ kind: 'clearChargingProfile', profileId: 2, connectorId: 9 }, [1, 3]],
  [{ kind: 'clearChargingProfile', connectorId: 1 }, [3]],
  [{ kind: 'clearChargingProfile', connectorId: 1, stackLevel: 1 }, [1, 3]],
  [{ kind: 'clearChargingProfile', purpose: 'TxDefaultProfile', stackLevel: 0 }, [2]],
] as const)('cleared: %j leaves %j', async (request, left) => {
  const made = await testCentral();
  await send(made, set(1));
  await send(made, set(1, { id: 2, stackLevel: 1 }));
  await send(made, set(2, { id: 3 }));
  await send(made, request, { outcome: 'rejected', answer: 'Unknown' });
  expect(await ids(made)).toEqual(left);
  await made.close();
});

test('a TxProfile needs its session to run on the outlet, and dies with it', async () => {
  const made = await testCentral({ tags: ['TAG'] });
  const ofSession = (transactionId?: number) =>
    set(1, { purpose: 'TxProfile', ...(transactionId !== undefined && { transactionId }) });
  const field = 'request.profile.transactionId';
  await expect(send(made, ofSession())).rejects.toMatchObject({ fields: { [field]: 'required' } });
  await expect(send(made, ofSession(99))).rejects.toMatchObject({
    code: 'sessionNotOpen',
    fields: { [field]: 'sessionNotOpen' },
  });
  const { transactionId } = await start(made);
  await send(made, ofSession(transactionId));
  expect(await ids(made)).toEqual([1]);
  const stop = { transactionId, idTag: null, stoppedAt: testStart, meterStopWh: 1, reason: null, readings: [], raw: {} };
  await stopSession(made.central, made.station, stop);
  expect(await ids(made)).toEqual([]);
  await made.close();
});

const periods = (...startS: number[]) => ({ ...schedule, periods: startS.map((s) => ({ startS: s, limit: 6 })) });

test.each<[string, number, Partial<ChargingProfile>, Record<string, string>]>([
  ['a limit of the whole station on one outlet', 1, { purpose: 'ChargePointMaxProfile' }, { purpose: 'onlyWholeStation' }],
  ['a session of another purpose', 1, { transactionId: 5 }, { transactionId: 'onlyTxProfile' }],
  ['recurring without a rhythm', 1, { kind: 'Recurring' }, { recurrency: 'required' }],
  ['a rhythm that recurs not', 1, { recurrency: 'Daily' }, { recurrency: 'onlyRecurring' }],
  ['relative, with a start', 1, { kind: 'Relative' }, { 'schedule.startAt': 'notRelative' }],
  ['an end before the start', 1, { validFrom: testStart, validTo: testStart }, { validTo: 'beforeStart' }],
  ['no period at 0', 1, { schedule: periods(60) }, { 'schedule.periods.0.startS': 'firstNotZero' }],
  ['periods that do not rise', 1, { schedule: periods(0, 60, 60) }, { 'schedule.periods.2.startS': 'notRising' }],
  [
    'a period after the end',
    1,
    { schedule: { ...periods(0, 3600), durationS: 3600 } },
    { 'schedule.periods.1.startS': 'afterEnd' },
  ],
  [
    'two decimals',
    1,
    { schedule: { ...schedule, periods: [{ startS: 0, limit: 16.25 }] } },
    { 'schedule.periods.0.limit': 'oneDecimal' },
  ],
])('refused, and the field named: %s', async (_what, connectorId, more, fields) => {
  const made = await testCentral();
  const named = Object.fromEntries(Object.entries(fields).map(([field, reason]) => [`request.profile.${field}`, reason]));
  await expect(send(made, set(connectorId, more))).rejects.toMatchObject({ code: 'inputInvalid', fields: named });
  await made.close();
});

test('16.3 has one decimal', async () => {
  const made = await testCentral();
  await send(made, set(1, { schedule: { ...schedule, periods: [{ startS: 0, limit: 16.3 }] } }));
  expect(await ids(made)).toEqual([1]);
  await made.close();
});

test.each<[Record<string, string>, Partial<ChargingProfile>, Record<string, string | number>, string]>([
  [{ ChargeProfileMaxStackLevel: '3' }, { stackLevel: 4 }, { limit: 3, asked: 4 }, 'stackLevel'],
  [{ chargingschedulemaxperiods: '1' }, { schedule: periods(0, 60) }, { limit: 1, asked: 2 }, 'schedule.periods'],
  [{ MaxChargingProfilesInstalled: '1' }, { id: 2, stackLevel: 1 }, { limit: 1, asked: 2 }, 'id'],
  [{ ChargingScheduleAllowedChargingRateUnit: 'Power' }, {}, { limit: 'Power', asked: 'A' }, 'schedule.unit'],
])('refused because the station has said %j', async (keys, more, facts, field) => {
  const made = await testCentral();
  await send(made, set(1));
  await told(made, keys);
  await expect(send(made, set(1, more))).rejects.toMatchObject({
    code: 'stationLimit',
    facts,
    fields: { [`request.profile.${field}`]: 'stationLimit' },
  });
  await made.close();
});

test('the words of the key are those of the messages: Current is A, Power is W; some write the letters', async () => {
  const made = await testCentral();
  await told(made, { ChargingScheduleAllowedChargingRateUnit: 'Current' });
  await send(made, set(1));
  const composite = { kind: 'getCompositeSchedule', connectorId: 1, durationS: 60 } as const;
  await expect(send(made, { ...composite, unit: 'W' })).rejects.toMatchObject({ code: 'stationLimit' });
  await told(made, { ChargingScheduleAllowedChargingRateUnit: 'A,W' });
  await send(made, { ...composite, unit: 'W' });
  await made.close();
});

test('a profile given with a remote start is a TxProfile whose session has no number yet', async () => {
  const made = await testCentral();
  const begin = (more: Partial<ChargingProfile>): AskedRequest => ({
    kind: 'remoteStart',
    connectorId: 1,
    idTag: 'TAG',
    chargingProfile: { ...profile, ...more },
  });
  await expect(send(made, begin({}))).rejects.toMatchObject({ fields: { 'request.chargingProfile.purpose': 'onlyTxProfile' } });
  await expect(send(made, begin({ purpose: 'TxProfile', transactionId: 4 }))).rejects.toMatchObject({
    fields: { 'request.chargingProfile.transactionId': 'notAtStart' },
  });
  await send(made, begin({ purpose: 'TxProfile' }), { outcome: 'rejected', answer: 'Rejected' });
  await made.close();
});
