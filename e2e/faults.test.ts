import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { Line } from '../bench/support/line.ts';
import { boot, call, identityOf } from '../bench/support/messages.ts';
import { stationsOf } from '../bench/support/servers.ts';
import { fuzz } from '../faults/fuzz.ts';
import { killOverAndOver } from '../faults/kill.ts';
import { startDaemon } from './support/daemon.ts';

// The short forms; `npm run faults` has the long ones.
const lines: string[] = [];
const say = (line: string) => lines.push(line);

test('R1, R2: a daemon that is killed under load loses nothing that it acknowledged, and keeps nothing twice', async () => {
  const { acknowledged, repeated, problems } = await killOverAndOver({ rounds: 5, stations: 20, seed: 2026, say });
  expect(problems, lines.join('\n')).toEqual([]);
  expect(acknowledged).toBeGreaterThan(200);
  expect(repeated).toBeGreaterThan(0);
}, 120_000);

test('R13: strange frames stop nobody: no crash, no growth, and a good station is answered all the time', async () => {
  const report = await fuzz({ inputs: 6000, seed: 2026, say });
  expect(report.problems, lines.join('\n')).toEqual([]);
  expect(report.inputs).toBeGreaterThanOrEqual(6000);
  expect(report.beside.slowestMs).toBeLessThan(2000);
  expect((report.late.heapBytes - report.early.heapBytes) / 1024 / 1024).toBeLessThan(20);
  expect((report.late.residentBytes - report.early.residentBytes) / 1024 / 1024).toBeLessThan(100);
}, 120_000);

test('R9: while another program holds the database, other stations and people are served; what waits is stored after', async () => {
  await using daemon = await startDaemon({ provision: stationsOf(2) });
  const [charging, other] = await Promise.all([arrive(daemon.addresses.ocpp16, 0), arrive(daemon.addresses.ocpp16, 1)]);
  const database = new Sqlite(join(daemon.data, 'charge-portal.db'));
  database.exec('BEGIN IMMEDIATE');
  let isAnswered = false;
  const start = { connectorId: 1, idTag: 'LOCK', meterStart: 100, timestamp: new Date().toISOString() };
  const started = charging.ask('StartTransaction', start).finally(() => {
    isAnswered = true;
  });

  // Longer than one attempt of the writer to get at the database.
  for (const until = Date.now() + 2500; Date.now() < until; ) {
    expect(await other.ask('Heartbeat', {})).toHaveProperty('currentTime');
    await daemon.api('sessions.list', { nodeId: null, filters: [], sort: [], limit: 10 });
  }
  expect(isAnswered).toBe(false);
  database.exec('ROLLBACK');

  const { transactionId } = await started;
  expect(database.prepare('SELECT id, meterStartWh FROM sessions').all()).toEqual([{ id: transactionId, meterStartWh: 100 }]);
  database.close();
  for (const { line } of [charging, other]) line.close();
});

test('R13: words that every object has, as values of messages, are words like any other', async () => {
  await using daemon = await startDaemon({ provision: stationsOf(2) });
  const [odd, other] = await Promise.all([arrive(daemon.addresses.ocpp16, 0), arrive(daemon.addresses.ocpp16, 1)]);
  const timestamp = new Date().toISOString();
  for (const word of ['constructor', '__proto__', 'toString']) {
    const start = { connectorId: 1, idTag: word, meterStart: 100, timestamp };
    const [, started] = await Promise.all([
      odd.ask('StatusNotification', { connectorId: 1, status: 'Charging', errorCode: word, vendorErrorCode: word }),
      other.ask('StartTransaction', start),
    ]);
    const sampledValue = [
      { value: '5', unit: word },
      { value: '1', measurand: word, unit: word, phase: word },
    ];
    const values = { connectorId: 1, transactionId: started.transactionId, meterValue: [{ timestamp, sampledValue }] };
    expect(await other.ask('MeterValues', values)).toEqual({});
    for (const action of ['FirmwareStatusNotification', 'DiagnosticsStatusNotification'])
      expect(await odd.ask(action, { status: word })).toEqual({});
  }
  for (const { line } of [odd, other]) line.close();
});

/** A station that has booted, and asks one thing after the other. */
async function arrive(url: string, station: number) {
  let answered: (payload: Record<string, unknown>) => void = () => undefined;
  let number = 0;
  const onText = (text: string) => {
    const [kind, , payload] = JSON.parse(text);
    if (kind === 3) answered(payload); // What the daemon asks of its own accord is left unanswered.
  };
  const line = await Line.open({ url: `${url}/${identityOf(station)}`, onText });
  const ask = (action: string, payload: unknown) =>
    new Promise<Record<string, unknown>>((resolve) => {
      answered = resolve;
      line.send(call(number++, action, payload));
    });
  await ask('BootNotification', boot);
  return { line, ask };
}
