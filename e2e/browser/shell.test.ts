import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { picture, signIn, type Visitor } from '../support/browser.ts';
import { carParks } from '../support/car-parks.ts';
import { administrator } from '../support/charging-site.ts';
import { consoleVisits, treeRow } from '../support/console-visit.ts';
import { startDaemon, type TestDaemon } from '../support/daemon.ts';
import { rawStation } from '../support/stations.ts';

const { daemon, visit, inside, nodeId } = consoleVisits(undefined, carParks);

test('node and page are in the address: links, back button and title follow', async () => {
  const id = await nodeId('P1-02');
  const visitor = await inside(`/${id}`);
  const { page } = visitor;
  await page.getByRole('heading', { level: 1, name: 'P1-02' }).waitFor();
  expect(await page.title()).toContain('P1-02');
  expect(await treeRow(visitor, 'P1-02').getAttribute('aria-selected')).toBe('true');
  await treeRow(visitor, 'P1').click();
  await page.getByRole('heading', { level: 1, name: 'P1', exact: true }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'P1-02' }).waitFor();
  expect(new URL(page.url()).pathname.split('/')[1]).toBe(id);
});

test('an address that leads nowhere says so and offers a way', async () => {
  const { page } = await inside('/00000000-0000-7000-8000-000000000000');
  await page.getByText('This place is not there').waitFor();
  await page.getByRole('link', { name: 'Go to Fjordby Parkering' }).click();
  await page.getByRole('heading', { level: 1, name: 'Fjordby Parkering' }).waitFor();
});

test('language and theme change at once and follow the account', async () => {
  const visitor = await inside();
  const { page } = visitor;
  const choose = async (menu: RegExp, item: string) => {
    await page.getByRole('button', { name: menu }).click();
    await page.getByRole('menuitemradio', { name: item }).click();
  };
  await choose(/^User menu/, 'Norsk bokmål');
  await page.getByRole('link', { name: 'Oversikt' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('nb');
  await choose(/^Brukermeny/, 'Mørkt');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  const again = await inside('/', { otherDevice: true });
  await again.page.getByRole('link', { name: 'Oversikt' }).waitFor();
  expect(await again.page.locator('html').getAttribute('data-theme')).toBe('dark');
  await choose(/^Brukermeny/, 'Svenska');
  await page.getByRole('link', { name: 'Översikt' }).waitFor();
  await choose(/^Användarmeny/, 'English');
  await page.getByRole('link', { name: 'Overview' }).waitFor();
  await choose(/^User menu/, 'As the device');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
});

/** The tree is live again: what changes now is seen. */
async function daemonSays(back: TestDaemon, visitor: Visitor): Promise<void> {
  const wire = await rawStation(back.addresses.ocpp16, 'BRY-01');
  await wire.call('BootNotification', { chargePointVendor: 'Nordvolt', chargePointModel: 'T22' });
  await wire.call('StatusNotification', { connectorId: 1, status: 'Faulted', errorCode: 'GroundFailure' });
  await visitor.page.locator('[role=treeitem][data-state=fault]', { hasText: 'Bryggen P-hus' }).waitFor();
  await wire.close();
}

test('a daemon that falls silent is said so, values stay, and the page comes back by itself', async () => {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-silent-'));
  const gone = await startDaemon({ provision: carParks, data });
  const visitor = await visit(gone.addresses.local);
  const { page } = visitor;
  await signIn(visitor, administrator.email, administrator.password);
  await treeRow(visitor, 'Storgata P-hus').waitFor();
  await page.getByRole('heading', { level: 1, name: 'Fjordby Parkering' }).waitFor();
  await gone.kill();
  await page.locator('[data-line=reconnecting]').waitFor();
  await page.locator('[data-line=stale]').waitFor({ timeout: 15_000 });
  await page
    .getByRole('alert')
    .getByText(/No contact with the server since/)
    .waitFor();
  expect(await treeRow(visitor, 'Storgata P-hus').count()).toBe(1);
  expect(await page.getByRole('button', { name: 'Create site' }).getAttribute('aria-disabled')).toBe('true');
  await picture(visitor, 'shell-stale');
  const { port } = new URL(gone.addresses.local);
  const back = await startDaemon({ data, flags: ['--local-port', port] });
  await page.locator('[data-line=live]').waitFor();
  await daemonSays(back, visitor);
  await visitor.close();
  await back.stop();
  rmSync(data, { recursive: true, force: true });
});

test('a page that cannot be fetched says so at its address, and comes when the daemon is back', async () => {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-unfetched-'));
  const gone = await startDaemon({ provision: carParks, data });
  const visitor = await visit(gone.addresses.local);
  const { page } = visitor;
  await signIn(visitor, administrator.email, administrator.password);
  await page.getByRole('heading', { level: 1, name: 'Fjordby Parkering' }).waitFor();
  await gone.kill();
  await page.locator('[data-line=reconnecting], [data-line=stale]').waitFor();
  await page.getByRole('link', { name: 'Statistics' }).click();
  const notice = page.getByRole('main').getByRole('alert');
  await notice.getByText('The server does not answer.').waitFor();
  expect(new URL(page.url()).pathname).toMatch(/\/statistics$/);
  await notice.getByRole('button', { name: 'Retry' }).click();
  await notice.getByRole('button', { name: 'Retry' }).and(page.locator(':enabled')).waitFor();
  await picture(visitor, 'shell-page-not-loaded');
  const { port } = new URL(gone.addresses.local);
  const back = await startDaemon({ data, flags: ['--local-port', port] });
  await page.getByRole('columnheader', { name: /Start time/ }).waitFor();
  await visitor.close();
  await back.stop();
  rmSync(data, { recursive: true, force: true });
});

/** What a station or a stranger can put into the pages (SECURITY A18). */
const payload = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';

test('A18: what stations send is text on every page', async () => {
  const wire = await rawStation(daemon().addresses.ocpp16, 'STG-P1-01');
  const short = '<img onerror=harmed>';
  await wire.call('BootNotification', {
    chargePointVendor: short,
    chargePointModel: short,
    chargePointSerialNumber: short,
    firmwareVersion: payload.slice(0, 50),
  });
  await wire.call('StatusNotification', {
    connectorId: 1,
    status: 'Faulted',
    errorCode: 'OtherError',
    info: payload.slice(0, 50),
    vendorId: payload,
    vendorErrorCode: payload.slice(0, 50),
  });
  await wire.call('Authorize', { idTag: short });
  await wire.call('StartTransaction', { connectorId: 2, idTag: short, meterStart: 0, timestamp: new Date().toISOString() });
  await expect(rawStation(daemon().addresses.ocpp16, '<b onclick=x>&')).rejects.toThrow();
  const stationId = await nodeId('P1-01');
  for (const path of [
    `/${stationId}`,
    `/${stationId}/configuration`,
    `/${stationId}/configuration/control`,
    `/${stationId}/statistics`,
    '/',
  ]) {
    const { page } = await inside(path);
    await page.locator('main :is(h1, th)').first().waitFor();
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false);
    expect(await page.locator('main img[onerror], main script').count()).toBe(0);
  }
  const { page } = await inside();
  await page.getByRole('button', { name: 'Adopt' }).click();
  await page.getByText('<b onclick=x>&').waitFor();
  await wire.close();
});
