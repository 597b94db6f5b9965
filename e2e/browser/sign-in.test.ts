import { expect, test } from 'vitest';
import { accessibilityFaults, picture, signIn } from '../support/browser.ts';
import { carParks, driver, keeper } from '../support/car-parks.ts';
import { administrator } from '../support/charging-site.ts';
import { consoleVisits, treeRow } from '../support/console-visit.ts';
import { startDaemon } from '../support/daemon.ts';

const { daemon, visit, inside, nodeId } = consoleVisits(undefined, carParks);

test('each way of failing to sign in has its own words, and a link leads to its page afterwards', async () => {
  const id = await nodeId('P2-01');
  const visitor = await visit(`/${id}`);
  const { page } = visitor;
  const submit = page.getByRole('button', { name: 'Sign in' });
  await submit.click();
  await page.getByText('This is needed.').first().waitFor();
  await page.getByLabel('E-mail').fill('kari');
  await submit.click();
  await page.getByText('This is not an e-mail address.').waitFor();
  await page.getByLabel('E-mail').fill(administrator.email);
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await submit.click();
  await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
  await signIn(visitor, administrator.email, administrator.password);
  await page.getByRole('heading', { level: 1, name: 'P2-01' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/${id}`);
});

test('a lock counts its seconds down', async () => {
  const { page } = await visit();
  await page.getByLabel('E-mail').fill('nobody@fjordby.example');
  for (let guess = 0; guess < 6; guess++) {
    await page.getByLabel('Password', { exact: true }).fill(`wrong${guess}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    if ((await page.getByRole('alert').textContent())?.includes('Too many')) break;
  }
  await page.getByText(/Too many attempts. Try again in \d+ s\./).waitFor();
});

test('a password that was for once is changed first, by the rule of the manual', async () => {
  await using fresh = await startDaemon();
  const printed = fresh.output();
  const email = /[\w.-]+@[\w.-]+/.exec(printed)?.[0] ?? '';
  const password = /[a-z2-9]{4}(-[a-z2-9]{4}){3}/.exec(printed)?.[0] ?? '';
  const visitor = await visit(fresh.addresses.local);
  const { page } = visitor;
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Choose your password' }).waitFor();
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await page.getByLabel('Present password').fill(password);
  await page.getByLabel('New password', { exact: true }).fill('letters only');
  await page.getByLabel('New password again').fill('letters only');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('At least one digit.').waitFor();
  await page.getByLabel('New password', { exact: true }).fill('letters and 1 digit');
  await page.getByLabel('New password again').fill('letters and 1 digit');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('tree').waitFor();
  await page.getByText('No sites yet').first().waitFor();
  await picture(visitor, 'shell-empty');
});

test('what ended is signed in again over the page, and nothing typed is lost', async () => {
  const visitor = await visit('/account');
  await signIn(visitor, administrator.email, administrator.password);
  const { page } = visitor;
  const email = page.getByRole('textbox', { name: 'E-mail' }).first();
  await email.fill('kari.haugen@fjordby.example');
  const other = await inside('/account');
  const rows = other.page.getByRole('row').filter({ has: other.page.getByRole('button', { name: 'End' }) });
  await rows.first().waitFor();
  for (let left = await rows.count(); left > 0; left = await rows.count()) {
    const row = rows.first();
    const handle = await row.elementHandle();
    await row.getByRole('button', { name: 'End' }).click();
    await handle?.waitForElementState('hidden');
  }
  const dialog = page.getByRole('dialog', { name: 'Sign in' });
  await dialog.waitFor();
  await dialog.getByLabel('Password', { exact: true }).fill(administrator.password);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('[data-line=live]').waitFor();
  expect(await email.inputValue()).toBe('kari.haugen@fjordby.example');
});

test('a site administrator sees the own sites and no other; an EV user sees no tree', async () => {
  const visitor = await visit();
  await signIn(visitor, keeper.email, keeper.password);
  await treeRow(visitor, 'Bryggen P-hus').waitFor();
  expect(await visitor.page.content()).not.toContain('Storgata');
  await visitor.page.goto(`${daemon().addresses.local}/tokens`);
  await visitor.page.getByText('These roles may open it: Administrator.').waitFor();

  const own = await visit();
  await signIn(own, driver.email, driver.password);
  await own.page.waitForURL(/\/all/);
  expect(await own.page.getByRole('tree').count()).toBe(0);
});
