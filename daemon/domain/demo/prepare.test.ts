import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { PastSession } from '../../../shared/demo.ts';
import type { Provision } from '../../../shared/provision.ts';
import { openStorage } from '../../storage/open.ts';
import type { Central } from '../central.ts';
import { openCentral } from '../open-central.ts';
import { testCentral, testClock, testSettings } from '../testing.ts';
import { DemoRefused, prepareDemo } from './prepare.ts';

const log = pino({ level: 'silent' });
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function emptyCentral(): Promise<Central> {
  const storage = await openStorage({ file: ':memory:', log });
  closing.push(() => storage.close());
  const central = await openCentral({ storage, clock: testClock(), log, settings: testSettings });
  closing.push(() => central.close());
  return central;
}

const hour = 3_600_000;
const file: Provision = {
  sites: [{ name: 'Demo', stations: [{ name: 'One', chargeBoxId: 'D-1', outlets: [{ connectorId: 1, mode: 'RFID' }] }] }],
  users: [
    {
      role: 'evUser',
      email: 'a@demo.example',
      password: 'demo-demo-1',
      firstName: 'A',
      lastName: 'B',
      sites: ['Demo'],
      rfid: ['AB12'],
    },
  ],
};

/** One that is known by its tag, over three hours; and one by a guest. */
function history(until: number): PastSession[] {
  const startedAt = until - 5 * hour;
  const times = { startedAt, stoppedAt: startedAt + 2.5 * hour, endedAt: startedAt + 2.5 * hour + 60_000 };
  const samples = [1, 2].map((at) => ({
    at: startedAt + at * hour,
    registerWh: 1000 + at * 7000,
    powerW: 7000,
    currentMa: 10_000,
    voltageMv: 230_000,
    socPercent: 40 + at,
  }));
  const known = { chargeBoxId: 'D-1', connectorId: 1, idTag: 'AB12', ...times, meterStartWh: 1000, meterStopWh: 18_500 };
  const guestFrom = until - hour;
  const guest = { startedAt: guestFrom, stoppedAt: guestFrom + 600_000, endedAt: guestFrom + 600_000 };
  return [
    { ...known, reason: 'Local', samples },
    { ...known, ...guest, idTag: 'FREEVEND', meterStartWh: 18_500, meterStopWh: 19_700, reason: 'EVDisconnected', samples: [] },
  ];
}

test('a demo fills an empty database with a past whose roll-ups add up to its sessions', async () => {
  const central = await emptyCentral();
  await prepareDemo(central, file, history);
  const { read } = central.storage;
  const sessions = await read.selectFrom('sessions').selectAll().orderBy('id').execute();
  expect(sessions).toMatchObject([
    { state: 'ended', energyWh: 17_500, authentication: 'rfid', stopIdTag: 'AB12', peakPowerW: 7000 },
    { state: 'ended', energyWh: 1200, authentication: 'free', accountId: null, stopIdTag: null },
  ]);
  expect(sessions[0]?.accountId).not.toBeNull();
  const hours = await read.selectFrom('outletHours').selectAll().orderBy('hourAt').execute();
  expect(hours.map(({ sessions: count, energyWh }) => ({ count, energyWh }))).toEqual([
    { count: 1, energyWh: 7000 },
    { count: 0, energyWh: 7000 },
    { count: 0, energyWh: 3500 },
    { count: 1, energyWh: 1200 },
  ]);
  const samples = await read.selectFrom('samples').select(['energyWh', 'sessionId', 'context']).execute();
  expect(samples).toEqual([8000, 15_000].map((energyWh) => ({ energyWh, sessionId: sessions[0]?.id, context: 0 })));
});

test('a second start goes on with the same demo', async () => {
  const central = await emptyCentral();
  await prepareDemo(central, file, history);
  await prepareDemo(central, file, () => {
    throw new Error('the past is made once');
  });
});

test('a database with sites of its own is refused in words', async () => {
  const { central, close } = await testCentral();
  closing.push(close);
  await expect(prepareDemo(central, file, history)).rejects.toThrow(DemoRefused);
});
