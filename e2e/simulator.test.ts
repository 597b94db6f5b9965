import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { StationRequest } from '../shared/model/command.ts';
import type { Provision } from '../shared/provision.ts';
import { attacks } from '../simulator/hostile.ts';
import type { Quirk } from '../simulator/quirks.ts';
import { hashText, seededRandom } from '../simulator/random.ts';
import { simulateStation, type VirtualStation } from '../simulator/station.ts';
import type { StationOptions } from '../simulator/station-options.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { watchTree } from './support/live.ts';

const outlets = [1, 2].map((connectorId) => ({ connectorId, mode: 'RFID' as const }));
const names = [
  // One for each attack: who comes back too often is kept out for a while (R7).
  ...Object.keys(attacks).map((attack) => `EVIL-${attack}`),
  'SIM-CORRECT',
  'SIM-ODD-1',
  'SIM-ODD-2',
  'SIM-ODD-3',
  'SIM-FLAKY',
  'SIM-OFFLINE',
  'SIM-BOSSED',
];
const provision: Provision = {
  sites: [{ name: 'Lab', stations: names.map((name) => ({ name, chargeBoxId: name, password: `key-of-${name}`, outlets })) }],
  users: [
    {
      role: 'evUser',
      email: 'eva@lab.example',
      password: 'drives-2026',
      firstName: 'Eva',
      lastName: 'Lab',
      sites: ['Lab'],
      rfid: ['04A1B2C3', 'AB12'],
    },
  ],
};

function simulate(daemon: TestDaemon, chargeBoxId: string, options: Partial<StationOptions> = {}): VirtualStation {
  const station = simulateStation({
    url: daemon.addresses.ocpp16,
    chargeBoxId,
    password: `key-of-${chargeBoxId}`,
    outlets: 2,
    seed: 11,
    speed: 300,
    reconnectMs: 50,
    ...options,
  });
  onTestFinished(() => station.close());
  return station;
}

/** A car comes, charges until some readings are there, and leaves. */
async function chargeOnce(station: VirtualStation, connectorId: number, idTag = '04A1B2C3'): Promise<void> {
  station.plugIn(connectorId, { arrivesPercent: 20, targetPercent: 100, pauses: [] });
  expect(await station.swipe(connectorId, idTag)).toMatchObject({ outcome: 'started' });
  for (let readings = 0; readings < 3; readings++)
    await station.next('sampled', (sampled) => sampled.connectorId === connectorId);
  await station.swipe(connectorId, idTag);
  station.unplug(connectorId);
}

/** What the daemon has of a station's sessions, as the station itself would tell it. */
async function kept(daemon: TestDaemon, station: VirtualStation) {
  const { rows } = await daemon.api('sessions.list', {
    nodeId: null,
    filters: [{ column: 'nodeIdentity', op: 'is', value: station.chargeBoxId }],
    sort: [{ column: 'startedAt', descending: false }],
    limit: 100,
  });
  return rows;
}

/** The facts that must agree: energy, registers, connector, reason. */
const truth = (station: VirtualStation) =>
  station.sessions.map((session) => ({
    transactionId: session.transactionId,
    connectorId: session.connectorId,
    state: 'ended',
    energyWh: (session.meterStopWh ?? 0) - session.meterStartWh,
    meterValueWh: session.meterStopWh,
    stopReason: session.reason,
    email: 'eva@lab.example',
  }));

test('what a correct, some odd and a flaky station charge ends up right', async () => {
  await using daemon = await startDaemon({ provision });

  const correct = simulate(daemon, 'SIM-CORRECT');
  await correct.until(() => correct.isReady);
  await Promise.all([chargeOnce(correct, 1), chargeOnce(correct, 2, 'ab12')]);
  await chargeOnce(correct, 1);
  await correct.delivered();
  expect(await kept(daemon, correct)).toMatchObject(truth(correct));
  expect(await kept(daemon, correct)).toHaveLength(3);

  const odd: readonly Quirk[][] = [
    ['noSubprotocol', 'numericValues', 'repeatsStart', 'repeatsStop', 'noZone', 'unknownMembers', 'celcius'],
    [
      'severalSubprotocols',
      'trailingSlash',
      'repeatsStartWithNewId',
      'inventedMeasurand',
      'hertzUnit',
      'emptyTransactionData',
      'longSerialNumber',
    ],
    [
      'otherLetterCase',
      'doubledSlash',
      'repeatsStartAtOnce',
      'registerRunsOn',
      'foreignTransactionId',
      'wrongContext',
      'nullPayload',
    ],
  ];
  for (const [index, quirks] of odd.entries()) {
    const station = simulate(daemon, `SIM-ODD-${index + 1}`, { quirks });
    await station.until(() => station.isReady);
    await chargeOnce(station, 1);
    await chargeOnce(station, 2, 'AB12');
    await station.delivered();
    expect(await kept(daemon, station), quirks.join(', ')).toMatchObject(truth(station));
    expect(await kept(daemon, station), quirks.join(', ')).toHaveLength(2);
  }

  const flaky = simulate(daemon, 'SIM-FLAKY', { personality: 'flaky', speed: 60, configuration: { LocalPreAuthorize: 'true' } });
  await flaky.until(() => flaky.isReady);
  for (let charges = 0; charges < 5; charges++) await chargeOnce(flaky, 1 + (charges % 2));
  await flaky.delivered();
  expect(await kept(daemon, flaky)).toMatchObject(truth(flaky));
  expect(await kept(daemon, flaky)).toHaveLength(5);
}, 120_000);

test("a day without network arrives later and whole, in the station's own times", async () => {
  await using daemon = await startDaemon({ provision });
  const station = simulate(daemon, 'SIM-OFFLINE', { configuration: { AllowOfflineTxForUnknownId: 'true' } });
  await station.until(() => station.isReady);
  const gone = station.next('offline');
  station.goOffline('halfOpen');
  await gone;
  for (let charges = 0; charges < 4; charges++) {
    const full = station.next('full');
    station.plugIn(1, { capacityWh: 20_000, arrivesPercent: 98, targetPercent: 100 });
    await station.swipe(1, '04A1B2C3');
    await full;
    await station.swipe(1, '04A1B2C3');
    station.unplug(1);
  }
  expect(station.queue.length).toBeGreaterThanOrEqual(8);
  station.goOnline();
  await station.delivered();
  const rows = await kept(daemon, station);
  expect(rows).toMatchObject(truth(station));
  expect(rows.map((row) => row.startedAt)).toEqual(station.sessions.map((session) => session.startedAt));
}, 60_000);

test('every attack of a hostile station leaves the others charging', async () => {
  await using daemon = await startDaemon({ provision });
  const victim = simulate(daemon, 'SIM-CORRECT');
  await victim.until(() => victim.isReady);
  for (const [name, attack] of Object.entries(attacks)) {
    const hostile = simulate(daemon, `EVIL-${name}`);
    await hostile.until(() => hostile.isConnected);
    attack(hostile, seededRandom(hashText(name)));
    // Answered after the attack was read, or refused by closing; either way the daemon has dealt with it.
    await Promise.race([hostile.call('Heartbeat', {}).catch(() => {}), hostile.next('offline')]);
    await hostile.close();
    expect(await victim.call('Heartbeat', {}), name).toHaveProperty('currentTime');
  }
  await chargeOnce(victim, 1);
  await victim.delivered();
  expect(await kept(daemon, victim)).toMatchObject(truth(victim));
}, 60_000);

test('charge-portal simulate makes a provision file that fits and then charges at the daemon', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'simulate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'sim.json');
  const options = ['--stations', '3', '--prefix', 'CLI', '--password', 'cli-password'];
  await command(['simulate', ...options, '--make-provision', file]);
  const made: Provision = JSON.parse(readFileSync(file, 'utf8'));
  await using daemon = await startDaemon({ provision: made });
  const printed = await command(['simulate', ...options, '--url', daemon.addresses.ocpp16, '--speed', '200', '--duration', '4s']);
  expect(printed).toMatch(/3 of 3 stations online, \d+ charging, \d+ kW/);
  const { count } = await daemon.api('sessions.totals', { nodeId: null, filters: [] });
  expect(count).toBeGreaterThan(0);
}, 60_000);

/** Runs a command of the program to its end and resolves with what it printed. */
async function command(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, '../daemon/cli.ts'), ...args]);
  return stdout;
}

test('an operator starts, stops, unlocks, restarts and sets a virtual station', async () => {
  await using daemon = await startDaemon({ provision });
  const station = simulate(daemon, 'SIM-BOSSED');
  await station.until(() => station.isReady);
  await station.delivered();
  const { rows: none } = await daemon.api('sessions.list', { nodeId: null, filters: [], sort: [], limit: 1 });
  expect(none).toEqual([]);
  await using watcher = await watchTree(`${daemon.addresses.local.replace('http', 'ws')}/api`, daemon.token);
  const stationId = watcher.nodeId('SIM-BOSSED');
  const ask = (request: StationRequest) => daemon.api('stations.send', { stationId, request });

  station.plugIn(2);
  const started = station.next('started');
  await ask({ kind: 'remoteStart', connectorId: 2, idTag: '04A1B2C3' });
  const { transactionId } = await started;
  const stopped = station.next('stopped');
  await ask({ kind: 'remoteStop', transactionId: transactionId ?? 0 });
  expect(await stopped).toMatchObject({ reason: 'Remote' });
  const changed = station.next('command', ({ action }) => action === 'ChangeConfiguration');
  await ask({ kind: 'changeConfiguration', key: 'MeterValueSampleInterval', value: '30' });
  expect(await changed).toMatchObject({ answer: { status: 'Accepted' } });
  const booted = station.next('booted');
  await ask({ kind: 'reset', mode: 'hard' });
  expect(await booted).toEqual({ status: 'Accepted' });
  expect(await kept(daemon, station)).toMatchObject([{ authentication: 'remote', stopReason: 'Remote' }]);
}, 60_000);
