import { expect, test } from 'vitest';
import { startSession } from '../session/start.ts';
import { testCentral, testStart } from '../testing.ts';
import { boot } from './boot.ts';
import { deviationCount, flushDeviations, noteDeviation } from './deviation.ts';

const facts = {
  ...{ vendor: 'V', model: 'M', serialNumber: 'S', boxSerialNumber: null, firmware: '1.0', iccid: null, imsi: null },
  ...{ meterType: null, meterSerialNumber: null },
};

test.each([
  ['accepted', 'Accepted', true],
  ['pending', 'Pending', false],
  ['rejected', 'Rejected', false],
] as const)('a station whose registration is %s is answered %s, and that is remembered', async (registration, status, booted) => {
  const made = await testCentral();
  made.station.registration = registration;
  const answer = await boot(made.central, made.station, facts);
  expect(answer.status).toBe(status);
  expect(answer.intervalS).toBeGreaterThan(0);
  expect(made.station.booted).toBe(booted);
  const again = await made.restart();
  expect(again.station.booted).toBe(booted);
  await made.close();
});

test('FACTS 6.1: a boot ends no session', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const start = { connectorId: 1, idTag: '04A1B2C3', startedAt: testStart, meterStartWh: 0, reservationId: null };
  const { transactionId } = await startSession(made.central, made.station, start);
  await boot(made.central, made.station, facts);
  expect(made.station.connectors.get(1)?.session).toMatchObject({ id: transactionId, state: 'charging' });
  await made.close();
});

test('R5: stations are told intervals that differ a little, each always the same', async () => {
  const made = await testCentral();
  const intervals = new Set<number>();
  for (let index = 0; index < 10; index++) {
    const station = await made.addStation();
    const { intervalS } = await boot(made.central, station, facts);
    expect((await boot(made.central, station, facts)).intervalS).toBe(intervalS);
    expect(Math.abs(intervalS - 300)).toBeLessThanOrEqual(30);
    intervals.add(intervalS);
  }
  expect(intervals.size).toBeGreaterThan(5);
  await made.close();
});

test('deviations are counted, bounded in kinds, and written with their first example', async () => {
  const made = await testCentral();
  const { central, station } = made;
  for (let count = 0; count < 3; count++)
    noteDeviation(central, station, { kind: 'numberAsText', action: 'MeterValues', example: `example ${count}` });
  expect(deviationCount(central, station)).toBe(3);
  await flushDeviations(central.storage, central.deviations);
  const again = await made.restart();
  expect(deviationCount(again.central, again.station)).toBe(3);
  noteDeviation(central, station, { kind: 'numberAsText', action: 'MeterValues', example: 'later' });
  for (let kind = 0; kind < 500; kind++)
    noteDeviation(central, station, { kind: `kind ${kind}`, action: '', example: 'x'.repeat(9999) });
  await flushDeviations(central.storage, central.deviations);
  const rows = await central.storage.read.selectFrom('deviations').selectAll().execute();
  expect(rows).toHaveLength(200);
  expect(rows.find(({ action }) => action === 'MeterValues')).toMatchObject({ count: 4, example: 'example 0' });
  expect(Math.max(...rows.map(({ example }) => example.length))).toBe(2000);
  await made.close();
});
