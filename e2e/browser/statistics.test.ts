import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { accessibilityFaults, picture, type Visitor } from '../support/browser.ts';
import { bootedStation, charge, report, startTransaction } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import type { RawStation } from '../support/stations.ts';

const hour = 3_600_000;
const now = Date.now();
let storgata: RawStation;

const { inside } = consoleVisits(async (daemon) => {
  const endpoint = daemon.addresses.ocpp16;
  const [first, bryggen] = await Promise.all([bootedStation(endpoint, 'STG-01'), bootedStation(endpoint, 'BRY-01')]);
  storgata = first;
  // Twenty charges at Storgata, each an hour and 1 kWh more; four at Bryggen, two days ago, stopped from here.
  for (let index = 0; index < 20; index++)
    await charge(storgata, {
      connectorId: 1,
      idTag: '04A1B2C3',
      startedAt: now - (30 - index) * hour,
      hours: 0.5,
      energyWh: 1000 * (index + 1),
    });
  for (let index = 0; index < 4; index++)
    await charge(bryggen, {
      connectorId: 2,
      idTag: '0499AA',
      startedAt: now - (80 - 3 * index) * hour,
      hours: 2,
      energyWh: 7400,
      reason: 'Remote',
    });
});

/** The order in the address: what an earlier test left with the account does not count. */
const plain = '/all/statistics?sort=-startedAt';

async function statistics(path = plain, options = {}): Promise<Visitor & { rows: ReturnType<Page['locator']> }> {
  const visitor = await inside(path, options);
  const rows = visitor.page.locator('tr.table-row[aria-rowindex]');
  await rows.first().waitFor();
  return { ...visitor, rows };
}

const sum = (page: Page, text: string) => page.locator('tfoot').getByText(text, { exact: true }).waitFor();
const filterOf = (page: Page, column: string) => page.getByRole('button', { name: new RegExp(`^Filter of ${column} `) });

/** The view of the table as the account remembers it. */
const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => (await fetch(`/api/account.views?input=${encodeURIComponent('{"table":"sessions"}')}`)).text());

test('Statistics shows the columns of the manual, with its times, durations and kWh (M8, M9)', async () => {
  const { page, rows } = await statistics();
  await sum(page, '24 sessions');
  const titles = await page.locator('thead th .header-sort').allInnerTexts();
  expect(titles.map((title) => title.replace(/\s+/g, ' ').trim())).toEqual([
    'Start time sorted descending, 1',
    'Duration',
    'End time',
    'Node identity',
    'Site',
    'Energy kWh',
    'Charging station',
    'Authentication',
    'Session',
    'Outlet',
    'Server log date',
    'E-mail',
    'Meter value kWh',
  ]);
  const cells = await rows.first().locator('td').allInnerTexts();
  expect(cells[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d$/);
  expect(cells.slice(1, 8).map((text) => text.replace(/\u00A0/g, ' '))).toEqual([
    '0:30:00',
    expect.stringMatching(/^\d{4}-\d\d-\d\d/),
    'STG-01',
    'Storgata',
    '20.00',
    'P1-01',
    'RFID 1',
  ]);
  expect(cells[11]).toBe('amina@fjordby.example');
});

test('every kind of column filters, the totals follow, and the address keeps it', async () => {
  const { page } = await statistics();
  await sum(page, '24 sessions');

  await filterOf(page, 'Site').click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Bryggen/ })
    .click();
  await sum(page, '4 sessions');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Clear filter of Site' }).first().click();
  await sum(page, '24 sessions');

  await filterOf(page, 'Energy').focus();
  await page.keyboard.type('15');
  await sum(page, '6 sessions');
  await page.getByLabel('To kWh').fill('16');
  await sum(page, '2 sessions');
  await sum(page, '31.00');
  await page.keyboard.press('Escape');

  await filterOf(page, 'Duration').click();
  await page.getByRole('dialog', { name: 'Filter of Duration' }).getByLabel('From').fill('1:00');
  await page.getByText('No rows match these 2 filters').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.table-message').getByRole('button', { name: 'Clear all' }).click();
  await sum(page, '24 sessions');

  await filterOf(page, 'Authentication').click();
  await page.getByRole('button', { name: 'only Anonymous' }).click();
  await page.getByText('No rows match this filter').waitFor();
  await page.getByRole('checkbox', { name: 'RFID' }).check();
  await sum(page, '24 sessions');
  await page.keyboard.press('Escape');

  await filterOf(page, 'Start time').click();
  const times = page.getByRole('dialog', { name: 'Filter of Start time' });
  await times.getByRole('button', { name: 'This year' }).click();
  await times.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('list', { name: 'Filters' }).getByText('This year').waitFor();
  expect(new URL(page.url()).searchParams.getAll('f')).toEqual([
    'authentication~in~anonymous,rfid',
    'startedAt~between~thisYear',
  ]);

  await page.reload();
  await page.getByRole('list', { name: 'Filters' }).getByText('This year').waitFor();
  await page.getByRole('button', { name: 'Clear all' }).click();
  await sum(page, '24 sessions');
});

test('a click sorts, shift adds a column, and screen readers are told', async () => {
  const { page, rows } = await statistics();
  const sortBy = (title: string) =>
    page
      .locator('thead')
      .getByRole('button', { name: new RegExp(`^${title}`) })
      .first();
  await sortBy('Energy').click();
  await rows.first().getByText('1.00', { exact: true }).waitFor();
  await sortBy('Energy').click();
  await rows.first().getByText('20.00', { exact: true }).waitFor();
  await sortBy('Site').click();
  await rows.first().getByText('Bryggen').waitFor();
  await sortBy('Energy').click({ modifiers: ['Shift'] });
  await page.waitForURL(/sort=siteName,energyWh|sort=siteName%2CenergyWh/);
  expect(await page.locator('th[aria-sort]').getAttribute('data-column')).toBe('siteName');
  await page.getByRole('button', { name: 'Own view' }).click();
  await page.getByRole('menuitem', { name: 'Reset to standard' }).click();
  await rows.first().getByText('20.00', { exact: true }).waitFor();
});

test('moved, hidden and resized columns are remembered after a reload, on the account', async () => {
  const { page } = await statistics();
  const order = () =>
    page.locator('thead th[data-column]').evaluateAll((heads) => heads.map((head) => head.getAttribute('data-column')));
  const header = page
    .locator('thead')
    .getByRole('button', { name: /^Energy/ })
    .first();

  // Dragged before the first column.
  const from = await header.boundingBox();
  const to = await page.locator('thead th[data-column=startedAt]').boundingBox();
  if (!from || !to) throw new Error('the headers are on the screen');
  await page.mouse.move(from.x + from.width / 2, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 60, to.y + 10, { steps: 8 });
  await page.mouse.move(to.x + 20, to.y + 10);
  await page.mouse.up();
  expect((await order()).slice(0, 2)).toEqual(['energyWh', 'startedAt']);

  // Back by one with the keyboard, wider with it, and one hidden by its menu.
  await header.focus();
  await page.keyboard.press('Control+Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await page.getByRole('button', { name: 'Column Duration' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Hide column' }).click();
  expect((await order()).slice(0, 3)).toEqual(['startedAt', 'energyWh', 'endedAt']);
  const width = await page.locator('th[data-column=energyWh]').evaluate((head) => head.getBoundingClientRect().width);
  expect(width).toBeCloseTo(128, 0);

  await expect.poll(() => kept(page)).toContain('{"key":"durationMs","hidden":true}');
  const again = await statistics();
  expect(
    (
      await again.page
        .locator('thead th[data-column]')
        .evaluateAll((heads) => heads.map((head) => head.getAttribute('data-column')))
    ).slice(0, 3),
  ).toEqual(['startedAt', 'energyWh', 'endedAt']);
  await again.page.getByRole('button', { name: 'Columns' }).click();
  await again.page.getByRole('button', { name: 'Standard columns' }).click();
  expect(await again.page.locator('thead th[data-column]').count()).toBe(13);
  await expect.poll(() => kept(again.page)).toContain('{"key":"durationMs","hidden":false}');
});

test('a view is kept by name, opened, and removed', async () => {
  const { page } = await statistics('/all/statistics?f=siteName~is~Bryggen');
  await sum(page, '4 sessions');
  await page.getByRole('button', { name: 'Own view' }).click();
  await page.getByRole('menuitem', { name: 'Save view as' }).click();
  await page.getByLabel('Name of the view').fill('Only Bryggen');
  await page.keyboard.press('Enter');
  const view = page.getByRole('button', { name: 'Only Bryggen' });
  await view.waitFor();
  await view.click();
  await page.getByRole('menuitem', { name: 'Reset to standard' }).click();
  await sum(page, '24 sessions');
  await page.getByRole('button', { name: 'Standard view' }).click();
  await page.getByRole('menuitemradio', { name: 'Only Bryggen' }).click();
  await sum(page, '4 sessions');
  await view.click();
  await page.getByRole('menuitem', { name: 'Remove view' }).click();
  await page.getByRole('button', { name: 'Own view' }).click();
  await page.getByRole('menuitem', { name: 'Reset to standard' }).click();
  await sum(page, '24 sessions');
});

test('right-click > Show opens the whole session with its curve in a window of its own (M10)', async () => {
  const { page, rows, context } = await statistics();
  await rows.nth(2).locator('td').nth(3).click({ button: 'right' });
  const opened = context.waitForEvent('page');
  await page
    .getByRole('menuitem', { name: /^Show Enter|^Show$/ })
    .first()
    .click();
  const shown = await opened;
  await shown.getByRole('heading', { name: 'All values' }).waitFor();
  await shown.locator('.chart-canvas canvas').waitFor();
  expect(await shown.getByRole('slider').getAttribute('aria-label')).toContain('P1-01');
  await shown.getByRole('button', { name: 'View as table' }).click();
  expect(await shown.locator('.chart-table tbody tr').count()).toBeGreaterThanOrEqual(2);
});

test('the table works by keyboard alone', async () => {
  const { page, context } = await statistics();
  await sum(page, '24 sessions');
  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+End');
  await page.locator('tr[aria-selected=true][aria-rowindex="26"]').waitFor();
  await page.keyboard.press('Control+Home');
  await page.locator('tr[aria-selected=true][aria-rowindex="3"]').waitFor();
  for (let index = 0; index < 4; index++) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Filter by this value' }).click();
  await sum(page, '20 sessions');
  await page.getByRole('grid').focus();
  await page.keyboard.press('Control+C');
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('STG-01\tStorgata');
  const opened = context.waitForEvent('page');
  await page.keyboard.press('Enter');
  expect((await opened).url()).toContain('/session/');
  await page.getByRole('button', { name: 'Clear all' }).click();
});

test('a session that begins is pinned above with a ticking duration; who is at work is only told of it', async () => {
  const { page, rows } = await statistics();
  await sum(page, '24 sessions');
  await rows.nth(4).locator('td').first().click();
  const transactionId = await startTransaction(storgata, 2, '0499AA', Date.now());
  await report(storgata, 2, 'Charging');
  await page.getByRole('button', { name: '1 new' }).click();
  await sum(page, '25 sessions');
  const running = rows.first();
  await running.getByText('charging', { exact: true }).waitFor();
  const duration = running.locator('td').nth(1);
  const before = await duration.innerText();
  await expect.poll(() => duration.innerText()).not.toBe(before);
  await storgata.call('StopTransaction', { transactionId, timestamp: new Date().toISOString(), meterStop: 100_100 });
  await report(storgata, 2, 'Available');
});

test.each(['light', 'dark'] as const)('Statistics can be used by everyone, in %s', async (theme) => {
  const visitor = await statistics(plain, { theme });
  await visitor.rows.nth(1).locator('td').first().click();
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await picture(visitor, `statistics-${theme}`);
  const narrow = await statistics(plain, { theme, width: 390, height: 844 });
  expect(await accessibilityFaults(narrow)).toEqual([]);
  await picture(narrow, `statistics-${theme}-narrow`);
});
