import { expect, test } from 'vitest';
import type { ConnectorStatus } from '../../../shared/model/state.ts';
import { type TestCentral, testCentral, testLink, testStart } from '../testing.ts';
import { connected } from './connect.ts';
import { reportStatus, type StatusReport } from './status.ts';

const report = ({ central, station, clock }: TestCentral, status: ConnectorStatus, over: Partial<StatusReport> = {}) =>
  reportStatus(central, station, {
    connectorId: 1,
    status,
    errorCode: 'NoError',
    info: null,
    vendorId: null,
    vendorErrorCode: null,
    reportedAt: clock.now(),
    ...over,
  });
const outlet = ({ central, station }: TestCentral, connectorId = 1) =>
  central.tree.byId(station.connectors.get(connectorId)?.outletId ?? 0)?.state;
const shown = ({ central, station }: TestCentral) => central.tree.byId(station.id)?.state;

test.each([
  ['Available', 'available'],
  ['Preparing', 'occupied'],
  ['Charging', 'charging'],
  ['SuspendedEV', 'occupied'],
  ['SuspendedEVSE', 'occupied'],
  ['Finishing', 'occupied'],
  ['Occupied', 'occupied'],
  ['Reserved', 'reserved'],
  ['Unavailable', 'unavailable'],
  ['Faulted', 'fault'],
] as const)('an outlet that says %s shows as %s', async (status, state) => {
  const made = await testCentral();
  await report(made, status);
  expect(outlet(made)).toBe(state);
  expect(shown(made)).toBe(state);
  await made.close();
});

test('a station shows the worst of its outlets and of itself', async () => {
  const made = await testCentral();
  await report(made, 'Available');
  await report(made, 'Charging', { connectorId: 2 });
  expect(shown(made)).toBe('charging');
  await report(made, 'Faulted', { connectorId: 0, errorCode: 'PowerMeterFailure' });
  expect(shown(made)).toBe('fault');
  const root = made.central.tree.root();
  expect(root).toMatchObject({ state: 'fault', total: 1, counts: { fault: 1 } });
  await made.close();
});

test('a later time stamp wins over an earlier one that comes after it', async () => {
  const made = await testCentral();
  made.clock.advance(60_000);
  await report(made, 'Charging');
  await report(made, 'Preparing', { reportedAt: made.clock.now() - 30_000 });
  expect(outlet(made)).toBe('charging');
  await report(made, 'Available', { reportedAt: null });
  expect(outlet(made)).toBe('available');
  await made.close();
});

test('after a reconnect a station tells how it is now, even with a clock that went back', async () => {
  const made = await testCentral();
  made.clock.advance(3_600_000);
  await report(made, 'Charging');
  made.clock.advance(60_000);
  await connected(made.central, made.station, testLink(made.clock), true);
  await report(made, 'Available', { reportedAt: made.clock.now() - 1_800_000 });
  expect(outlet(made)).toBe('available');
  await made.close();
});

test('FIELD 11: a clock that is ahead is measured, kept, and its times are corrected', async () => {
  const made = await testCentral();
  await report(made, 'Available', { reportedAt: testStart + 7_200_000 });
  expect(made.station.clockOffsetMs).toBe(7_200_000);
  made.clock.advance(60_000);
  await report(made, 'Preparing', { reportedAt: testStart + 7_200_000 + 30_000 });
  expect(made.station.connectors.get(1)).toMatchObject({ status: 'Preparing', statusAt: testStart + 30_000 });
  const again = await made.restart();
  expect(again.station.clockOffsetMs).toBe(7_200_000);
  await report(made, 'Available');
  expect(made.station.clockOffsetMs).toBe(0);
  await made.close();
});

test('FIELD 11: a clock that is behind is believed to be so when it goes on like that; old news is no proof', async () => {
  const made = await testCentral();
  const { station, clock } = made;
  await report(made, 'Available', { reportedAt: testStart - 3_600_000 });
  await report(made, 'Available', { connectorId: 2, reportedAt: testStart - 7_200_000 });
  expect(station.clockOffsetMs).toBe(0);
  clock.advance(600_000);
  await report(made, 'Preparing', { reportedAt: clock.now() - 1_800_000 });
  clock.advance(600_000);
  await report(made, 'Charging', { reportedAt: clock.now() - 1_800_500 });
  expect(station.clockOffsetMs).toBe(-1_800_500);
  await made.close();
});

test('R11: 1970, 2106 and year 222222017 are no times, and no clock errors', async () => {
  const made = await testCentral();
  for (const reportedAt of [0, Date.UTC(2106, 1, 7), 7_012_519_689_600_000]) {
    made.clock.advance(1000);
    await report(made, 'Charging', { reportedAt });
    expect(made.station.connectors.get(1)?.statusAt).toBe(made.clock.now());
  }
  expect(made.station.clockOffsetMs).toBe(0);
  await made.close();
});

test('a connector that is not known becomes an outlet; a station that counts on and on does not fill the tree', async () => {
  const made = await testCentral();
  for (let connectorId = 3; connectorId < 150; connectorId++) await report(made, 'Available', { connectorId });
  await report(made, 'Available', { connectorId: -1 });
  const node = made.central.tree.byId(made.station.id);
  expect(node?.total).toBe(100);
  const again = await made.restart();
  expect(again.station.connectors.get(50)?.status).toBe('Available');
  expect(again.central.tree.byId(again.station.id)?.total).toBe(100);
  await made.close();
});

test('trouble is in the history once, when it begins', async () => {
  const made = await testCentral();
  for (let sent = 0; sent < 3; sent++) await report(made, 'Faulted', { errorCode: 'GroundFailure', vendorErrorCode: 'E7' });
  const events = await made.central.storage.read.selectFrom('events').selectAll().where('kind', '=', 'connector.error').execute();
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ severity: 'alarm', stationId: made.station.id });
  await made.close();
});
