import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { TestDaemon } from './support/daemon.ts';
import { nowText, octtDaemon, validTag } from './support/octt.ts';
import { bootFacts, rawStation, rowsOf } from './support/stations.ts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await octtDaemon('RISING', 'FALLING', 'LOWERED', 'HONEST');
});
afterAll(() => daemon.stop());

type Edit = (action: string, payload: Record<string, unknown>) => void;

/** Somebody on an open line between station and daemon, who changes what the station says. Resolves with the address to call instead. */
async function proxy(edit: Edit): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'ocpp1.6' });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  server.on('connection', async (station, { url = '' }) => {
    const line = new WebSocket(daemon.addresses.ocpp16 + url, ['ocpp1.6']);
    const ready = once(line, 'open');
    line.on('message', (data) => station.send(String(data)));
    station.on('close', () => line.close());
    station.on('message', async (data) => {
      const frame = JSON.parse(String(data));
      if (frame[0] === 2) edit(frame[2], frame[3]);
      await ready;
      line.send(JSON.stringify(frame));
    });
  });
  const { port } = server.address() as AddressInfo; // It listens on a port, not on a pipe.
  return `ws://127.0.0.1:${port}`;
}

/** A charge of an hour, 2 kWh, with a reading in the middle, as the station means it. */
async function charge(name: string, edit: Edit) {
  const station = await rawStation(await proxy(edit), name);
  onTestFinished(() => void station.close());
  await station.call('BootNotification', bootFacts);
  const start = { connectorId: 1, idTag: validTag, meterStart: 10_000, timestamp: nowText(3600) };
  const { transactionId } = (await station.call('StartTransaction', start))[2] as { transactionId: number };
  const sampledValue = [{ value: '11000', measurand: 'Energy.Active.Import.Register', unit: 'Wh' }];
  await station.call('MeterValues', {
    ...{ connectorId: 1, transactionId },
    meterValue: [{ timestamp: nowText(1800), sampledValue }],
  });
  await station.call('StopTransaction', { transactionId, meterStop: 12_000, timestamp: nowText() });
  await station.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
  const [row] = rowsOf(daemon, 'SELECT state, energyWh, flags FROM sessions WHERE id = ?', transactionId);
  const doubts = rowsOf(
    daemon,
    "SELECT severity FROM events WHERE kind = 'session.implausible' AND sessionId = ?",
    transactionId,
  );
  const nodeId = String(rowsOf(daemon, 'SELECT publicId FROM nodes WHERE name = ?', name)[0]?.publicId);
  const { secure } = await daemon.api('stations.get', { stationId: nodeId });
  const { energyWh: sum } = await daemon.api('sessions.totals', {
    nodeId: null,
    filters: [{ column: 'nodeIdentity', op: 'is', value: name }],
  });
  return { session: { ...row, flags: JSON.parse(String(row?.flags)) }, doubts, secure, sum };
}

const times =
  (factor: number): Edit =>
  (action, payload) => {
    if (action === 'StopTransaction') payload.meterStop = Number(payload.meterStop) * factor;
    if (action !== 'MeterValues') return;
    const [reading] = payload.meterValue as { sampledValue: { value: string }[] }[];
    for (const sampled of reading?.sampledValue ?? []) sampled.value = String(Number(sampled.value) * factor);
  };

const stopOnly =
  (factor: number): Edit =>
  (action, payload) =>
    action === 'StopTransaction' && times(factor)(action, payload);

test.each([
  ['RISING', 'more than an outlet can deliver', times(1e6)],
  ['FALLING', 'a register that ends lower than it was', stopOnly(0.5)],
])('A20: a proxy edits meter values, %s: %s is told as implausible and counts in no sum', async (name, _what, edit) => {
  expect(await charge(name, edit)).toEqual({
    session: { state: 'ended', energyWh: null, flags: expect.arrayContaining(['implausible']) },
    doubts: [{ severity: 'warning' }],
    secure: false,
    sum: 0,
  });
});

test('A20: a register that a proxy lowers as a whole looks like one that began anew, and the session says so', async () => {
  const { session } = await charge('LOWERED', times(0.5));
  expect(session.flags).toContain('meterReset');
});

test('A20: what a proxy adds to the readings alone does not change what the session took', async () => {
  const edit: Edit = (action, payload) => action === 'MeterValues' && times(1e6)(action, payload);
  expect(await charge('HONEST', edit)).toMatchObject({ session: { state: 'ended', energyWh: 2000 }, doubts: [], sum: 2000 });
});
