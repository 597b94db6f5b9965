import { expect, test, vi } from 'vitest';
import type { AskedRequest } from '../../../shared/model/command.ts';
import { activeReservations, expireReservations } from '../../storage/reservations.ts';
import { startSession } from '../session/start.ts';
import { reportStatus } from '../station/status.ts';
import { type TestCentral, type TestLink, testCentral, testPerson, testStart } from '../testing.ts';
import { sendCommand } from './send.ts';

const expiresAt = testStart + 3_600_000;
const ask = { kind: 'reserve', connectorId: 1, idTag: '04A1B2C3', expiresAt } as const;

async function send(made: TestCentral, request: AskedRequest, answer = 'Accepted') {
  const outcome = answer === 'Accepted' ? 'accepted' : 'rejected';
  (made.station.link as TestLink).answer = () => ({ outcome, answer });
  const command = await sendCommand(made.central, testPerson, made.station, request);
  await vi.waitFor(async () => {
    const row = await made.central.storage.read
      .selectFrom('commands')
      .select('state')
      .where('publicId', '=', command.id)
      .executeTakeFirst();
    expect(row?.state).toBe(outcome);
  });
  return command;
}
const active = ({ central, station, clock }: TestCentral) => activeReservations(central.storage.read, station.id, clock.now());
const states = async ({ central }: TestCentral) =>
  (await central.storage.read.selectFrom('reservations').select('state').orderBy('reservationId').execute()).map(
    ({ state }) => state,
  );
const start = (made: TestCentral, more: { connectorId?: number; idTag?: string; reservationId?: number } = {}) =>
  startSession(made.central, made.station, {
    ...{ connectorId: 1, idTag: '04A1B2C3', reservationId: null, startedAt: made.clock.now(), meterStartWh: 0 },
    ...more,
  });
const report = (made: TestCentral, connectorId: number, status: 'Faulted' | 'Unavailable' | 'Available') =>
  reportStatus(made.central, made.station, {
    ...{ connectorId, status, errorCode: 'NoError', info: null, vendorId: null, vendorErrorCode: null, reportedAt: null },
  });

test('the daemon numbers reservations, each anew, also after a restart and at the same moment', async () => {
  const made = await testCentral();
  const [first, second] = await Promise.all([send(made, ask), send(made, { ...ask, connectorId: 2 })]);
  expect([first.request, second.request].map((one) => 'reservationId' in one && one.reservationId).toSorted()).toEqual([1, 2]);
  expect(await active(made)).toMatchObject([{ idTag: '04A1B2C3', byName: 'Test Person', expiresAt }, {}]);
  const again = await made.restart();
  again.station.booted = true;
  again.station.link = made.station.link;
  expect((await send(again, ask)).request).toMatchObject({ reservationId: 3 });
  await again.close();
});

test.each(['Occupied', 'Faulted', 'Unavailable', 'Rejected'])('%s reserves nothing', async (answer) => {
  const made = await testCentral();
  await send(made, ask, answer);
  expect(await active(made)).toEqual([]);
  await made.close();
});

test('the same number again replaces the reservation', async () => {
  const made = await testCentral();
  await send(made, { ...ask, reservationId: 7 });
  await send(made, { ...ask, reservationId: 7, connectorId: 2, idTag: 'OTHER' });
  expect(await active(made)).toMatchObject([{ reservationId: 7, connectorId: 2, idTag: 'OTHER' }]);
  await made.close();
});

test('an accepted start uses its reservation up, by its number or by its tag on its outlet', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  await send(made, { ...ask, connectorId: 0 });
  await send(made, { ...ask, connectorId: 2, idTag: 'OTHER' });
  await start(made, { reservationId: 1 });
  expect(await states(made)).toEqual(['used', 'active']);
  await send(made, ask);
  await start(made, { connectorId: 2 });
  expect(await states(made)).toEqual(['used', 'active', 'active']);
  made.clock.advance(1000);
  await start(made);
  expect(await states(made)).toEqual(['used', 'active', 'used']);
  await made.close();
});

test('a start that is not accepted uses none up', async () => {
  const made = await testCentral();
  await send(made, ask);
  await start(made, { reservationId: 1 });
  expect(await states(made)).toEqual(['active']);
  await made.close();
});

test('it ends with its time, at once for those who look', async () => {
  const made = await testCentral();
  await send(made, ask);
  made.clock.set(expiresAt);
  expect(await active(made)).toEqual([]);
  await made.central.storage.write([expireReservations(made.clock.now())]);
  expect(await states(made)).toEqual(['expired']);
  await made.close();
});

test.each(['Accepted', 'Rejected'])('cancelled, or not known to the station (%s): it is over', async (answer) => {
  const made = await testCentral();
  await send(made, ask);
  await send(made, { kind: 'cancelReservation', reservationId: 1 }, answer);
  expect(await states(made)).toEqual(['cancelled']);
  await made.close();
});

test('a fault or unavailability of the outlet, or of the station, ends it', async () => {
  const made = await testCentral();
  await send(made, ask);
  await send(made, { ...ask, connectorId: 2 });
  await report(made, 1, 'Faulted');
  expect(await states(made)).toEqual(['lost', 'active']);
  await report(made, 0, 'Unavailable');
  expect(await states(made)).toEqual(['lost', 'lost']);
  await made.close();
});

test('refusals: a time that has passed, any outlet where the station has said that it cannot', async () => {
  const made = await testCentral();
  await expect(send(made, { ...ask, expiresAt: testStart })).rejects.toMatchObject({ fields: { 'request.expiresAt': 'past' } });
  (made.station.link as TestLink).answer = () => ({
    outcome: 'accepted',
    answer: 'Accepted',
    detail: { keys: [{ key: 'ReserveConnectorZeroSupported', readonly: true, value: 'false' }], unknown: [] },
  });
  await sendCommand(made.central, testPerson, made.station, { kind: 'getConfiguration' });
  await vi.waitFor(async () =>
    expect(await made.central.storage.read.selectFrom('configurationKeys').select('key').execute()).toHaveLength(1),
  );
  await expect(send(made, { ...ask, connectorId: 0 })).rejects.toMatchObject({
    code: 'stationLimit',
    facts: { key: 'ReserveConnectorZeroSupported', limit: 'false' },
  });
  await made.close();
});
