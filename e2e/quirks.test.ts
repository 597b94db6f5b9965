import { expect, onTestFinished, test } from 'vitest';
import { type Quirk, quirks } from '../simulator/quirks.ts';
import { simulateStation, type VirtualStation } from '../simulator/station.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';

/** With these the station itself withholds or spoils a fact, so that the daemon cannot have all of them right. */
const lossy: readonly string[] = ['forgetsStop', 'stopsWithoutId', 'unknownMeterStop', 'kilowattHoursAsWattHours'];
const names = Object.keys(quirks) as Quirk[]; // Object.keys loses the literal type
const password = 'ab'.repeat(20);

async function chargeOddly(daemon: TestDaemon, quirk: Quirk): Promise<{ wanted: object; rows: readonly object[] }> {
  const station = simulateStation({
    url: daemon.addresses.ocpp16,
    chargeBoxId: quirk,
    password,
    quirks: [quirk],
    speed: 100,
    reconnectMs: 100,
  });
  onTestFinished(() => station.close());
  await station.until(() => station.isReady);
  station.plugIn(1, { arrivesPercent: 20, pauses: [] });
  await swipeUntilStarted(station);
  for (let readings = 0; readings < 3; readings++) await station.next('sampled');
  await station.swipe(1, '04A1B2C3');
  station.unplug(1);
  await station.delivered();
  const filters = [{ column: 'nodeIdentity', op: 'is' as const, value: quirk }];
  const { rows } = await daemon.api('sessions.list', { nodeId: null, filters, sort: [], limit: 10 });
  const [session] = station.sessions;
  const energyWh = (session?.meterStopWh ?? 0) - (session?.meterStartWh ?? 0);
  return { wanted: { state: 'ended', energyWh, flags: [], email: 'eva@lab.example' }, rows };
}

/** A person whose card is refused while the connection changes shows it again. */
async function swipeUntilStarted(station: VirtualStation): Promise<void> {
  for (let tries = 0; tries < 5 && station.sessions.length === 0; tries++) {
    await station.until(() => station.isReady);
    await station.swipe(1, '04A1B2C3');
  }
  expect(station.sessions, station.chargeBoxId).toHaveLength(1);
}

test('FACTS §10: a session of each odd kind of station is kept once, with its energy and its person', async () => {
  const outlets = [{ connectorId: 1, mode: 'RFID' as const }];
  const person = {
    role: 'evUser' as const,
    email: 'eva@lab.example',
    password: 'drives-2026',
    firstName: 'Eva',
    lastName: 'Lab',
  };
  await using daemon = await startDaemon({
    provision: {
      sites: [{ name: 'Lab', stations: names.map((name) => ({ name, chargeBoxId: name, password, outlets })) }],
      users: [{ ...person, sites: ['Lab'], rfid: ['04A1B2C3'] }],
    },
  });
  await Promise.all(
    names.map(async (quirk) => {
      const { wanted, rows } = await chargeOddly(daemon, quirk);
      if (lossy.includes(quirk)) expect(rows, quirk).toHaveLength(1);
      else expect(rows, quirk).toMatchObject([wanted]);
    }),
  );
}, 90_000);
