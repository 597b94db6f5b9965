import { describe, expect, test } from 'vitest';
import { sessionById } from '../../storage/sessions.ts';
import { reportStatus } from '../station/status.ts';
import { type TestCentral, testCentral, testPerson, testStart } from '../testing.ts';
import { closeSession } from './close.ts';
import { closeGhosts } from './ghosts.ts';
import { recordMeterValues } from './meter.ts';
import type { Reading } from './reading.ts';
import { startSession } from './start.ts';
import { type SessionStop, stopSession } from './stop.ts';

const hour = 3_600_000;
const register = (at: number, wh: number, context: Reading['context'] = 'Sample.Periodic'): Reading => ({
  at,
  context,
  values: [
    { measurand: 'Energy.Active.Import.Register', phase: null, location: null, unit: 'Wh', format: 'Raw', value: String(wh) },
  ],
});

async function charging(made: TestCentral): Promise<number> {
  const { central, station, clock } = made;
  await status(made, 'Charging');
  const start = { connectorId: 1, idTag: '04A1B2C3', startedAt: clock.now(), meterStartWh: 1000, reservationId: null };
  return (await startSession(central, station, start)).transactionId;
}

const stop = (transactionId: number, over: Partial<SessionStop> = {}): SessionStop => ({
  transactionId,
  idTag: null,
  stoppedAt: testStart + hour,
  meterStopWh: 8000,
  reason: null,
  readings: [],
  raw: { transactionId, meterStop: 8000 },
  ...over,
});

const status = (
  { central, station, clock }: TestCentral,
  value: 'Available' | 'Charging' | 'Finishing' | 'Preparing',
  at = clock.now(),
) =>
  reportStatus(central, station, {
    connectorId: 1,
    status: value,
    errorCode: 'NoError',
    info: null,
    vendorId: null,
    vendorErrorCode: null,
    reportedAt: at,
  });

const record = (made: TestCentral, id: number) => sessionById(made.central.storage.read, id);
const hours = (made: TestCentral) => made.central.storage.read.selectFrom('outletHours').selectAll().orderBy('hourAt').execute();

test('charging stops at StopTransaction; the session ends when the first status shows the connector free', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station, clock } = made;
  const id = await charging(made);
  clock.advance(hour);
  await stopSession(central, station, stop(id));
  expect(await record(made, id)).toMatchObject({
    state: 'stopped',
    energyWh: 7000,
    endedAt: null,
    durationMs: null,
    stopReason: 'Local',
  });
  await status(made, 'Finishing');
  expect((await record(made, id))?.state).toBe('stopped');
  expect(central.tree.byId(station.connectors.get(1)?.outletId ?? 0)?.state).toBe('occupied');

  clock.advance(hour);
  await status(made, 'Available');
  expect(await record(made, id)).toMatchObject({
    state: 'ended',
    chargingStoppedAt: testStart + hour,
    endedAt: testStart + 2 * hour,
    durationMs: 2 * hour,
  });
  expect(station.connectors.get(1)?.session).toBeNull();
  expect(await hours(made)).toMatchObject(
    [
      { sessions: 1, energyWh: 7000, occupiedMs: hour, chargingMs: hour },
      { sessions: 0, energyWh: 0, occupiedMs: hour, chargingMs: 0 },
      { sessions: 0, energyWh: 0, occupiedMs: 0, chargingMs: 0 },
    ].filter((share) => share.sessions + share.occupiedMs > 0),
  );
  await made.close();
});

test('a stop by the cable ends the session at once', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await charging(made);
  made.clock.advance(hour);
  await stopSession(made.central, made.station, stop(id, { reason: 'EVDisconnected' }));
  expect(await record(made, id)).toMatchObject({ state: 'ended', endedAt: testStart + hour, stopReason: 'EVDisconnected' });
  await made.close();
});

test('a stop that comes after the status that shows the connector free ends there', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await charging(made);
  made.clock.advance(hour);
  await status(made, 'Available');
  made.clock.advance(60_000);
  await stopSession(made.central, made.station, stop(id, { stoppedAt: testStart + hour - 5000 }));
  expect(await record(made, id)).toMatchObject({
    state: 'ended',
    chargingStoppedAt: testStart + hour - 5000,
    endedAt: testStart + hour,
  });
  await made.close();
});

test('a stop from the queue of a station that was away ends with the stop, not with today', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { station, clock } = made;
  const id = await charging(made);
  clock.advance(24 * hour);
  if (station.link) station.link = { ...station.link, connectedAt: clock.now() };
  await status(made, 'Available');
  await stopSession(made.central, station, stop(id));
  expect(await record(made, id)).toMatchObject({ state: 'ended', endedAt: testStart + hour });
  await made.close();
});

test('FIELD 5: a repeated stop is accepted, changes nothing and counts nothing twice', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await charging(made);
  made.clock.advance(hour);
  const sent = stop(id, {
    reason: 'EVDisconnected',
    idTag: '04A1B2C3',
    readings: [register(testStart + hour, 8000, 'Transaction.End')],
  });
  const first = await stopSession(made.central, made.station, sent);
  const kept = await record(made, id);
  const counted = await hours(made);
  made.clock.advance(hour);
  expect(await stopSession(made.central, made.station, sent)).toEqual(first);
  expect(await stopSession(made.central, made.station, { ...sent, meterStopWh: 9999, stoppedAt: made.clock.now() })).toEqual(
    first,
  );
  const again = await made.restart();
  expect(await stopSession(again.central, again.station, sent)).toEqual(first);
  expect(await record(made, id)).toEqual(kept);
  expect(await hours(made)).toEqual(counted);
  expect(await made.central.storage.read.selectFrom('samples').selectAll().execute()).toHaveLength(1);
  await made.close();
});

test('FIELD 7: a stop with transaction id -1, 0 or one that nobody knows is an orphan, once, with all that it said', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station } = made;
  for (const transactionId of [-1, 0, 4711, 2 ** 40])
    for (let sent = 0; sent < 3; sent++)
      expect(await stopSession(central, station, stop(transactionId, { idTag: '04A1B2C3' }))).toMatchObject({
        tag: { status: 'Accepted' },
      });
  const orphans = await central.storage.read.selectFrom('orphanStops').selectAll().execute();
  expect(orphans.map(({ transactionId }) => transactionId)).toEqual([-1, 0, 4711, 2 ** 40]);
  expect(JSON.parse(orphans[0]?.payload ?? '')).toEqual({ transactionId: -1, meterStop: 8000 });
  const events = await central.storage.read
    .selectFrom('events')
    .select('kind')
    .where('kind', '=', 'session.orphanStop')
    .execute();
  expect(events).toHaveLength(4);
  await made.close();
});

describe('FIELD 7: a station that never learnt the transaction id stops with -1', () => {
  const startAt = (made: TestCentral, connectorId: number, idTag: string, meterStartWh: number) =>
    startSession(made.central, made.station, { connectorId, idTag, startedAt: testStart, meterStartWh, reservationId: null });
  const both = () => testCentral({ tags: ['04A1B2C3', 'AAAA0001'] });
  const orphans = ({ central }: TestCentral) => central.storage.read.selectFrom('orphanStops').selectAll().execute();
  const deviations = ({ central }: TestCentral) =>
    [...central.deviations.counted.values()].map(({ kind, count }) => [kind, count]);

  test('the session that its tag, time and register fit is stopped, once however often it comes, and the deviation is counted', async () => {
    const made = await both();
    const { transactionId: mine } = await startAt(made, 1, '04A1B2C3', 1000);
    const { transactionId: other } = await startAt(made, 2, 'AAAA0001', 1000);
    made.clock.advance(hour);
    for (let sent = 0; sent < 3; sent++) await stopSession(made.central, made.station, stop(-1, { idTag: '04:a1:b2:c3' }));
    expect(await record(made, mine)).toMatchObject({ meterStopWh: 8000, energyWh: 7000, stopIdTag: '04:a1:b2:c3' });
    expect((await record(made, other))?.state).toBe('charging');
    expect(await orphans(made)).toEqual([]);
    expect(deviations(made)).toEqual([['transactionIdMissing', 1]]);
    // The other one is not taken for it when it stops in the same way.
    await stopSession(made.central, made.station, stop(-1, { idTag: 'AAAA0001' }));
    expect((await record(made, other))?.stopReceivedAt).not.toBeNull();
    await made.close();
  });

  test('without a tag the register tells which of two it is', async () => {
    const made = await both();
    const { transactionId: high } = await startAt(made, 1, '04A1B2C3', 5_000_000);
    await startAt(made, 2, 'AAAA0001', 900_000);
    made.clock.advance(hour);
    await stopSession(made.central, made.station, stop(0, { meterStopWh: 5_010_000, reason: 'PowerLoss' }));
    expect(await record(made, high)).toMatchObject({ energyWh: 10_000, stopReason: 'PowerLoss' });
    await made.close();
  });

  test.each<[string, Partial<SessionStop>]>([
    ['it fits two', {}],
    ['its tag is none of theirs', { idTag: 'BBBB0002' }],
    ['it is older than what runs', { idTag: '04A1B2C3', stoppedAt: testStart - 1000 }],
    ['its register is below the one that the session began with', { idTag: '04A1B2C3', meterStopWh: 500 }],
    ['it tells nothing but a time', { meterStopWh: null }],
  ])('nobody guesses when %s: it is kept as an orphan', async (_why, said) => {
    const made = await both();
    const { transactionId } = await startAt(made, 1, '04A1B2C3', 1000);
    await startAt(made, 2, 'AAAA0001', 1000);
    made.clock.advance(hour);
    await stopSession(made.central, made.station, stop(-1, said));
    expect((await record(made, transactionId))?.state).toBe('charging');
    expect(await orphans(made)).toHaveLength(1);
    await made.close();
  });

  test('an id that is a number, and not ours, is never taken for another one', async () => {
    const made = await both();
    const { transactionId } = await startAt(made, 1, '04A1B2C3', 1000);
    made.clock.advance(hour);
    await stopSession(made.central, made.station, stop(transactionId + 99, { idTag: '04A1B2C3' }));
    expect((await record(made, transactionId))?.state).toBe('charging');
    await made.close();
  });
});

test('a register that the station does not know at the stop is unknown, and the samples tell the energy', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await charging(made);
  made.clock.advance(hour);
  await recordMeterValues(made.central, made.station, {
    connectorId: 1,
    transactionId: id,
    readings: [register(testStart + hour, 6000)],
  });
  await stopSession(made.central, made.station, stop(id, { meterStopWh: null }));
  expect(await record(made, id)).toMatchObject({ meterStopWh: null, energyWh: 5000, flags: '["meterMissing"]' });
  await made.close();
});

test("A5: no station stops another one's session", async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const other = await made.addStation();
  const id = await charging(made);
  await stopSession(made.central, other, stop(id));
  expect((await record(made, id))?.state).toBe('charging');
  const alarms = await made.central.storage.read.selectFrom('events').select('kind').where('severity', '=', 'alarm').execute();
  expect(alarms).toEqual([{ kind: 'session.foreignStop' }]);
  expect(await made.central.storage.read.selectFrom('orphanStops').select(['stationId']).execute()).toEqual([
    { stationId: other.id },
  ]);
  await made.close();
});

test('A7: a stop below the start is stored, flagged, and in no sum', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const id = await charging(made);
  made.clock.advance(hour);
  await stopSession(made.central, made.station, stop(id, { meterStopWh: 300, reason: 'EVDisconnected' }));
  expect(await record(made, id)).toMatchObject({ meterStopWh: 300, energyWh: null, flags: '["implausible"]' });
  expect((await hours(made)).reduce((sum, { energyWh }) => sum + energyWh, 0)).toBe(0);
  await made.close();
});

test('FIELD 6: a person closes what was never stopped; the stop that still comes counts, and the roll-ups follow', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station, clock } = made;
  const id = await charging(made);
  clock.advance(hour / 2);
  await recordMeterValues(central, station, { connectorId: 1, transactionId: id, readings: [register(clock.now(), 4000)] });
  clock.advance(5 * hour);
  await closeSession(central, testPerson, (await record(made, id))?.publicId ?? '');
  expect(await record(made, id)).toMatchObject({
    state: 'stopNotReported',
    energyWh: 3000,
    endedAt: testStart + hour / 2,
    flags: '["meterMissing"]',
  });
  expect(station.connectors.get(1)?.session).toBeNull();
  await expect(closeSession(central, testPerson, (await record(made, id))?.publicId ?? '')).rejects.toMatchObject({
    code: 'sessionNotOpen',
  });
  await expect(closeSession(central, testPerson, 'nobody')).rejects.toMatchObject({ code: 'sessionUnknown' });

  await stopSession(central, station, stop(id));
  expect(await record(made, id)).toMatchObject({ state: 'ended', energyWh: 7000, endedAt: testStart + hour, flags: '[]' });
  const counted = await hours(made);
  expect(counted.reduce((sum, { energyWh }) => sum + energyWh, 0)).toBe(7000);
  expect(counted.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(1);
  await made.close();
});

test('a boot or a restart ends nothing: the session goes on where it was', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station, clock } = made;
  const id = await charging(made);
  clock.advance(hour / 2);
  await recordMeterValues(central, station, { connectorId: 1, transactionId: id, readings: [register(clock.now(), 4000)] });
  const again = await made.restart();
  expect(again.station.connectors.get(1)?.session).toMatchObject({ id, energyWh: 3000, state: 'charging' });
  expect(again.station.booted).toBe(true);
  expect(again.station.connectors.get(1)?.status).toBe('Charging');
  expect(again.central.tree.byId(again.station.id)?.state).toBe('offline');
  await made.close();
});

test('FIELD 6: a session whose connector was seen free, and whose stop does not come, is given up; a boot in between ends nothing', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station, clock } = made;
  const id = await charging(made);
  clock.advance(hour);
  await status(made, 'Available');
  clock.advance(10 * 60_000);
  await closeGhosts(central);
  expect((await record(made, id))?.state).toBe('charging');
  await status(made, 'Charging');
  clock.advance(hour);
  await closeGhosts(central);
  expect((await record(made, id))?.state).toBe('charging');
  await status(made, 'Available');
  const leftAt = clock.now();
  clock.advance(16 * 60_000);
  await closeGhosts(central);
  expect(await record(made, id)).toMatchObject({ state: 'stopNotReported', endedAt: leftAt });
  expect(station.connectors.get(1)?.session).toBeNull();
  await stopSession(central, station, stop(id));
  expect(await record(made, id)).toMatchObject({ state: 'ended', energyWh: 7000 });
  await made.close();
});
