import { afterAll, expect, test } from 'vitest';
import { simulateStation, type VirtualStation } from '../../simulator/station.ts';
import { picture } from '../support/browser.ts';
import { administrator, chargingSite } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';

const tags = 10_000;
const people = 40;
const hex = (index: number) => (0x04_10_00_00 + index * 37).toString(16).toUpperCase().padStart(8, '0');
const users = Array.from({ length: people }, (_, person) => ({
  ...{ role: 'evUser' as const, email: `driver-${person + 1}@fjordby.example`, password: 'sommerfugl 8' },
  ...{ firstName: 'Driver', lastName: String(person + 1) },
  rfid: Array.from({ length: tags / people }, (_, index) => hex(index * people + person)),
}));

let station: VirtualStation;
const { inside, nodeId, daemon } = consoleVisits(
  async ({ addresses }) => {
    station = simulateStation({
      ...{ url: addresses.ocpp16, chargeBoxId: 'STG-01', seed: 1 },
      configuration: { LocalAuthListMaxLength: '20000', SendLocalListMaxLength: '250' },
    });
  },
  { ...chargingSite, users: [{ role: 'administrator', ...administrator, firstName: 'Kari', lastName: 'Haugen' }, ...users] },
);
afterAll(() => station?.close());

test('10,000 tags go in messages of 250, the page counts them, and only those in view are in it', async () => {
  const id = await nodeId('P1-01');
  const visitor = await inside(`/${id}/configuration/rfid`);
  const { page } = visitor;
  await page.locator('.entries').getByText('10,000 tags', { exact: true }).waitFor();
  // What the station says of its limits is read once it has booted.
  await page.getByText('250 in a message').waitFor();
  const sentAt = Date.now();
  await page.getByRole('button', { name: 'Send whole list' }).click();
  await page.locator('[data-list-state=inStep]').waitFor();
  console.log(`10,000 tags were sent in ${Date.now() - sentAt} ms`);
  expect(station.authorization.listVersion).toBe(tags / 250);
  expect(station.authorization.find(hex(tags - 1))).toMatchObject({ status: 'Accepted' });
  await page.getByText('The station knows the 10,000 tags').waitFor();
  await expect.poll(() => page.locator('[data-place=same]').count()).toBeGreaterThan(10);
  expect(await page.locator('.entry').count()).toBeLessThan(80);
  await picture(visitor, 'rfid-10000-light');

  const scroller = page.locator('.entries .scroller');
  await scroller.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await page.locator(`[data-tag="${hex(tags - 1)}"]`).waitFor();
  expect(await page.locator('.entry').count()).toBeLessThan(80);
  await page.getByLabel('Tag, user or group').fill(String(Number.parseInt(hex(4322), 16)));
  await page.locator('.entries').getByText('One tag', { exact: true }).waitFor();
  await page
    .locator(`[data-tag="${hex(4322)}"]`)
    .getByText('Driver 3')
    .waitFor();

  const times: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    const askedAt = performance.now();
    await daemon().api('localList.get', { stationId: id });
    times.push(performance.now() - askedAt);
  }
  console.log(`status of a list of 10,000: median ${times.toSorted((a, b) => a - b)[2]?.toFixed(0)} ms`);
}, 120_000);
