import { afterEach, expect, test, vi } from 'vitest';
import { type AskedRequest, type Command, reasonOf } from '../../../shared/model/command.ts';
import { DomainError } from '../error.ts';
import { boot } from '../station/boot.ts';
import { connected, disconnected } from '../station/connect.ts';
import type { StationLink } from '../station/station.ts';
import { type TestCentral, type TestLink, testCentral, testLink, testPerson, testStart } from '../testing.ts';
import { sendCommand } from './send.ts';
import { expireWaiting } from './wake.ts';
import { withdrawCommand } from './withdraw.ts';

afterEach(() => vi.useRealTimers());

const hourMs = 3_600_000;
const waitUntil = testStart + hourMs;
const facts = {
  ...{ vendor: 'V', model: 'M', serialNumber: null, boxSerialNumber: null, firmware: '1.0', iccid: null, imsi: null },
  ...{ meterType: null, meterSerialNumber: null },
};
const send = ({ central, station }: TestCentral, request: AskedRequest, until: number | undefined = waitUntil) =>
  sendCommand(central, testPerson, station, request, { waitUntil: until });
const stored = ({ central }: TestCentral, { id }: Command) =>
  central.storage.read.selectFrom('commands').selectAll().where('publicId', '=', id).executeTakeFirstOrThrow();
const goOffline = ({ central, station }: TestCentral) =>
  station.link ? disconnected(central, station, station.link) : Promise.resolve();

async function offline(): Promise<TestCentral> {
  const made = await testCentral();
  await goOffline(made);
  return made;
}

/** The station is back, and the second has passed after which it is spoken to. */
async function comesBack(made: TestCentral): Promise<TestLink> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const link = testLink(made.clock);
  await connected(made.central, made.station, link, true);
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  return link;
}

test('without the wish to wait a station that is offline refuses, as before', async () => {
  const made = await offline();
  await expect(sendCommand(made.central, testPerson, made.station, { kind: 'clearCache' })).rejects.toMatchObject({
    code: 'stationOffline',
  });
  await made.close();
});

test('a command waits, is in the audit log, and goes when the station is back', async () => {
  const made = await offline();
  const command = await send(made, { kind: 'clearCache' });
  expect(command).toMatchObject({ state: 'waiting', waitUntil });
  expect(await stored(made, command)).toMatchObject({ state: 'waiting', waitUntil });
  const audit = await made.central.storage.read.selectFrom('audit').selectAll().where('action', '=', 'stations.send').execute();
  expect(audit).toHaveLength(1);
  const link = await comesBack(made);
  await vi.waitFor(async () => expect((await stored(made, command)).state).toBe('accepted'));
  expect(link.requests).toEqual([{ kind: 'clearCache' }]);
  await made.close();
});

test('several go one after the other, in the order in which they were asked for', async () => {
  const made = await offline();
  await send(made, { kind: 'changeConfiguration', key: 'HeartbeatInterval', value: '60' });
  const last = await send(made, { kind: 'reset', mode: 'soft' });
  const link = await comesBack(made);
  await vi.waitFor(async () => expect((await stored(made, last)).state).toBe('accepted'));
  expect(link.requests.map(({ kind }) => kind)).toEqual(['changeConfiguration', 'reset']);
  await made.close();
});

test('one that could not be sent after all stays before those that were asked for later', async () => {
  const made = await offline();
  const first = await send(made, { kind: 'changeConfiguration', key: 'HeartbeatInterval', value: '60' });
  const last = await send(made, { kind: 'reset', mode: 'soft' });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const broken: StationLink = {
    ...testLink(made.clock),
    async call() {
      await disconnected(made.central, made.station, broken);
      throw new DomainError('stationOffline');
    },
  };
  await connected(made.central, made.station, broken, true);
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  await vi.waitFor(() => expect(made.central.waiting.get(made.station.id)).toHaveLength(2));
  await vi.waitFor(async () => expect((await stored(made, first)).state).toBe('waiting'));
  const link = await comesBack(made);
  await vi.waitFor(async () => expect((await stored(made, last)).state).toBe('accepted'));
  expect(link.requests.map(({ kind }) => kind)).toEqual(['changeConfiguration', 'reset']);
  await made.close();
});

test('it survives a restart of the daemon', async () => {
  const made = await offline();
  const command = await send(made, { kind: 'clearCache' });
  const again = await made.restart();
  expect((await stored(again, command)).state).toBe('waiting');
  await comesBack(again);
  await vi.waitFor(async () => expect((await stored(again, command)).state).toBe('accepted'));
  await again.close();
});

test('a station that has never booted is waited for until it has', async () => {
  const made = await testCentral({ station: { isOnline: false } });
  made.station.configurationReadAt = testStart;
  const command = await send(made, { kind: 'clearCache' });
  await comesBack(made);
  expect((await stored(made, command)).state).toBe('waiting');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  await boot(made.central, made.station, facts);
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  await vi.waitFor(async () => expect((await stored(made, command)).state).toBe('accepted'));
  await made.close();
});

test('it expires after its time, and is not sent any more', async () => {
  const made = await offline();
  const command = await send(made, { kind: 'clearCache' });
  made.clock.advance(hourMs - 1);
  await expireWaiting(made.central);
  expect((await stored(made, command)).state).toBe('waiting');
  made.clock.advance(1);
  await expireWaiting(made.central);
  expect(await stored(made, command)).toMatchObject({ state: 'expired', doneAt: waitUntil });
  expect((await comesBack(made)).requests).toEqual([]);
  await made.close();
});

test('it can be taken back until it is sent', async () => {
  const made = await offline();
  const command = await send(made, { kind: 'clearCache' });
  expect(await withdrawCommand(made.central, testPerson, made.station, command.id)).toMatchObject({ state: 'withdrawn' });
  expect((await stored(made, command)).state).toBe('withdrawn');
  await expect(withdrawCommand(made.central, testPerson, made.station, command.id)).rejects.toMatchObject({
    code: 'commandNotWaiting',
  });
  expect((await comesBack(made)).requests).toEqual([]);
  await made.close();
});

test('a line that breaks before it was sent leaves it waiting', async () => {
  const made = await offline();
  const command = await send(made, { kind: 'clearCache' });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const link = testLink(made.clock);
  await connected(made.central, made.station, link, true);
  await disconnected(made.central, made.station, link);
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  expect((await stored(made, command)).state).toBe('waiting');
  await comesBack(made);
  await vi.waitFor(async () => expect((await stored(made, command)).state).toBe('accepted'));
  await made.close();
});

test('what it would do is checked again when the station is back', async () => {
  const made = await offline();
  const soon = testStart + 60_000;
  const command = await send(made, { kind: 'reserve', connectorId: 1, idTag: 'A', expiresAt: soon });
  made.clock.set(soon);
  await comesBack(made);
  await vi.waitFor(async () => expect(await stored(made, command)).toMatchObject({ state: 'failed', answer: null }));
  expect(reasonOf('failed', JSON.parse(String((await stored(made, command)).detail)))).toEqual({
    code: 'inputInvalid',
    facts: { field: 'request.expiresAt' },
  });
  await made.close();
});

test.each<[AskedRequest]>([
  [{ kind: 'remoteStart', idTag: 'A' }],
  [{ kind: 'remoteStop', transactionId: 1 }],
  [{ kind: 'unlock', connectorId: 1 }],
  [{ kind: 'changeConfiguration', key: 'AuthorizationKey', value: '00112233445566778899' }],
  [{ kind: 'updateFirmware', location: 'ftp://user:secret@192.0.2.1/fw.bin', retrieveAt: testStart }],
])('never waits: %j', async (request) => {
  const made = await offline();
  await expect(send(made, request)).rejects.toMatchObject({ code: 'commandCannotWait' });
  await made.close();
});

test('no more than twenty wait for a station, and none for a time that has passed', async () => {
  const made = await offline();
  await expect(send(made, { kind: 'clearCache' }, testStart)).rejects.toMatchObject({ fields: { waitUntil: 'past' } });
  for (let i = 0; i < 20; i++) await send(made, { kind: 'clearCache' });
  await expect(send(made, { kind: 'clearCache' })).rejects.toMatchObject({ code: 'stationBusy' });
  await made.close();
});
