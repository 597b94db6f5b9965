import { afterEach, expect, test } from 'vitest';
import type { Central } from '../domain/central.ts';
import type { Station } from '../domain/station/station.ts';
import { type TestCentral, testCentral } from '../domain/testing.ts';
import { incoming } from './action.ts';
import { type Dispatcher, dispatch, prepare } from './dispatch.ts';
import type { CallError } from './errors.ts';
import { actions } from './v16/actions.ts';
import { EMPTY, Empty } from './v16/fields.ts';

const all = prepare(actions);
const never = () => false;
let made: TestCentral | null = null;
afterEach(async () => {
  await made?.close();
  made = null;
});

async function central(tags: string[] = []): Promise<TestCentral> {
  made = await testCentral({ tags });
  return made;
}

const refusalOf = (answer: Promise<unknown>): Promise<Pick<CallError, 'code' | 'message'>> =>
  answer.then(
    () => Promise.reject(new Error('not refused')),
    ({ code, message }: CallError) => ({ code, message }),
  );

const time = '2026-11-22T12:00:00Z';
const start = { connectorId: 1, idTag: '04A1B2', meterStart: 100, timestamp: time };
const accepted = { idTagInfo: { status: 'Accepted' } };
const began = { transactionId: expect.any(Number), idTagInfo: { status: 'Accepted' } };

/** Of each message: as OCPP has it, odd but plain, and what cannot be answered with success (none: nothing is that broken). */
const messages: [string, object, object, unknown, [unknown, string]?][] = [
  ['Authorize', { idTag: '04A1B2' }, accepted, { idTag: '04a1b2', extra: 1 }, [{ idTag: null }, 'idTag: missing']],
  [
    'BootNotification',
    { chargePointVendor: 'V', chargePointModel: 'M' },
    { status: 'Accepted', currentTime: '2026-11-22T12:00:00.000Z', interval: expect.any(Number) },
    { chargePointVendor: 'V'.repeat(30), chargePointModel: 7 },
    [{}, 'chargePointVendor: missing'],
  ],
  [
    'DataTransfer',
    { vendorId: 'v', data: 'x' },
    { status: 'UnknownVendorId' },
    { vendorId: 'v', data: 5 },
    [{}, 'vendorId: missing'],
  ],
  ['DiagnosticsStatusNotification', { status: 'Uploading' }, {}, { status: 'uploading' }, [{}, 'status: missing']],
  ['FirmwareStatusNotification', { status: 'Installed' }, {}, { status: 'Rebooting' }, [[], 'payload: an object is needed']],
  ['Heartbeat', {}, { currentTime: '2026-11-22T12:00:00.000Z' }, null, ['beat', 'payload: an object is needed']],
  [
    'LogStatusNotification',
    { status: 'Uploaded', requestId: 1 },
    {},
    { status: 'UploadFailed', requestId: '1' },
    [{}, 'status: missing'],
  ],
  ['MeterValues', { connectorId: 1, meterValue: [{ timestamp: time, sampledValue: [{ value: '1' }] }] }, {}, {}],
  [
    'SecurityEventNotification',
    { type: 'FirmwareUpdated', timestamp: time },
    {},
    { type: 'Odd', timestamp: 'now' },
    [{}, 'type: missing'],
  ],
  ['SignedFirmwareStatusNotification', { status: 'Idle' }, {}, { status: 'IDLE', requestId: null }, [{}, 'status: missing']],
  ['StartTransaction', start, began, { ...start, meterStart: '100.4' }],
  [
    'StatusNotification',
    { connectorId: 1, status: 'Charging', errorCode: 'NoError', timestamp: time },
    {},
    { connectorId: '1', status: 'Occupied' },
    [{ connectorId: 1, status: 'Odd' }, 'status: not one of the allowed values'],
  ],
  ['StopTransaction', { transactionId: 9, meterStop: 5, timestamp: time }, {}, {}],
];

test.each(messages)('%s: a good, an odd and a broken one', async (name, good, answer, odd, broken) => {
  const { central: domain, station } = await central(['04A1B2']);
  const send = (payload: unknown) => dispatch(domain, station, all, name, payload, never);
  expect(await send(good)).toMatchObject(answer);
  expect([...domain.deviations.counted.values()]).toEqual([]);
  await send(odd);
  if (JSON.stringify(odd) !== '{}') expect(domain.deviations.counted.size).toBeGreaterThan(0);
  if (broken) expect((await refusalOf(send(broken[0]))).message).toBe(broken[1]);
});

test('every message that stations send is tried above', () => {
  expect(messages.map(([name]) => name).sort()).toEqual(Object.keys(actions.incoming).sort());
});

test('before acceptance only BootNotification, and what was asked for, is heard', async () => {
  const { central: domain, station } = await central();
  station.booted = false;
  expect(await refusalOf(dispatch(domain, station, all, 'Heartbeat', {}, never))).toMatchObject({ code: 'SecurityError' });
  expect(await dispatch(domain, station, all, 'Heartbeat', {}, (name) => name === 'Heartbeat')).toHaveProperty('currentTime');
});

/** A dispatcher with one message of the test's making. */
const only = (handle: (central: Central, station: Station) => Promise<typeof EMPTY>): Dispatcher =>
  prepare({ incoming: { Test: incoming({ request: Empty, confirmation: Empty, handle }) }, outgoing: {} });

test('a failure of ours is an InternalError without its words', async () => {
  const { central: domain, station } = await central();
  const failing = only(() => Promise.reject(new Error('SELECT password FROM accounts')));
  expect(await refusalOf(dispatch(domain, station, failing, 'Test', {}, never))).toEqual({ code: 'InternalError', message: '' });
});

test('SECURITY R1, R8: a transaction message that cannot be stored is not acknowledged', async () => {
  const { central: domain, station } = await central();
  const storage = { ...domain.storage, write: () => Promise.reject(new Error('the disk is full')) };
  const answer = dispatch({ ...domain, storage }, station, all, 'StartTransaction', start, never);
  expect(await refusalOf(answer)).toEqual({ code: 'InternalError', message: '' });
});

test('messages of a station are handled one after the other, those of another beside them', async () => {
  const { central: domain, station, addStation } = await central();
  const other = await addStation();
  const done: string[] = [];
  const release: (() => void)[] = [];
  const waiting = only(async (_, who) => {
    await new Promise<void>((resolve) => release.push(resolve));
    done.push(who.chargeBoxId);
    return EMPTY;
  });
  const first = dispatch(domain, station, waiting, 'Test', {}, never);
  const second = dispatch(domain, station, waiting, 'Test', {}, never);
  const beside = dispatch(domain, other, waiting, 'Test', {}, never);
  expect(release).toHaveLength(2);
  release[1]?.();
  await beside;
  release[0]?.();
  await first;
  await Promise.resolve();
  expect(release).toHaveLength(3);
  release[2]?.();
  await second;
  expect(done).toEqual([other.chargeBoxId, station.chargeBoxId, station.chargeBoxId]);
});

test('a start without connector number means the only outlet that there is', async () => {
  const { central: domain, addStation } = await central(['04A1B2']);
  const single = await addStation({ outlets: ['OPEN'] });
  const { connectorId: _, ...unnamed } = start;
  expect(await dispatch(domain, single, all, 'StartTransaction', unnamed, never)).toMatchObject(began);
  expect(single.connectors.get(1)?.session).not.toBeNull();
});
