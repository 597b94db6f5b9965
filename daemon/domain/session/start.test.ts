import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSessions, sessionById } from '../../storage/sessions.ts';
import { type TestCentral, testCentral, testStart } from '../testing.ts';
import { recordMeterValues } from './meter.ts';
import { type SessionStart, startSession } from './start.ts';
import { type SessionStop, stopSession } from './stop.ts';

const start = (over: Partial<SessionStart> = {}): SessionStart => ({
  connectorId: 1,
  idTag: '04A1B2C3',
  startedAt: testStart,
  meterStartWh: 1200,
  reservationId: null,
  ...over,
});

const stop = (transactionId: number, over: Partial<SessionStop> = {}): SessionStop => ({
  transactionId,
  idTag: '04A1B2C3',
  stoppedAt: testStart + 3_600_000,
  meterStopWh: 8200,
  reason: 'Local',
  readings: [],
  raw: { transactionId },
  ...over,
});

const all = (made: TestCentral) => made.central.storage.read.selectFrom('sessions').selectAll().orderBy('id').execute();

test('FIELD 4: a start that the station repeats keeps its transaction id', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const first = await startSession(made.central, made.station, start());
  expect(first.transactionId).toBeGreaterThan(0);
  expect(first.tag.status).toBe('Accepted');
  expect(await startSession(made.central, made.station, start())).toEqual(first);
  expect(made.published.filter(({ kind }) => kind === 'session.started')).toHaveLength(1);
  await made.close();
});

test('R2: two copies of a start at the same moment open one session', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const answers = await Promise.all([1, 2, 3].map(() => startSession(made.central, made.station, start())));
  expect(new Set(answers.map(({ transactionId }) => transactionId)).size).toBe(1);
  expect(await all(made)).toHaveLength(1);
  await made.close();
});

test('R2: a start repeated after a restart, and after its stop, keeps its transaction id', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { transactionId } = await startSession(made.central, made.station, start());
  const again = await made.restart();
  expect((await startSession(again.central, again.station, start())).transactionId).toBe(transactionId);
  await stopSession(again.central, again.station, stop(transactionId, { reason: 'EVDisconnected' }));
  expect((await startSession(again.central, again.station, start())).transactionId).toBe(transactionId);
  expect(again.station.connectors.get(1)?.session).toBeNull();
  expect(await all(made)).toHaveLength(1);
  await made.close();
});

test('FACTS 6.3: a refused tag gets a session as well, with its status', async () => {
  const made = await testCentral();
  const { transactionId, tag } = await startSession(made.central, made.station, start({ idTag: 'UNKNOWN' }));
  expect(tag.status).toBe('Invalid');
  const session = await sessionById(made.central.storage.read, transactionId);
  expect(session).toMatchObject({ tagStatus: 'Invalid', state: 'charging', flags: '["tagRefused"]' });
  await made.close();
});

test('FIELD 6: a start on a busy connector ends the old session as stop not reported, and its late stop counts', async () => {
  const made = await testCentral({ tags: ['04A1B2C3', 'BBBB'] });
  const { central, station, clock } = made;
  const old = await startSession(central, station, start());
  clock.advance(7_200_000);
  const next = await startSession(central, station, start({ idTag: 'BBBB', startedAt: clock.now(), meterStartWh: 9000 }));
  expect(await sessionById(central.storage.read, old.transactionId)).toMatchObject({ state: 'stopNotReported' });
  expect(station.connectors.get(1)?.session?.id).toBe(next.transactionId);

  await stopSession(central, station, stop(old.transactionId));
  expect(await sessionById(central.storage.read, old.transactionId)).toMatchObject({
    state: 'ended',
    energyWh: 7000,
    chargingStoppedAt: testStart + 3_600_000,
    flags: '[]',
  });
  expect(station.connectors.get(1)?.session?.id).toBe(next.transactionId);
  await made.close();
});

test('FIELD 8: a refused or a repeated start leaves the good session alone', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station, clock } = made;
  const good = await startSession(central, station, start());
  clock.advance(60_000);
  const refused = await startSession(central, station, start({ idTag: 'STRANGER', startedAt: clock.now() }));
  expect(refused.tag.status).toBe('Invalid');
  expect(refused.transactionId).not.toBe(good.transactionId);
  await startSession(central, station, start());
  expect(station.connectors.get(1)?.session?.id).toBe(good.transactionId);
  expect((await openSessions(central.storage.read)).map(({ id }) => id)).toEqual([good.transactionId]);
  await made.close();
});

test('FIELD 11: a station that says 1970 at each start has as many sessions as it has starts', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station, clock } = made;
  const broken = start({ startedAt: 0, meterStartWh: 0 });
  const first = await startSession(central, station, broken);
  expect((await startSession(central, station, broken)).transactionId).toBe(first.transactionId);
  clock.advance(600_000);
  await stopSession(central, station, stop(first.transactionId, { stoppedAt: 0, reason: 'EVDisconnected', meterStopWh: 500 }));
  const second = await startSession(central, station, broken);
  expect(second.transactionId).not.toBe(first.transactionId);
  const [one] = await all(made);
  expect(one).toMatchObject({ startedAt: testStart, endedAt: testStart + 600_000, energyWh: 500, flags: '["clockCorrected"]' });
  await made.close();
});

test('R11: times of 2106 and of year 222222017 lose nothing', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station } = made;
  for (const startedAt of [Date.UTC(2106, 0, 1), 7_012_519_689_600_000, Date.UTC(1970, 0, 1), null]) {
    const { transactionId } = await startSession(
      central,
      station,
      start({ startedAt, meterStartWh: Math.round((startedAt ?? 1) / 1e6) }),
    );
    expect(await sessionById(central.storage.read, transactionId)).toMatchObject({ startedAt: testStart });
  }
  await made.close();
});

test('a start on an unknown connector makes it an outlet; one on a connector that cannot be is kept without', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station } = made;
  const { transactionId } = await startSession(central, station, start({ connectorId: 9 }));
  expect(station.connectors.get(9)?.session?.id).toBe(transactionId);
  expect(central.tree.byId(station.connectors.get(9)?.outletId ?? 0)?.name).toBe('Outlet 9');
  const odd = await startSession(central, station, start({ connectorId: 4711 }));
  expect(await sessionById(central.storage.read, odd.transactionId)).toMatchObject({ connectorId: 4711, outletId: null });
  await made.close();
});

test('an older start from the queue of a station stands beside what runs', async () => {
  const made = await testCentral({ tags: ['04A1B2C3', 'BBBB'] });
  const { central, station } = made;
  const live = await startSession(central, station, start());
  const old = await startSession(
    central,
    station,
    start({ idTag: 'BBBB', startedAt: testStart - 86_400_000, meterStartWh: 100 }),
  );
  expect(station.connectors.get(1)?.session?.id).toBe(live.transactionId);
  await stopSession(central, station, stop(old.transactionId, { stoppedAt: testStart - 82_800_000, meterStopWh: 1100 }));
  expect(await sessionById(central.storage.read, old.transactionId)).toMatchObject({
    state: 'ended',
    energyWh: 1000,
    startedAt: testStart - 86_400_000,
    endedAt: testStart - 82_800_000,
    flags: '["offline"]',
  });
  await made.close();
});

test('R2: starts and stops sent one to five times in any order are exactly one row each', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'], station: { outlets: Array(4).fill('RFID') } });
  const { central, station } = made;
  let next = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          connectorId: fc.integer({ min: 1, max: 4 }),
          starts: fc.integer({ min: 1, max: 5 }),
          stops: fc.integer({ min: 1, max: 5 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      fc.infiniteStream(fc.nat()),
      async (plans, picks) => {
        const before = (await all(made)).length;
        const ids = new Map<number, Set<number>>();
        const todo = plans.flatMap((plan, index) => {
          const sent = start({ connectorId: plan.connectorId, startedAt: testStart + next++, meterStartWh: 10 * next });
          const begin = async () => {
            const { transactionId } = await startSession(central, station, sent);
            ids.set(index, (ids.get(index) ?? new Set()).add(transactionId));
          };
          const finish = async () => {
            const [id] = ids.get(index) ?? [];
            if (id !== undefined) await stopSession(central, station, stop(id, { meterStopWh: sent.meterStartWh + 1000 }));
          };
          return [...Array(plan.starts).fill(begin), ...Array(plan.stops).fill(finish)];
        });
        // In an odd order, but a station cannot stop what it has not started; and at the end everything has come.
        const shuffled = todo.map((act) => ({ act, at: picks.next().value ?? 0 })).sort((a, b) => a.at - b.at);
        await Promise.all(shuffled.map(({ act }) => act()));
        for (const act of todo) await act();
        const rows = (await all(made)).slice(before);
        expect(rows).toHaveLength(plans.length);
        for (const seen of ids.values()) expect(seen.size).toBe(1);
        for (const row of rows) expect(row.energyWh).toBe(1000);
      },
    ),
    { numRuns: 30 },
  );
  const hours = await central.storage.read.selectFrom('outletHours').selectAll().execute();
  const sessions = hours.reduce((sum, hour) => sum + hour.sessions, 0);
  expect(sessions).toBe((await all(made)).length);
  expect(hours.reduce((sum, hour) => sum + hour.energyWh, 0)).toBe(sessions * 1000);
  await made.close();
});

test('a meter value with the id of a refused start beside a good session is kept with its own', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station, clock } = made;
  await startSession(central, station, start());
  clock.advance(60_000);
  const refused = await startSession(central, station, start({ idTag: 'STRANGER', startedAt: clock.now() }));
  const values = [
    { measurand: 'Power.Active.Import', phase: null, location: null, unit: 'W', format: 'Raw' as const, value: '5' },
  ];
  await recordMeterValues(central, station, {
    connectorId: 1,
    transactionId: refused.transactionId,
    readings: [{ at: clock.now(), context: 'Sample.Periodic', values }],
  });
  const [sample] = await central.storage.read.selectFrom('samples').selectAll().execute();
  expect(sample?.sessionId).toBe(refused.transactionId);
  await made.close();
});
