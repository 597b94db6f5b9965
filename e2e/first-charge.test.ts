import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RPCClient } from 'ocpp-rpc';
import { expect, onTestFinished, test } from 'vitest';
import { startDaemon } from './support/daemon.ts';
import { type Watcher, watchTree } from './support/live.ts';
import { strictStation } from './support/stations.ts';

const password = 'correct horse 42';
const key = 'station-key-of-20-bt';

const provision = {
  system: { name: 'Fjordby Parkering' },
  sites: [
    {
      name: 'Storgata',
      timeZone: 'Europe/Oslo',
      floors: [
        {
          name: 'P1',
          stations: [
            { name: 'P1-01', chargeBoxId: 'STG 01', password: key, outlets: [{ connectorId: 1, mode: 'RFID' as const }] },
          ],
        },
      ],
    },
  ],
  users: [
    { role: 'administrator' as const, email: 'kari@fjordby.example', password, firstName: 'Kari', lastName: 'Haugen' },
    {
      role: 'evUser' as const,
      email: 'erik@fjordby.example',
      password,
      firstName: 'Erik',
      lastName: 'Aas',
      sites: ['Storgata'],
      rfid: ['04a1b2c3'],
    },
  ],
};

/** What a strict station says of a charge of 7.4 kWh, an hour long; it checks each of our answers against OCPP's own schemas. */
async function charge(station: RPCClient, watcher: Watcher): Promise<number> {
  const startedAt = Date.now() - 3_600_000;
  const at = (minutes: number) => new Date(startedAt + minutes * 60_000).toISOString();
  const boot = await station.call('BootNotification', { chargePointVendor: 'Nordvolt', chargePointModel: 'T22' });
  expect(boot).toMatchObject({ status: 'Accepted' });
  await station.call('StatusNotification', { connectorId: 0, status: 'Available', errorCode: 'NoError' });
  await station.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
  await watcher.shows('P1-01', 'available');

  // The card reader says the tag in its own way; the person's account has it in lower case.
  expect(await station.call('Authorize', { idTag: '04A1B2C3' })).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  const start = { connectorId: 1, idTag: '04A1B2C3', timestamp: at(0), meterStart: 120_000 };
  const { transactionId } = (await station.call('StartTransaction', start)) as { transactionId: number }; // Checked by its schema.
  await station.call('StatusNotification', { connectorId: 1, status: 'Charging', errorCode: 'NoError' });
  await watcher.shows('P1-01', 'charging');
  await watcher.shows('P1', 'charging');
  for (const minutes of [15, 30, 45])
    await station.call('MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: [
        {
          timestamp: at(minutes),
          sampledValue: [
            { value: String(120_000 + (minutes / 60) * 7_400) },
            { value: '7.4', measurand: 'Power.Active.Import', unit: 'kW' },
          ],
        },
      ],
    });
  await station.call('StopTransaction', {
    transactionId,
    timestamp: at(60),
    meterStop: 127_400,
    idTag: '04A1B2C3',
    reason: 'Local',
  });
  await station.call('StatusNotification', { connectorId: 1, status: 'Finishing', errorCode: 'NoError' });
  await watcher.shows('P1-01', 'occupied');
  await station.call('StatusNotification', { connectorId: 1, status: 'Available', errorCode: 'NoError' });
  await watcher.shows('P1-01', 'available');
  return transactionId;
}

test('a station charges, the daemon keeps it, people see it live and find it in Statistics, also after a restart', async () => {
  const data = mkdtempSync(join(tmpdir(), 'first-charge-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  let transactionId: number;
  {
    await using daemon = await startDaemon({ provision, data });
    const stranger = daemon.apiAs(null);
    const { token = '' } = await stranger('account.signIn', { email: 'kari@fjordby.example', password, bearer: true });
    await using watcher = await watchTree(`${daemon.addresses.local.replace('http', 'ws')}/api`, token);
    expect(watcher.history('P1-01')).toEqual(['unknown']);

    const station = strictStation(daemon.addresses.ocpp16, 'STG 01', { password: key });
    await station.connect();
    transactionId = await charge(station, watcher);
    await station.close();
    await watcher.shows('P1-01', 'offline');
  }

  await using daemon = await startDaemon({ data });
  const found = await daemon.api('sessions.list', {
    nodeId: null,
    filters: [
      { column: 'email', op: 'contains', value: 'ERIK' },
      { column: 'energyWh', op: 'between', from: 7_000 },
    ],
    sort: [{ column: 'startedAt', descending: true }],
    limit: 50,
  });
  expect(found.rows).toHaveLength(1);
  const [row] = found.rows;
  expect(row).toMatchObject({
    transactionId,
    state: 'ended',
    energyWh: 7_400,
    nodeIdentity: 'STG 01',
    siteName: 'Storgata',
    stationName: 'P1-01',
    connectorId: 1,
    authentication: 'rfid',
    email: 'erik@fjordby.example',
    meterValueWh: 127_400,
    stopReason: 'Local',
    timeZone: 'Europe/Oslo',
    flags: ['offline'],
  });
  const shown = await daemon.api('sessions.get', { sessionId: row?.id ?? '' });
  expect(shown.samples.map(({ energyWh, powerW }) => [energyWh, powerW])).toEqual(
    expect.arrayContaining([
      [1_850, 7_400],
      [3_700, 7_400],
      [5_550, 7_400],
    ]),
  );
});
