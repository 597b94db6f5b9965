import { expect, test } from 'vitest';
import { accessibilityFaults, picture, type Visitor } from '../support/browser.ts';
import { carParks } from '../support/car-parks.ts';
import { consoleVisits, treeRow } from '../support/console-visit.ts';

const { visit, inside, nodeId } = consoleVisits(undefined, carParks);

const pages: readonly (readonly [string, () => Promise<string>])[] = [
  ['system', async () => '/'],
  ['site', async () => `/${await nodeId('Storgata P-hus')}/overview`],
  ['station', async () => `/${await nodeId('P1-01')}/overview`],
  ['users', async () => `/${await nodeId('Fjordby Parkering')}/users`],
  ['account', async () => '/account'],
  ['tokens', async () => '/tokens'],
  ['not-found', async () => '/no/such/page'],
];

test.each(pages)('%s meets WCAG 2.2 AA as far as a machine can tell, light and dark, wide and narrow', async (name, path) => {
  const visitor = await inside(await path());
  const { page } = visitor;
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.getByText('Loading').first().waitFor({ state: 'hidden' });
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.locator(`[data-theme=${theme}]`).waitFor();
      await picture(visitor, `${name}-${theme}-${width}`);
      expect(await accessibilityFaults(visitor), `${theme}, ${width}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
  }
});

test('sign-in, menus and dialogs meet WCAG 2.2 AA in both themes', async () => {
  const stranger = await visit();
  await stranger.page.getByRole('heading', { level: 1 }).waitFor();
  const visitor = await inside();
  const looks = async (who: Visitor, name: string) => {
    for (const theme of ['light', 'dark'] as const) {
      await who.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      await who.page.locator(`[data-theme=${theme}]`).waitFor();
      await picture(who, `${name}-${theme}`);
      expect(await accessibilityFaults(who), theme).toEqual([]);
    }
  };
  await looks(stranger, 'sign-in');
  await treeRow(visitor, 'Storgata P-hus').click({ button: 'right' });
  await visitor.page.getByRole('menu').waitFor();
  await looks(visitor, 'menu');
  await visitor.page.getByRole('menuitem', { name: 'Add charging station' }).click();
  await visitor.page.getByRole('menu').waitFor({ state: 'detached' });
  await visitor.page.getByRole('dialog').waitFor();
  await looks(visitor, 'dialog');
});
