import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { VirtualStation } from './station.ts';
import { simulateStation } from './station.ts';
import type { StationOptions } from './station-options.ts';
import { type PretendedCentral, pretendCentral } from './testing.ts';

let central: PretendedCentral;
let stations: VirtualStation[] = [];

function station(options: Partial<StationOptions> = {}): VirtualStation {
  const made = simulateStation({ url: central.url, chargeBoxId: 'SIM-1', reconnectMs: 10, speed: 100, ...options });
  stations.push(made);
  return made;
}

beforeEach(async () => {
  central = await pretendCentral();
});
afterEach(async () => {
  await Promise.all(stations.map((each) => each.close()));
  stations = [];
  await central.close();
});

describe('a correct station', () => {
  test('boots, reports its outlets, charges and stops', async () => {
    const sim = station({ outlets: 2 });
    await sim.until(() => sim.isReady);
    sim.plugIn(1);
    const begun = await sim.swipe(1, '04A1B2C3');
    expect(begun.outcome).toBe('started');
    await sim.next('sampled');
    expect(await sim.swipe(1, '04a1b2c3')).toMatchObject({ outcome: 'stopped' });
    sim.unplug(1);
    await sim.delivered();

    const [session] = sim.sessions;
    expect(session).toMatchObject({ transactionId: 1, reason: 'Local', stopAcknowledged: true });
    const stop = central.heard.find((message) => message.action === 'StopTransaction');
    expect(stop?.payload).toMatchObject({ transactionId: 1, idTag: '04a1b2c3', meterStop: session?.meterStopWh });
    const statuses = central.heard.filter((message) => message.action === 'StatusNotification').map(({ payload }) => payload);
    expect(statuses.slice(0, 3).map((each) => each.connectorId)).toEqual([0, 1, 2]);
    expect(statuses.filter((each) => each.connectorId === 1).map((each) => each.status)).toEqual([
      'Available',
      'Preparing',
      'Charging',
      'Finishing',
      'Available',
    ]);
  });

  test('does nothing before it is accepted, and asks again after the interval', async () => {
    central.answers.BootNotification = (_payload, times) => ({ status: times < 3 ? 'Pending' : 'Accepted', interval: 1 });
    const sim = station();
    await sim.until(() => sim.isReady);
    expect(central.actions().slice(0, 3)).toEqual(['BootNotification', 'BootNotification', 'BootNotification']);
    await sim.delivered();
    expect(central.actions()[3]).toBe('StatusNotification');
  });

  test('stops by itself when the tag is not accepted at the start', async () => {
    central.answers.StartTransaction = () => ({ transactionId: 7, idTagInfo: { status: 'Blocked' } });
    const sim = station();
    await sim.until(() => sim.isReady);
    sim.plugIn(1);
    const stopped = sim.next('stopped');
    await sim.swipe(1, 'AB');
    expect(await stopped).toMatchObject({ transactionId: 7, tagStatus: 'Blocked', reason: 'DeAuthorized' });
  });

  test('charges offline with a tag of its cache, and delivers all of it later, in order and without a boot', async () => {
    const sim = station();
    await sim.until(() => sim.isReady);
    sim.plugIn(1);
    await sim.swipe(1, 'AB');
    await sim.until(() => sim.sessions[0]?.startAcknowledged === true);
    await sim.swipe(1, 'AB');
    sim.unplug(1);
    await sim.delivered();

    const gone = sim.next('offline');
    sim.goOffline('cut');
    await gone;
    central.heard.length = 0;
    sim.plugIn(1);
    expect(await sim.swipe(1, 'UNKNOWN')).toEqual({ outcome: 'refused', status: 'Invalid' });
    expect((await sim.swipe(1, 'AB')).outcome).toBe('started');
    await sim.swipe(1, 'AB');
    sim.goOnline();
    await sim.delivered();
    expect(central.actions()).not.toContain('BootNotification');
    const money = central.actions().filter((action) => action !== 'StatusNotification');
    expect(money[0]).toBe('StartTransaction');
    expect(money.at(-1)).toBe('StopTransaction');
    expect(sim.sessions[1]).toMatchObject({ transactionId: 2, stopAcknowledged: true });
  });

  test('repeats a start that was answered with an error under the same id, and drops it after its attempts', async () => {
    central.answers.StartTransaction = () => ({ error: 'InternalError' });
    const sim = station({ configuration: { TransactionMessageAttempts: '3', TransactionMessageRetryInterval: '1' } });
    await sim.until(() => sim.isReady);
    sim.plugIn(1);
    const dropped = sim.next('dropped');
    await sim.swipe(1, 'AB');
    expect(await dropped).toEqual({ action: 'StartTransaction' });
    const starts = central.heard.filter((message) => message.action === 'StartTransaction');
    expect(starts).toHaveLength(3);
    expect(new Set(starts.map((message) => message.id)).size).toBe(1);
    sim.unplug(1);
    await sim.delivered();
    const stop = central.heard.find((message) => message.action === 'StopTransaction');
    expect(stop?.payload).toMatchObject({ transactionId: -1, reason: 'EVDisconnected' });
  });

  test('obeys what the central system asks', async () => {
    const sim = station({ outlets: 2 });
    await sim.until(() => sim.isReady);
    sim.plugIn(2);
    const started = sim.next('started');
    expect(await central.call('RemoteStartTransaction', { idTag: 'R1' })).toEqual({ status: 'Accepted' });
    expect(await started).toMatchObject({ connectorId: 2, idTag: 'R1' });
    expect(await central.call('ChangeAvailability', { connectorId: 2, type: 'Inoperative' })).toEqual({ status: 'Scheduled' });
    expect(await central.call('RemoteStopTransaction', { transactionId: 99 })).toEqual({ status: 'Rejected' });
    const stopped = sim.next('stopped');
    expect(await central.call('RemoteStopTransaction', { transactionId: 1 })).toEqual({ status: 'Accepted' });
    expect(await stopped).toMatchObject({ reason: 'Remote' });
    expect(sim.outlet(2).status).toBe('Unavailable');
    expect(await central.call('UnlockConnector', { connectorId: 9 })).toEqual({ status: 'NotSupported' });
    expect(await central.call('ChangeConfiguration', { key: 'meterValueSampleInterval', value: '30' })).toEqual({
      status: 'Accepted',
    });
    expect(await central.call('ChangeConfiguration', { key: 'NumberOfConnectors', value: '3' })).toEqual({ status: 'Rejected' });
    expect(await central.call('GetConfiguration', { key: ['MeterValueSampleInterval', 'Nonsense'] })).toEqual({
      configurationKey: [{ key: 'MeterValueSampleInterval', readonly: false, value: '30' }],
      unknownKey: ['Nonsense'],
    });
    expect(await central.call('ClearCache', {})).toEqual({ status: 'Accepted' });
    expect(await central.call('MakeCoffee', {})).toEqual({ error: 'NotImplemented' });
    const booted = sim.next('booted');
    expect(await central.call('Reset', { type: 'Soft' })).toEqual({ status: 'Accepted' });
    expect(await booted).toEqual({ status: 'Accepted' });
  });
});

test('a quirky station has its quirks by the seed', () => {
  const kinds = (seed: number) => [...station({ personality: 'quirky', seed, offline: true }).quirks];
  expect(kinds(5)).toEqual(kinds(5));
  expect(kinds(5)).not.toEqual(kinds(6));
});

test('named quirks show on the wire', async () => {
  const sim = station({
    quirks: ['noSubprotocol', 'trailingSlash', 'repeatsStartWithNewId', 'kilowattHoursAsWattHours', 'separatedTags', 'noZone'],
  });
  await sim.until(() => sim.isReady);
  sim.plugIn(1);
  await sim.swipe(1, '04A1B2C3');
  await sim.until(() => sim.sessions[0]?.startAcknowledged === true);
  await sim.next('sampled');
  const starts = central.heard.filter((message) => message.action === 'StartTransaction');
  expect(starts).toHaveLength(2);
  expect(starts[0]?.id).not.toBe(starts[1]?.id);
  expect(starts[0]?.payload).toEqual(starts[1]?.payload);
  expect(starts[0]?.path).toBe('/Ocpp/websocket/SIM-1/');
  expect(starts[0]?.payload).toMatchObject({ idTag: '04:A1:B2:C3', meterStart: (sim.sessions[0]?.meterStartWh ?? 0) / 1000 });
  expect(starts[0]?.payload.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
});

test('a half-open connection is left behind for a new one', async () => {
  const sim = station();
  await sim.until(() => sim.isReady);
  const back = sim.next('online');
  sim.dropConnection('halfOpen');
  await back;
  expect(sim.isReady).toBe(true);
});
