import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { simulateStation, type VirtualStation } from './station.ts';
import { type PretendedCentral, pretendCentral } from './testing.ts';

let central: PretendedCentral;
let sim: VirtualStation;

beforeEach(async () => {
  central = await pretendCentral();
  sim = simulateStation({ url: central.url, chargeBoxId: 'SIM-1', reconnectMs: 10, speed: 1000, outlets: 2 });
  await sim.until(() => sim.isReady);
});
afterEach(async () => {
  await sim.close();
  await central.close();
});

const period = (startPeriod: number, limit: number) => ({ startPeriod, limit });
const profile = (purpose: string, periods: object[], more: object = {}, schedule: object = {}) => ({
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose: purpose,
  chargingProfileKind: 'Absolute',
  chargingSchedule: {
    chargingRateUnit: 'A',
    startSchedule: new Date(Date.now() - 1000).toISOString(),
    chargingSchedulePeriod: periods,
    ...schedule,
  },
  ...more,
});
const set = (connectorId: number, csChargingProfiles: object) =>
  central.call('SetChargingProfile', { connectorId, csChargingProfiles });
const composite = async (connectorId: number, duration = 3600, chargingRateUnit = 'A') => {
  const answer = await central.call('GetCompositeSchedule', { connectorId, duration, chargingRateUnit });
  return (answer.chargingSchedule as { chargingSchedulePeriod: object[] }).chargingSchedulePeriod;
};

test('a profile limits what a car gets, and its end lets go', async () => {
  await set(1, profile('TxDefaultProfile', [period(0, 10)]));
  sim.plugIn(1, { phases: 3, currentA: 32, arrivesPercent: 10, targetPercent: 100, taperFromPercent: 95, pauses: [] });
  await sim.swipe(1, 'TAG');
  await sim.until(() => (sim.outlet(1).charge?.powerW ?? 0) > 6000);
  expect(sim.outlet(1).charge?.powerW).toBeLessThanOrEqual(230 * 3 * 10);
  expect(await central.call('ClearChargingProfile', { id: 1 })).toEqual({ status: 'Accepted' });
  expect(await central.call('ClearChargingProfile', { id: 1 })).toEqual({ status: 'Unknown' });
  await sim.until(() => (sim.outlet(1).charge?.powerW ?? 0) > 230 * 3 * 20);
});

test('less than 6 A is nothing, and the outlet says who holds back', async () => {
  await set(0, profile('ChargePointMaxProfile', [period(0, 0)]));
  sim.plugIn(1, { arrivesPercent: 10, targetPercent: 100, pauses: [] });
  await sim.swipe(1, 'TAG');
  await sim.until(() => sim.outlet(1).status === 'SuspendedEVSE');
  expect(sim.outlet(1).charge?.powerW).toBe(0);
});

describe('the composite schedule', () => {
  test('is the least of the station and the session, with the periods to come', async () => {
    await set(0, profile('ChargePointMaxProfile', [period(0, 25)]));
    await set(1, profile('TxDefaultProfile', [period(0, 32), period(601, 8)], { chargingProfileId: 2 }));
    const periods = await composite(1);
    expect(periods).toEqual([period(0, 25), { startPeriod: expect.any(Number), limit: 8 }]);
    expect(await composite(1, 60, 'W')).toEqual([period(0, 17250)]);
  });
  test('a higher level that has nothing to say any more leaves the word to the lower one', async () => {
    await set(1, profile('TxDefaultProfile', [period(0, 10)]));
    await set(1, profile('TxDefaultProfile', [period(0, 20)], { chargingProfileId: 2, stackLevel: 1 }, { duration: 601 }));
    expect(await composite(1)).toEqual([period(0, 20), { startPeriod: expect.any(Number), limit: 10 }]);
  });
  test('recurs every day from its anchor', async () => {
    const yesterday = new Date(Date.now() - 86_400_000 + 1800_000).toISOString();
    const recurring = { chargingProfileKind: 'Recurring', recurrencyKind: 'Daily' };
    await set(1, profile('TxDefaultProfile', [period(0, 10)], recurring, { startSchedule: yesterday, duration: 900 }));
    expect((await composite(1)).map((one) => 'limit' in one && one.limit)).toEqual([32, 10, 32]);
  });
  test('is rejected for what does not exist', async () => {
    expect(await central.call('GetCompositeSchedule', { connectorId: 9, duration: 60 })).toEqual({ status: 'Rejected' });
  });
});

test('profiles that it cannot take are rejected', async () => {
  const rejected = { status: 'Rejected' };
  expect(await set(1, profile('TxProfile', [period(0, 10)]))).toEqual(rejected);
  expect(await set(1, profile('ChargePointMaxProfile', [period(0, 10)]))).toEqual(rejected);
  expect(await set(1, profile('TxDefaultProfile', [period(5, 10)]))).toEqual(rejected);
  expect(await set(1, profile('TxDefaultProfile', [period(0, 10)], { stackLevel: 9 }))).toEqual(rejected);
  expect(await set(9, profile('TxDefaultProfile', [period(0, 10)]))).toEqual({ error: 'PropertyConstraintViolation' });
});

test('an update tells its steps and boots with the next version', async () => {
  const retrieveDate = new Date().toISOString();
  await using files = await fileServer();
  expect(await central.call('UpdateFirmware', { location: `${files.url}/fw.bin`, retrieveDate })).toEqual({});
  await sim.next('booted');
  const statuses = central.heard
    .filter(({ action }) => action === 'FirmwareStatusNotification')
    .map(({ payload }) => payload.status);
  expect(statuses).toEqual(['Downloading', 'Downloaded', 'Installing', 'Installed']);
  const boots = central.heard.filter(({ action }) => action === 'BootNotification');
  expect(boots.map(({ payload }) => payload.firmwareVersion)).toEqual(['1.4.2', '1.4.3']);
});

test('diagnostics are named and put there, and their steps told', async () => {
  await using files = await fileServer();
  const told = () =>
    central.heard.filter(({ action }) => action === 'DiagnosticsStatusNotification').map(({ payload }) => payload.status);
  expect(await central.call('GetDiagnostics', { location: `${files.url}/logs/` })).toEqual({
    fileName: 'diagnostics-SIM-1.log',
  });
  await sim.until(() => told().length === 2);
  expect(told()).toEqual(['Uploading', 'Uploaded']);
  expect(files.requests).toEqual(['PUT /logs/diagnostics-SIM-1.log']);
});

test('a place that is not there fails the transfer', async () => {
  const retrieveDate = new Date().toISOString();
  await central.call('UpdateFirmware', { location: 'http://127.0.0.1:1/fw.bin', retrieveDate });
  await sim.until(() => central.heard.some(({ payload }) => payload.status === 'DownloadFailed'));
});

/** Takes and gives whatever is asked of it. */
async function fileServer() {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.end('a file'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // It listens on a port.
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
