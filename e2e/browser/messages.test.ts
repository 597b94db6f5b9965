import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { accessibilityFaults, picture } from '../support/browser.ts';
import { bootedStation, charge } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import type { RawStation } from '../support/stations.ts';

let station: RawStation;
const { inside, nodeId } = consoleVisits(async ({ addresses }) => {
  station = await bootedStation(addresses.ocpp16, 'STG-01');
  const startedAt = Date.now() - 7_200_000;
  await charge(station, { connectorId: 1, idTag: '04A1B2C3', startedAt, hours: 1, energyWh: 11_000 });
});

const odd = { connectorId: '2', status: 'Available', errorCode: 'NoError', timestamp: '2026-11-22 19:00:00', colour: 'red' };

test('messages appear as they come, open with their answer and what was wrong with them (B9)', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/messages`);
  await page.locator('[data-action=StartTransaction]').first().waitFor();
  const status = page.locator('[data-action=StatusNotification]');
  const before = await status.count();
  await station.call('StatusNotification', odd, 'odd-1');
  await expect.poll(() => status.count()).toBe(before + 2);

  await page.getByRole('button', { name: /StatusNotification.*repaired/ }).click();
  const details = page.locator('.details');
  await details.getByText('Number written as text').waitFor();
  await details.getByText('"odd-1"').first().waitFor();
  await details.getByRole('heading', { name: 'Answer' }).waitFor();
  await details.getByRole('button', { name: 'Copy Request' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(JSON.parse(copied)).toEqual([2, 'odd-1', 'StatusNotification', odd]);
  await page.getByRole('cell', { name: 'Unknown member, dropped' }).waitFor();
  await page.getByRole('cell', { name: 'Left that part out, took the rest' }).waitFor();
});

test.each([
  ['a window', { width: 1440, height: 900 }],
  ['a telephone', { width: 390, height: 844 }],
])('in %s a message that is opened at the lower edge comes into view, its line above all', async (_where, size) => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/messages`, size);
  await page.locator('[data-message]').nth(8).waitFor();
  const edge = await page.locator('.scroller').evaluate((element) => element.getBoundingClientRect().bottom);
  const lines = page.locator('[data-message] > button');
  const tops = await lines.evaluateAll((all) => all.map((line) => line.getBoundingClientRect().bottom));
  const line = lines.nth(tops.findLastIndex((bottom) => bottom <= edge));
  const id = await line.evaluate((element) => element.parentElement?.dataset.message);
  await line.click();
  const opened = page.locator(`[data-message="${id}"]`);
  await opened.locator('.message-text').first().waitFor();
  await expect
    .poll(() =>
      opened.evaluate((element) => {
        const scroller = element.closest('.scroller')?.getBoundingClientRect();
        const [line, text] = ['button', '.message-text pre'].map((part) => element.querySelector(part)?.getBoundingClientRect());
        if (!scroller || !line || !text) return null;
        const lowest = Math.min(scroller.bottom, window.innerHeight);
        return { line: line.top >= scroller.top - 1 && line.bottom <= lowest, text: text.top + 50 <= lowest };
      }),
    )
    .toEqual({ line: true, text: true });
});

test('what is no message shows itself in its line; nothing in a text is hidden', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/messages`);
  await page.locator('[data-message]').first().waitFor();
  station.send('nothing \u202eat all\u0000');
  await page.getByRole('button', { name: 'nothing \\u202eat all\\u0000' }).click();
  await page.locator('.details pre').getByText('nothing \\u202eat all\\u0000').waitFor();
});

test('while somebody reads, new messages wait; a pause holds the list', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/messages`);
  const first = page.locator('[data-message] > button').first();
  await first.click();
  await station.call('Heartbeat');
  await page.getByRole('button', { name: 'Show 2 new messages' }).click();
  await page.locator('[data-index="0"][data-action=Heartbeat]').waitFor();

  await page.getByRole('button', { name: 'Pause' }).click();
  const shown = await first.innerText();
  await station.call('StatusNotification', { connectorId: 2, status: 'Available', errorCode: 'NoError' });
  await page.getByText('paused').waitFor();
  expect(await first.innerText()).toBe(shown);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.locator('[data-index="0"][data-action=StatusNotification]').waitFor();
});

test('filters narrow the list, arrows walk through it, the export holds what passes', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/messages`);
  await page.locator('[data-action=MeterValues]').first().waitFor();
  await page.getByRole('button', { name: 'Meter values' }).click();
  await expect.poll(() => page.locator('[data-action=MeterValues]').count()).toBe(0);
  await page.getByLabel('Text or message id').fill('04A1B2C3');
  await expect.poll(() => page.locator('[data-message]').count()).toBe(2);
  await page.locator('[data-message] > button').first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('[data-index="1"] .details').waitFor();

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const lines = readFileSync(await (await saved).path(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ action }) => action)).toEqual(['StartTransaction', 'StopTransaction']);

  await page.getByLabel('Text or message id').fill('nothing is called so');
  await page.getByText('No messages pass the filters').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.locator('[data-action=MeterValues]').first().waitFor();
});

test('a station that never called has no messages, and the page says so', async () => {
  const { page } = await inside(`/${await nodeId('P1-02')}/configuration/messages`);
  await page.getByText('No messages yet').waitFor();
  await page.getByText('No deviations').waitFor();
});

test.each(['light', 'dark'] as const)('the messages can be used by everyone, in %s', async (theme) => {
  const visitor = await inside(`/${await nodeId('P1-01')}/configuration/messages`, { theme });
  await visitor.page.locator('[data-message] > button').nth(2).click();
  await visitor.page.getByText('Our reading').waitFor();
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await picture(visitor, `messages-${theme}`);
});

test('of more new messages than the list holds back it says so, and shows the newest', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/messages`);
  await page.locator('[data-message] > button').first().click();
  for (let sent = 0; sent < 10; sent++) await Promise.all(Array.from({ length: 30 }, () => station.call('Heartbeat')));
  await page.getByRole('button', { name: /^Show more than \d+ new messages$/ }).click();
  await page.locator('[data-index="0"][data-action=Heartbeat]').waitFor();
});
