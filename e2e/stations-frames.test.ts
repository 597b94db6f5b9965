import { expect, test } from 'vitest';
import { freshStations, now, start, stop, transactionOf } from './support/fresh-stations.ts';
import { bootFacts, rowsOf } from './support/stations.ts';

const { daemon, connect, freshId, booted, sessions } = freshStations(30);

test('SECURITY A6, R13: a message that makes no sense is refused with the field named, and the connection stays', async () => {
  const station = await booted();
  for (const [action, payload, code, description] of [
    ['BootNotification', {}, 'OccurenceConstraintViolation', /chargePointVendor/],
    ['StatusNotification', { connectorId: 1, status: 'Levitating' }, 'PropertyConstraintViolation', /status/],
    ['Authorize', { idTag: {} }, 'TypeConstraintViolation', /idTag/],
    ['Authorize', 'text', 'FormationViolation', /payload/],
    ['Levitate', {}, 'NotImplemented', /action/],
    ['heartbeat', {}, 'NotImplemented', /action/],
    ['Reset', { type: 'Soft' }, 'NotSupported', /action/],
    ['__proto__', {}, 'NotImplemented', /action/],
  ] as const) {
    const answer = await station.call(action, payload);
    expect(answer, action).toMatchObject([4, expect.any(String), code, expect.stringMatching(description), {}]);
  }
  expect((await station.call('Heartbeat'))[0]).toBe(3);
  await station.close();
});

test('SECURITY A8: the same message again gets the same answer; its id with another body is a ProtocolError', async () => {
  const station = await booted();
  const beat = await station.call('Heartbeat', {}, 'beat');
  expect(await station.call('Heartbeat', {}, 'beat')).toEqual(beat);
  expect(await station.call('Authorize', { idTag: 'A' }, 'beat')).toMatchObject([
    4,
    'beat',
    'ProtocolError',
    expect.any(String),
    {},
  ]);
  await station.close();
  const again = await connect(station.id);
  expect((await again.call('Authorize', { idTag: 'A' }, 'beat'))[0]).toBe(3);
  await again.close();
});

test('SECURITY A8, R3: a station that has one id for all its messages loses no session by it', async () => {
  const station = await booted();
  const transactionId = transactionOf(await station.call('StartTransaction', start(), '1'));
  const sampledValue = [{ value: '1500' }];
  const values = { connectorId: 1, transactionId, meterValue: [{ timestamp: now(), sampledValue }] };
  expect((await station.call('MeterValues', values, '1'))[0]).toBe(3);
  const message = stop(transactionId);
  for (const again of [message, message]) expect((await station.call('StopTransaction', again, '1'))[0]).toBe(3);
  expect((await station.call('Authorize', { idTag: 'A' }, '1'))[2]).toBe('ProtocolError');
  expect(sessions(station.rowId)).toMatchObject([{ meterStopWh: 2000, energyWh: 1000 }]);
  expect(rowsOf(daemon(), 'SELECT energyWh FROM samples WHERE stationId = ?', station.rowId)).toEqual([{ energyWh: 1500 }]);
  await station.close();
});

test('FACTS 5.2: odd frames are understood, strange ones ignored, and many unreadable ones end the connection', async () => {
  const station = await booted();
  const answer = (id: unknown) => station.next((frame) => frame[0] !== 2 && frame[1] === id);
  station.send('[2,17,"Heartbeat",{}]');
  expect((await answer(17))[0]).toBe(3);
  station.send('["2","t1","Heartbeat"]');
  expect((await answer('t1'))[0]).toBe(3);
  station.send('[2,"t2","Heartbeat",{');
  expect(await answer('t2')).toMatchObject([4, 't2', 'FormationViolation', expect.any(String), {}]);
  station.socket.send(Buffer.from('[2,"t3","Heartbeat",{}]'), { binary: true });
  expect((await answer('t3'))[0]).toBe(3);
  for (const text of ['[9,"t4",{}]', '[3,"t5",{}]', '[4,"t6","GenericError","",{}]', '[]', '{}', 'null']) station.send(text);
  expect((await station.call('Heartbeat'))[0]).toBe(3);
  for (let count = 0; count < 20; count++) station.send('garbage');
  expect(await station.closed).toBe(1002);
});

test('SECURITY A22: frames that are too big, too deep or not text end at most their own connection', async () => {
  const witness = await booted();
  const big = await booted();
  big.send(JSON.stringify([2, 'big', 'DataTransfer', { vendorId: 'v', data: 'x'.repeat(270_000) }]));
  expect(await big.closed).toBe(1009);
  const invalid = await connect(big.id);
  for (let count = 0; count < 20; count++) invalid.socket.send(Buffer.from([0x5b, 0xff, 0xfe]), { binary: false });
  expect(await invalid.closed).toBe(1002);
  const deep = await connect(big.id);
  deep.send(`[2,"deep","DataTransfer",${'['.repeat(30_000)}${']'.repeat(30_000)}]`);
  expect((await deep.next((frame) => frame[1] === 'deep'))[2]).toBe('FormationViolation');
  deep.send(`[2,"deep2","DataTransfer",{"vendorId":"v","data":${'['.repeat(30_000)}${']'.repeat(30_000)}}]`);
  expect((await deep.next((frame) => frame[1] === 'deep2'))[0]).toBe(3);
  expect(deep.socket.extensions).toBe('');
  await deep.close();
  expect((await witness.call('Heartbeat'))[0]).toBe(3);
  await witness.close();
});

test('R3, FIELD 12: letters that are not UTF-8 are read as Latin-1, so that a stop that has one arrives', async () => {
  const station = await booted();
  const transactionId = transactionOf(await station.call('StartTransaction', start()));
  const answer = station.next((frame) => frame[1] === 'last');
  const text = JSON.stringify([2, 'last', 'StopTransaction', { ...stop(transactionId), reason: 'Strømbrudd' }]);
  station.socket.send(Buffer.from(text, 'latin1'), { binary: false });
  expect((await answer)[0]).toBe(3);
  expect(rowsOf(daemon(), 'SELECT stopReason FROM sessions WHERE id = ?', transactionId)).toEqual([{ stopReason: 'Strømbrudd' }]);
  await station.close();
});

test('SECURITY A9: stations that all speak at once for the first time are all answered', async () => {
  const fresh = await Promise.all(Array.from({ length: 4 }, () => connect(freshId())));
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(
      fresh.flatMap((station) => [
        station.call('BootNotification', bootFacts, `b${round}`),
        station.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' }, `n${round}`),
        station.call('StartTransaction', start({ meterStart: round }), `s${round}`),
      ]),
    );
    for (const answer of answers) expect(answer[0]).toBe(3);
  }
  await Promise.all(fresh.map((station) => station.close()));
});

test('SECURITY R7: a station that floods us is read no faster than it is answered, in order, and others are answered meanwhile', async () => {
  const [flooder, other] = [await booted(), await booted()];
  const count = 3000;
  const last = flooder.next((frame) => frame[1] === `f${count}`);
  for (let n = 1; n <= count; n++) {
    flooder.send(
      JSON.stringify([
        2,
        `f${n}`,
        'StatusNotification',
        { connectorId: 1, status: n % 2 ? 'Preparing' : 'Available', errorCode: 'NoError' },
      ]),
    );
  }
  expect((await other.call('Heartbeat'))[0]).toBe(3);
  expect(flooder.received.map((frame) => frame[1])).not.toContain(`f${count}`);
  await last;
  const order = flooder.received.filter((frame) => frame[0] === 3 && String(frame[1]).startsWith('f')).map((frame) => frame[1]);
  expect(order).toEqual(Array.from({ length: count }, (_, index) => `f${index + 1}`));
  await flooder.close();
  await other.close();
});
