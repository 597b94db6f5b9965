import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startDaemon } from './support/daemon.ts';
import { freshStations, key, now, start, stop, transactionOf } from './support/fresh-stations.ts';
import { bootFacts, rawStation, rowsOf, siteOf } from './support/stations.ts';

const { daemon, connect, freshId, booted, sessions, publicId } = freshStations(30);

test('FIELD 4, SECURITY R2: a start that is repeated keeps its transaction id: same id, new id, new socket', async () => {
  const station = await booted();
  const message = start();
  const first = transactionOf(await station.call('StartTransaction', message, 'same'));
  expect(transactionOf(await station.call('StartTransaction', message, 'same'))).toBe(first);
  expect(transactionOf(await station.call('StartTransaction', message, 'other'))).toBe(first);
  const both = await Promise.all([
    station.call('StartTransaction', message, 'a'),
    station.call('StartTransaction', message, 'b'),
  ]);
  for (const answer of both) expect(transactionOf(answer)).toBe(first);
  await station.close();
  const again = await connect(station.id);
  expect(transactionOf(await again.call('StartTransaction', message, 'same'))).toBe(first);
  expect(sessions(station.rowId)).toHaveLength(1);
  await again.close();
});

test('FIELD 5: a stop that is repeated, with its transaction data, counts once', async () => {
  const station = await booted();
  const transactionId = transactionOf(await station.call('StartTransaction', start()));
  const transactionData = [{ timestamp: now(), sampledValue: [{ value: '1500', context: 'Transaction.End' }] }];
  const message = stop(transactionId, { transactionData });
  for (const id of ['s1', 's1', 's2']) expect((await station.call('StopTransaction', message, id))[0]).toBe(3);
  expect(sessions(station.rowId)).toMatchObject([{ energyWh: 1000 }]);
  expect(rowsOf(daemon(), 'SELECT count(*) AS n FROM samples WHERE stationId = ?', station.rowId)).toEqual([{ n: 1 }]);
  await station.close();
});

test('FACTS 6.4: a stop with the readings of a whole day is one message, and all of them are kept', async () => {
  const station = await booted();
  const startedAt = Date.now() - 86_400_000;
  const timeOf = (minutes: number) => new Date(startedAt + minutes * 60_000).toISOString();
  const transactionId = transactionOf(await station.call('StartTransaction', start({ timestamp: timeOf(0) })));
  const quarters = Array.from({ length: 95 }, (_, index) => index + 1);
  const transactionData = quarters.flatMap((quarter) =>
    ['Sample.Clock', 'Sample.Periodic'].map((context) => ({
      timestamp: timeOf(quarter * 15),
      sampledValue: [
        { value: String(1000 + quarter * 10), context, format: 'Raw', measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
        ...['L1', 'L2', 'L3'].flatMap((phase) => [
          { value: '230.0', context, format: 'Raw', measurand: 'Voltage', phase, location: 'Outlet', unit: 'V' },
          { value: '16.0', context, format: 'Raw', measurand: 'Current.Import', phase, location: 'Outlet', unit: 'A' },
        ]),
      ],
    })),
  );
  const message = stop(transactionId, { meterStop: 2000, transactionData });
  expect(JSON.stringify(message).length).toBeGreaterThan(150_000);
  expect((await station.call('StopTransaction', message))[0]).toBe(3);
  expect(sessions(station.rowId)).toMatchObject([{ energyWh: 1000 }]);
  expect(rowsOf(daemon(), 'SELECT count(*) AS n FROM samples WHERE sessionId = ?', transactionId)).toEqual([{ n: 190 }]);
  await station.close();
});

test('FIELD 6: a new start ends a session whose stop was lost, and the late stop still counts', async () => {
  const station = await booted();
  const lost = transactionOf(
    await station.call('StartTransaction', start({ timestamp: new Date(Date.now() - 3_600_000).toISOString() })),
  );
  const next = transactionOf(await station.call('StartTransaction', start({ meterStart: 5000 })));
  expect(next).not.toBe(lost);
  expect(sessions(station.rowId)).toMatchObject([{ state: 'stopNotReported' }, { state: 'charging' }]);
  await station.call('StopTransaction', stop(lost, { meterStop: 4000 }));
  expect(sessions(station.rowId)).toMatchObject([{ energyWh: 3000 }, { state: 'charging' }]);
  await station.close();
});

test('FIELD 7, SECURITY R3: a stop of an unknown transaction is acknowledged and kept', async () => {
  const station = await booted();
  for (const id of [-1, 0, 4711, 2 ** 53, 'unknown'])
    expect((await station.call('StopTransaction', stop(id)))[0], String(id)).toBe(3);
  expect(
    rowsOf(daemon(), 'SELECT count(*) AS n FROM orphanStops WHERE stationId = ?', station.rowId)[0]?.n,
  ).toBeGreaterThanOrEqual(4);
  // What they said is there for people: newest first, in pages.
  const told = { stationId: publicId(station.rowId), kinds: ['session.orphanStop'] };
  const [newest, second] = await daemon().api('stations.events', { ...told, limit: 2 });
  expect(newest).toMatchObject({ severity: 'warning', data: { meterStopWh: 2000, transactionId: expect.any(Number) } });
  const [after] = await daemon().api('stations.events', { ...told, before: newest?.id ?? 0, limit: 1 });
  expect(after).toEqual(second);
  expect(transactionOf(await station.call('StartTransaction', start()))).toBeGreaterThan(0);
  await station.close();
});

test('FIELD 7: a stop with -1 and an unknown register ends the one session that it fits; unknown is shown as nothing, not as -1', async () => {
  const station = await booted();
  const startedAt = new Date(Date.now() - 3_600_000).toISOString();
  transactionOf(await station.call('StartTransaction', start({ timestamp: startedAt })));
  expect((await station.call('StopTransaction', stop(-1, { idTag: '04A1B2', meterStop: -1, reason: 'EVDisconnected' })))[0]).toBe(
    3,
  );
  const [session] = sessions(station.rowId);
  expect(session).toMatchObject({ state: 'ended', stopReason: 'EVDisconnected', meterStopWh: null });
  const { session: shown } = await daemon().api('sessions.get', { sessionId: String(session?.publicId) });
  expect(shown).toMatchObject({ meterValueWh: null, meterStartWh: 1000 });
  const kinds = (await daemon().api('stations.deviations', { stationId: publicId(station.rowId) })).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['meterUnknown', 'transactionIdMissing']);
  await station.close();
});

test('FIELD 9, FIELD 10: kWh counts as a thousand Wh, values come as numbers, and a register that is ahead is no energy', async () => {
  const station = await booted();
  const transactionId = transactionOf(await station.call('StartTransaction', start({ meterStart: 939_000 })));
  const sampledValue = [{ value: 940.5, unit: 'kWh' }];
  await station.call('MeterValues', { connectorId: 1, transactionId, meterValue: [{ timestamp: now(), sampledValue }] });
  const { outlets } = await daemon().api('stations.get', { stationId: publicId(station.rowId) });
  expect(outlets[0]?.session).toMatchObject({ transactionId, energyWh: 1500 });
  await station.close();
});

test('FACTS §10: meter values with transaction ids that nobody gave belong to what runs on their connector', async () => {
  const [victim, station] = [await booted(), await booted()];
  const ofAnother = transactionOf(await victim.call('StartTransaction', start()));
  const own = transactionOf(await station.call('StartTransaction', start()));
  // As it stands on the wire: JavaScript has no such number.
  const ids = ['9223372036854775807', '2147483647', '0', '-1', '"none"', 'null', `${ofAnother}`, `"${own}"`];
  for (const [index, id] of ids.entries()) {
    const timestamp = new Date(Date.now() - 60_000 + index * 1000).toISOString();
    const reading = `{"timestamp":"${timestamp}","sampledValue":[{"value":"${1100 + index}"}]}`;
    station.send(`[2,"m${index}","MeterValues",{"connectorId":1,"transactionId":${id},"meterValue":[${reading}]}]`);
    expect((await station.next((frame) => frame[1] === `m${index}`))[0], id).toBe(3);
  }
  const samplesOf = (sessionId: number) => rowsOf(daemon(), 'SELECT count(*) AS n FROM samples WHERE sessionId = ?', sessionId);
  expect(samplesOf(own)).toEqual([{ n: ids.length }]);
  expect(samplesOf(ofAnother)).toEqual([{ n: 0 }]);
  const { outlets } = await daemon().api('stations.get', { stationId: publicId(station.rowId) });
  expect(outlets[0]?.session).toMatchObject({ transactionId: own, energyWh: 107 });
  await victim.close();
  await station.close();
});

test('FIELD 8: a refused or odd start leaves the good session of its connector alone', async () => {
  const station = await booted();
  const good = transactionOf(await station.call('StartTransaction', start()));
  for (const odd of [
    start({ connectorId: 2, idTag: '' }),
    start({ connectorId: 77 }),
    start({ meterStart: -5, connectorId: 2 }),
  ]) {
    expect(transactionOf(await station.call('StartTransaction', odd))).toBeGreaterThan(good);
  }
  expect(sessions(station.rowId)[0]).toMatchObject({ id: good, state: 'charging' });
  expect((await station.call('StopTransaction', stop(good)))[0]).toBe(3);
  expect(sessions(station.rowId)[0]).toMatchObject({ id: good, energyWh: 1000 });
  await station.close();
});

test('FIELD 10: values without a transaction show as live power, and a register that falls is no negative energy', async () => {
  const station = await booted();
  const values = (...sampledValue: object[]) => ({ connectorId: 1, meterValue: [{ timestamp: now(), sampledValue }] });
  await station.call('MeterValues', values({ value: '11', measurand: 'Power.Active.Import', unit: 'kW' }));
  const { outlets } = await daemon().api('stations.get', { stationId: publicId(station.rowId) });
  expect(outlets[0]).toMatchObject({ powerW: 11_000, session: null });
  const transactionId = transactionOf(await station.call('StartTransaction', start({ meterStart: 50_000 })));
  await station.call('MeterValues', { ...values({ value: '300' }), transactionId });
  await station.call('StopTransaction', stop(transactionId, { meterStop: 900 }));
  expect(Number(sessions(station.rowId)[0]?.energyWh ?? 0)).toBeGreaterThanOrEqual(0);
  await station.close();
});

test('FIELD 19: a station that answers GetConfiguration with nonsense, or not at all, charges all the same', async () => {
  const station = await booted();
  const [, callId] = await station.next((frame) => frame[2] === 'GetConfiguration');
  station.send(
    JSON.stringify([3, callId, { configurationKey: [{ key: 'NumberOfConnectors', readonly: 'true', value: 2 }, 'odd', {}] }]),
  );
  expect((await station.call('Heartbeat'))[0]).toBe(3);
  await vi.waitFor(() => {
    const kept = rowsOf(daemon(), 'SELECT key, readonly, value FROM configurationKeys WHERE stationId = ?', station.rowId);
    expect(kept).toEqual([{ key: 'NumberOfConnectors', readonly: 1, value: '2' }]);
  });
  transactionOf(await station.call('StartTransaction', start()));
  await station.close();
});

test('FIELD 11, SECURITY R11: a time without zone, in 1970, in 2106, in year 222222017 or none at all loses nothing', async () => {
  const station = await booted();
  const times = [
    '2026-11-22T12:00:00',
    '1970-01-01T00:00:07Z',
    '2106-02-07T06:28:15Z',
    '222222017-01-01T00:00:00Z',
    '',
    null,
    0,
    undefined,
  ];
  let meterStart = 1000;
  for (const timestamp of times) {
    meterStart += 10;
    const transactionId = transactionOf(await station.call('StartTransaction', start({ timestamp, meterStart })));
    expect((await station.call('StopTransaction', stop(transactionId, { timestamp, meterStop: meterStart + 5 })))[0]).toBe(3);
  }
  const kept = sessions(station.rowId);
  expect(kept).toHaveLength(times.length);
  for (const session of kept) expect(Math.abs(Number(session.startedAt) - Date.now())).toBeLessThan(400 * 86_400_000);
  await station.close();
});

test('FIELD 12, FIELD 13: what other servers refuse is taken, and noted with its first example', async () => {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  const own = await startDaemon({ data, provision: { sites: siteOf({ id: 'ODD', password: key }) } });
  const station = await rawStation(own.addresses.ocpp16, 'ODD', { password: key, protocols: [] });
  const sampledValue = [
    { value: '50', unit: 'Hz', measurand: 'Frequency', context: 'Sample.Odd' },
    { value: 7 },
    { value: '12,5' },
  ];
  const messages: [string, unknown][] = [
    ['BootNotification', { ...bootFacts, chargePointSerialNumber: 'S'.repeat(32), chargePointModel: 'M'.repeat(22) }],
    ['StatusNotification', { connectorId: 1, status: 'available', errorCode: 'Error', colour: 'red' }],
    ['MeterValues', { connectorId: '1', meterValue: { timestamp: '2026-11-22 12:00:00', sampledValue } }],
    ['Heartbeat', null],
  ];
  for (const [action, payload] of messages) expect((await station.call(action, payload))[0], action).toBe(3);
  await own.stop();
  const noted = rowsOf({ data }, 'SELECT action, kind, count, example FROM deviations');
  expect(noted).toContainEqual({ action: 'StatusNotification', kind: 'unknownMember', count: 1, example: 'colour = "red"' });
  expect(noted.map(({ action, kind }) => `${action} ${kind}`).sort()).toEqual([
    ' noSubprotocol',
    'BootNotification textTooLong',
    'Heartbeat nullPayload',
    'MeterValues commaDecimal',
    'MeterValues numberAsText',
    'MeterValues singleNotList',
    'MeterValues textAsNumber',
    'MeterValues timeWithoutZone',
    'MeterValues unknownValue',
    'MeterValues valueUnusable',
    'StatusNotification enumSpelling',
    'StatusNotification unknownMember',
    'StatusNotification unknownValue',
  ]);
});

test('FIELD 12: empty words, values in the words of 1.5 and values that only their unit tells are all stored as what they are', async () => {
  const station = await booted();
  const transactionId = transactionOf(await station.call('StartTransaction', start()));
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000 - 60_000).toISOString();
  const send = async (payload: object) =>
    expect((await station.call('MeterValues', { connectorId: 1, transactionId, ...payload }))[0]).toBe(3);
  const empty = { context: '', format: '', measurand: '', phase: '', location: '', unit: '' };
  await send({ meterValue: [{ timestamp: at(1), sampledValue: [{ value: '1100', ...empty }] }] });
  await send({
    values: [{ timestamp: at(2), values: [{ value: '1.2', unit: 'kWh', measurand: 'Energy.Active.Import.Register' }] }],
  });
  const byUnit = [
    { value: '1300', unit: 'Wh' },
    { value: '7400', unit: 'W' },
    { value: '32', unit: 'Amp' },
    { value: 230, unit: 'V' },
    { value: '80', unit: '%' },
  ];
  await send({ meterValue: [{ timestamp: at(3), sampledValue: byUnit }] });
  const transactionData = [{ values: [{ timestamp: at(4), values: [{ value: '1400' }] }] }];
  expect((await station.call('StopTransaction', stop(transactionId, { meterStop: 1400, reason: '', transactionData })))[0]).toBe(
    3,
  );
  const figures = 'energyWh, powerW, currentMa, voltageMv, socPercent, other';
  const none = { powerW: null, currentMa: null, voltageMv: null, socPercent: null, other: null };
  expect(rowsOf(daemon(), `SELECT ${figures} FROM samples WHERE stationId = ? ORDER BY sampledAt`, station.rowId)).toEqual([
    { ...none, energyWh: 1100 },
    { ...none, energyWh: 1200 },
    { energyWh: 1300, powerW: 7400, currentMa: 32_000, voltageMv: 230_000, socPercent: 80, other: null },
    { ...none, energyWh: 1400 },
  ]);
  expect(sessions(station.rowId)).toMatchObject([{ energyWh: 400, stopReason: 'Local', stopIdTag: null, flags: '[]' }]);
  await station.close();
});

test('FIELD 12: an error of the maker stands before the code that they gave it, and a long text of theirs is kept', async () => {
  const station = await booted();
  const status = { connectorId: 1, status: 'Faulted', errorCode: 'OverCurrent', vendorErrorCode: 1234, info: 'x'.repeat(200) };
  expect((await station.call('StatusNotification', status))[0]).toBe(3);
  const { outlets } = await daemon().api('stations.get', { stationId: publicId(station.rowId) });
  expect(outlets[0]).toMatchObject({ errorCode: 'OtherError', vendorErrorCode: 'OverCurrent 1234', info: status.info });
  await station.close();
});

test('FIELD 12: a boot without a model is accepted, a serial number that is too long is shown whole', async () => {
  const station = await connect(freshId());
  const facts = { chargePointVendor: 'Other Maker', chargePointSerialNumber: '0123456789ABCDEF0123456789ABCDEF' };
  expect((await station.call('BootNotification', facts))[2]).toMatchObject({ status: 'Accepted' });
  const [row] = rowsOf(daemon(), 'SELECT vendor, model, serialNumber FROM stations WHERE serialNumber IS NOT NULL');
  expect(row).toEqual({ vendor: 'Other Maker', model: null, serialNumber: facts.chargePointSerialNumber });
  expect((await station.call('Heartbeat'))[0]).toBe(3);
  await station.close();
});

test('SECURITY R3: a start that does not say on which of the connectors is kept, and its stop counts', async () => {
  const station = await booted();
  const other = transactionOf(await station.call('StartTransaction', start()));
  for (const connectorId of [undefined, null, 'left', 70_000]) {
    const startedAt = new Date(Date.now() - 1000).toISOString();
    const message = start({ connectorId, timestamp: startedAt, idTag: `T${connectorId}` });
    const transactionId = transactionOf(await station.call('StartTransaction', message));
    expect(transactionOf(await station.call('StartTransaction', message, 'again'))).toBe(transactionId);
    await station.call('StopTransaction', stop(transactionId));
    expect(sessions(station.rowId).find(({ id }) => id === transactionId)).toMatchObject({ energyWh: 1000, connectorId: 0 });
  }
  expect(sessions(station.rowId)[0]).toMatchObject({ id: other, state: 'charging' });
  const { outlets } = await daemon().api('stations.get', { stationId: publicId(station.rowId) });
  expect(outlets.map(({ connectorId }) => connectorId)).toEqual([1, 2]);
  const filters = [{ column: 'nodeIdentity', op: 'is' as const, value: station.id }];
  const { rows } = await daemon().api('sessions.list', { nodeId: null, filters, sort: [], limit: 10 });
  expect(rows).toHaveLength(5);
  await station.close();
});

test('FIELD 14: a tag in any letters and with a suffix is answered, never refused for its form', async () => {
  const station = await booted();
  for (const idTag of ['04a1b2', '04A1B2_1234567890123456789', '20:69:C0:21', 12345678, '']) {
    expect((await station.call('Authorize', { idTag }))[2], String(idTag)).toMatchObject({
      idTagInfo: { status: expect.any(String) },
    });
  }
  await station.close();
});

test('FIELD 17: a call of the station is answered while one of ours is out, and the next of ours waits', async () => {
  const station = await booted();
  const stationId = publicId(station.rowId);
  const isReset = (frame: readonly unknown[]) => frame[0] === 2 && frame[2] === 'Reset';
  const [, keysId] = await station.next((frame) => frame[2] === 'GetConfiguration');
  station.send(JSON.stringify([3, keysId, {}]));
  for (const mode of ['soft', 'hard'] as const)
    await daemon().api('stations.send', { stationId, request: { kind: 'reset', mode } });
  const [, firstId] = await station.next(isReset);
  expect((await station.call('Heartbeat'))[0]).toBe(3);
  expect(station.received.filter(isReset)).toHaveLength(1);
  station.send(JSON.stringify([3, firstId, { status: 'Rejected' }]));
  expect((await station.next(isReset))[3]).toEqual({ type: 'Hard' });
  await station.close();
});

test('SECURITY R3, A7: whatever a transaction message says, it is answered with success and kept', async () => {
  const station = await booted();
  const odd: object[] = [
    start({ connectorId: 99 }),
    start({ idTag: 'NOBODY' }),
    start({ meterStart: -1 }),
    start({ meterStart: 1e15 }),
    start({ meterStart: 'full', idTag: undefined, timestamp: 'soon' }),
    start({ connectorId: '2', meterStart: 1000.6, reservationId: 'none', more: {} }),
  ];
  for (const message of odd) {
    const transactionId = transactionOf(await station.call('StartTransaction', message));
    expect((await station.call('StopTransaction', stop(transactionId, { meterStop: -5 })))[0]).toBe(3);
  }
  const meterValues: unknown[] = [
    {},
    null,
    { connectorId: 99, transactionId: 2 ** 63, meterValue: [] },
    { connectorId: 1, meterValue: [{}] },
    {
      connectorId: 1,
      meterValue: [{ timestamp: now(), sampledValue: [{ value: 'NaN' }, { value: '' }, { value: '1e400' }, { value: '12,5' }] }],
    },
    { connectorId: 1, meterValue: [{ timestamp: now(), sampledValue: [{ value: 'A1B2', format: 'SignedData' }] }] },
  ];
  for (const message of meterValues) expect((await station.call('MeterValues', message))[0], JSON.stringify(message)).toBe(3);
  for (const message of [{}, null, stop({}), stop(-1, { transactionData: 'none', reason: 'because', idTag: 5 })]) {
    expect((await station.call('StopTransaction', message))[0], JSON.stringify(message)).toBe(3);
  }
  for (const session of sessions(station.rowId)) expect(Number(session.energyWh ?? 0)).toBeGreaterThanOrEqual(0);
  await station.close();
});

test('SECURITY A5: a station cannot stop the session of another', async () => {
  const [victim, thief] = [await booted(), await booted()];
  const transactionId = transactionOf(await victim.call('StartTransaction', start()));
  expect((await thief.call('StopTransaction', stop(transactionId)))[0]).toBe(3);
  expect(sessions(victim.rowId)).toMatchObject([{ state: 'charging' }]);
  expect(rowsOf(daemon(), 'SELECT transactionId FROM orphanStops WHERE stationId = ?', thief.rowId)).toEqual([{ transactionId }]);
  await victim.close();
  await thief.close();
});
