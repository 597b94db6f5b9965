import { expect, test } from 'vitest';
import { picture } from '../support/browser.ts';
import { bootedStation, chargingSite, startTransaction } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';

const sessions = 10_000;
const minute = 60_000;
const outlets = [{ connectorId: 1, mode: 'RFID' as const }];
const stations = Array.from({ length: 25 }, (_, index) => ({ name: `G-${index + 1}`, chargeBoxId: `GAR-${index + 1}`, outlets }));

const { inside } = consoleVisits(
  async ({ addresses }) => {
    const begin = Date.now() - sessions * 10 * minute;
    await Promise.all(
      stations.map(async ({ chargeBoxId }, part) => {
        const station = await bootedStation(addresses.ocpp16, chargeBoxId);
        for (let index = part; index < sessions; index += stations.length) {
          const startedAt = begin + index * 10 * minute;
          const transactionId = await startTransaction(station, 1, '04A1B2C3', startedAt);
          const timestamp = new Date(startedAt + 9 * minute).toISOString();
          await station.call('StopTransaction', {
            transactionId,
            timestamp,
            meterStop: 100_000 + (index % 2000),
            reason: 'EVDisconnected',
          });
        }
      }),
    );
  },
  { ...chargingSite, sites: [{ name: 'Garasjen', timeZone: 'Europe/Oslo', stations }] },
);

test('10,000 sessions scroll smoothly, and only those in view are in the page', async () => {
  const { page, ...visitor } = await inside('/all/statistics?sort=-startedAt');
  await page.locator('tfoot').getByText('10,000 sessions').waitFor();
  const frames = await page.evaluate(async () => {
    const scroller = document.querySelector('.table-scroller');
    if (!scroller) throw new Error('the table is on the page');
    const lengths: number[] = [];
    let last = performance.now();
    for (let frame = 0; frame < 180; frame++) {
      scroller.scrollTop += 400;
      const at = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      lengths.push(at - last);
      last = at;
    }
    return lengths.toSorted((a, b) => a - b);
  });
  const middle = frames[Math.floor(frames.length / 2)] ?? 0;
  console.log(
    `frames while scrolling: median ${middle.toFixed(1)} ms, 95 % ${(frames[Math.floor(frames.length * 0.95)] ?? 0).toFixed(1)} ms`,
  );
  // Generous, for a machine that draws without a graphics card and has other work.
  expect(middle).toBeLessThan(100);
  expect(await page.locator('tr.table-row').count()).toBeLessThan(120);

  await page.getByRole('grid').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+End');
  await page
    .locator(`tr[aria-rowindex="${sessions + 2}"]`)
    .getByText('0.00', { exact: true })
    .waitFor();
  await page.getByText(/of 10,000/).waitFor();
  await picture({ page, ...visitor }, 'statistics-10000');
});
