import { expect, test } from 'vitest';
import { accessibilityFaults, picture } from '../support/browser.ts';
import { answerCall, bootedStation, meterValues, report, startTransaction } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import type { RawStation } from '../support/stations.ts';

const minute = 60_000;
let station: RawStation;
let startedAt = 0;
let transactionId = 0;

const { inside, nodeId, daemon } = consoleVisits(async ({ addresses }) => {
  station = await bootedStation(addresses.ocpp16, 'STG-01');
  startedAt = Date.now() - 10 * minute;
  transactionId = await startTransaction(station, 1, '04A1B2C3', startedAt);
  await report(station, 1, 'Charging');
  for (let at = 1; at < 10; at++) await meterValues(station, 1, transactionId, startedAt + at * minute, at * 180, 10_800);
});

async function outletPath(connectorId: number): Promise<string> {
  const live = await daemon().api('stations.get', { stationId: await nodeId('P1-01') });
  return `/${live.outlets.find((outlet) => outlet.connectorId === connectorId)?.id}`;
}

test('an outlet shows power, energy, duration and user as they grow', async () => {
  const { page } = await inside(await outletPath(1));
  const fact = (key: string) => page.locator(`[data-fact=${key}]`);
  await fact('power').getByText('10.8').waitFor();
  await fact('energy').getByText('1.62').waitFor();
  await fact('user').getByText('Amina Yusuf').waitFor();
  const before = await fact('duration').innerText();
  expect(before).toMatch(/^0:1\d:\d\d$/);
  await expect.poll(() => fact('duration').innerText()).not.toBe(before);
  await page.locator('.chart-canvas canvas').waitFor();

  await meterValues(station, 1, transactionId, Date.now(), 1900, 7_400);
  await fact('power').getByText('7.40').waitFor();
  await fact('energy').getByText('1.90').waitFor();
  await report(station, 1, 'SuspendedEV');
  await page.getByText('The car is full or not asking (SuspendedEV)').waitFor();
  await report(station, 1, 'Charging');
});

test('a free outlet starts charging for a tag', async () => {
  const { page } = await inside(await outletPath(2));
  await page.getByRole('button', { name: 'Start charging' }).click();
  await page.getByText('Whose charging is it? Enter a tag.').waitFor();
  await page.getByLabel('Tag or user').fill('0499AA');
  await page.keyboard.press('Escape');
  const asked = answerCall(station, 'RemoteStartTransaction', { status: 'Rejected' });
  await page.getByRole('button', { name: 'Start charging' }).click();
  expect(await asked).toEqual({ connectorId: 2, idTag: '0499AA' });
  await page.getByText('The station will not start').waitFor();
});

test('settings of an outlet are saved and stay (M32)', async () => {
  const path = `${await outletPath(2)}/configuration`;
  const { page } = await inside(path);
  await page.getByLabel('Parking').fill('Space 12');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await expect.poll(() => page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  const { page: again } = await inside(path);
  await expect.poll(() => again.getByLabel('Parking').inputValue()).toBe('Space 12');
});

test.each(['light', 'dark'] as const)('an outlet fits a phone and everyone, in %s', async (theme) => {
  const visitor = await inside(await outletPath(1), { theme, width: 390, height: 844 });
  await visitor.page.locator('.chart-canvas canvas').waitFor();
  expect(await visitor.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await picture(visitor, `outlet-${theme}-narrow`);
});
