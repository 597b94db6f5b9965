import { expect, test } from 'vitest';
import { accessibilityFaults, picture } from '../support/browser.ts';
import { bootedStation, charge, meterValues, report, startTransaction } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import type { RawStation } from '../support/stations.ts';

const hour = 3_600_000;
const now = Date.now();
let station: RawStation;

const { inside, daemon } = consoleVisits(async ({ addresses }) => {
  station = await bootedStation(addresses.ocpp16, 'STG-01');
  await charge(station, { connectorId: 1, idTag: '04A1B2C3', startedAt: now - 4 * hour, hours: 2, energyWh: 14_800 });
});

async function sessionPath(state: 'charging' | 'ended'): Promise<string> {
  const filters = [{ column: 'state', op: 'in' as const, values: [state] }];
  const { rows } = await daemon().api('sessions.list', { nodeId: null, filters, sort: [], limit: 1 });
  return `/session/${rows[0]?.id}`;
}

test('a session shows all its values, its curve and its turns; the address alone opens it (M10)', async () => {
  const { page } = await inside(await sessionPath('ended'));
  await page.getByRole('heading', { name: /^Session \d+/ }).waitFor();
  const facts = await page.locator('.facts').innerText();
  for (const text of ['2:00:00', '14.80', '04A1B2C3', 'Amina Yusuf', 'Cable left the car', 'EVDisconnected', 'STG-01'])
    expect(facts).toContain(text);
  await page.getByText('Session began').waitFor();
  const curve = page.getByRole('slider');
  await curve.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await curve.getAttribute('aria-valuetext')).toMatch(/Power 7\.40 kW.*Energy 3\.70 kWh/);
});

test('a session that runs grows, until its stop is seen', async () => {
  const startedAt = Date.now() - 60_000;
  const transactionId = await startTransaction(station, 2, '0499AA', startedAt);
  await report(station, 2, 'Charging');
  await meterValues(station, 2, transactionId, startedAt + 30_000, 90, 10_800);
  const { page } = await inside(await sessionPath('charging'));
  const figures = page.locator('.figures');
  await figures.getByText('10.8').first().waitFor();
  await meterValues(station, 2, transactionId, Date.now(), 200, 7_400);
  await figures.getByText('7.40').waitFor();
  await figures.getByText('0.20').waitFor();
  await station.call('StopTransaction', {
    transactionId,
    timestamp: new Date().toISOString(),
    meterStop: 100_250,
    reason: 'Local',
  });
  await page.getByText('At the station').waitFor();
});

test('the messages of a session stand below it and open', async () => {
  const { page } = await inside(await sessionPath('ended'));
  const messages = page.getByRole('region', { name: 'Messages of this session' });
  await messages.getByRole('button', { name: /StopTransaction transactionId/ }).click();
  const details = messages.locator('.details');
  await details.getByText('Our reading').waitFor();
  await details.getByText('"EVDisconnected"').first().waitFor();
  // Of this session only, the newest first.
  await messages.locator('[data-index="0"]').waitFor();
  expect(await messages.locator('[data-action=BootNotification]').count()).toBe(0);
});

test('a session that there is not says so', async () => {
  const { page } = await inside('/session/01a2052b-7b40-7677-ae25-c708248ca70e');
  await page.getByText('There is no such charging session.').waitFor();
});

test.each(['light', 'dark'] as const)('a session can be read by everyone, in %s', async (theme) => {
  const visitor = await inside(await sessionPath('ended'), { theme });
  await visitor.page.locator('.chart-canvas canvas').waitFor();
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await picture(visitor, `session-${theme}`);
});
