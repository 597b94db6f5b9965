import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  accessibilityFaults,
  openBrowser,
  type PageOptions,
  picture,
  signIn,
  type TestBrowser,
  type Visitor,
} from '../support/browser.ts';
import { startDaemon, type TestDaemon } from '../support/daemon.ts';
import { rawStation } from '../support/stations.ts';

const administrator = { email: 'kari@fjordby.example', password: 'sommerfugl 7' };
const driver = { email: 'amina@fjordby.example', password: 'sommerfugl 8' };
const keeper = { email: 'jonas@fjordby.example', password: 'sommerfugl 9' };

const station = (name: string, chargeBoxId: string) => ({
  name,
  chargeBoxId,
  outlets: [
    { connectorId: 1, mode: 'OPEN' as const },
    { connectorId: 2, mode: 'RFID' as const },
  ],
});

const provision = {
  system: { name: 'Fjordby Parkering' },
  sites: [
    {
      name: 'Storgata P-hus',
      address: { text: 'Storgata 14, 0155 Fjordby' },
      timeZone: 'Europe/Oslo',
      floors: [
        { name: 'P1', stations: [station('P1-01', 'STG-P1-01'), station('P1-02', 'STG-P1-02')] },
        { name: 'P2', stations: [station('P2-01', 'STG-P2-01')] },
      ],
    },
    { name: 'Bryggen P-hus', timeZone: 'Europe/Oslo', stations: [station('B-01', 'BRY-01')] },
  ],
  users: [
    { role: 'administrator' as const, ...administrator, firstName: 'Kari', lastName: 'Haugen' },
    { role: 'evUser' as const, ...driver, firstName: 'Amina', lastName: 'Yusuf', rfid: ['04A1B2C3'] },
    { role: 'siteAdministrator' as const, ...keeper, firstName: 'Jonas', lastName: 'Lindqvist', sites: ['Bryggen P-hus'] },
  ],
};

let daemon: TestDaemon;
let browser: TestBrowser;
/** Signed in once; other visitors take over the cookies, so that the limit on sign-ins does not count them. */
let first: Visitor;
const visitors: Visitor[] = [];

beforeAll(async () => {
  [daemon, browser] = await Promise.all([startDaemon({ provision }), openBrowser()]);
  first = await browser.visit(daemon.addresses.local);
  await signIn(first, administrator.email, administrator.password);
});

afterAll(async () => {
  await browser?.close();
  await daemon?.stop();
});

/** Whoever visited, nothing may have gone wrong in the pages. */
afterEach(async () => {
  const problems = visitors.flatMap((visitor) => visitor.problems);
  for (const visitor of visitors.splice(0)) await visitor.context.close();
  expect(problems).toEqual([]);
});

async function visit(path = '/', options: PageOptions = {}): Promise<Visitor> {
  const visitor = await browser.visit(daemon.addresses.local + path, options);
  visitors.push(visitor);
  return visitor;
}

/** A window of the administrator at a path, with the tree in view. */
async function inside(path = '/', options: PageOptions = {}): Promise<Visitor> {
  const visitor = await visit(path, { as: first, ...options });
  await visitor.page.locator('[data-line=live]').waitFor();
  return visitor;
}

async function nodeId(name: string): Promise<string> {
  const { page } = await inside();
  await page.getByRole('searchbox').fill(name);
  const row = page.getByRole('treeitem', { name: new RegExp(`^${name} ?,`) });
  return (await row.getAttribute('data-node')) ?? '';
}

const treeRow = ({ page }: Visitor, name: string) => page.getByRole('treeitem', { name: new RegExp(`^${name} ?,`) });
const treeNames = ({ page }: Visitor) =>
  page.getByRole('treeitem').evaluateAll((rows) => rows.map((row) => row.querySelector('.name')?.textContent ?? ''));

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
  const visitor = await browser.visit(fresh.addresses.local);
  visitors.push(visitor);
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

test('the tree shows what a station says within a second of its message (M5)', async () => {
  const visitor = await inside();
  const { page } = visitor;
  await page.getByRole('searchbox').fill('BRY-01');
  await treeRow(visitor, 'B-01').waitFor();
  const wire = await rawStation(daemon.addresses.ocpp16, 'BRY-01');
  await wire.call('BootNotification', { chargePointVendor: 'Nordvolt', chargePointModel: 'T22' });
  const say = async (connectorId: number, status: string, errorCode = 'NoError') => {
    await wire.call('StatusNotification', { connectorId, status, errorCode });
    const answered = performance.now();
    return answered;
  };
  const shows = async (state: string) => {
    await page.locator(`[role=treeitem][data-state=${state}]`, { hasText: 'B-01' }).waitFor({ timeout: 2000 });
    return performance.now();
  };
  await say(1, 'Available');
  const said = await say(2, 'Available');
  expect((await shows('available')) - said).toBeLessThan(1000);
  const faulted = await say(1, 'Faulted', 'GroundFailure');
  expect((await shows('fault')) - faulted).toBeLessThan(1000);
  expect(await treeRow(visitor, 'Bryggen P-hus').textContent()).toContain('1 Fault');
  const left = performance.now();
  await wire.close();
  expect((await shows('offline')) - left).toBeLessThan(1500);
});

test('the tree is worked by keys as the W3C pattern says, with type-ahead, star and menu', async () => {
  const visitor = await inside();
  const { page } = visitor;
  const active = () =>
    page
      .getByRole('tree')
      .evaluate(
        (tree) => document.getElementById(tree.getAttribute('aria-activedescendant') ?? '')?.querySelector('.name')?.textContent,
      );
  await page.getByRole('tree').focus();
  await page.keyboard.press('Home');
  expect(await active()).toBe('Fjordby Parkering');
  await page.keyboard.press('ArrowRight');
  expect(await active()).toBe('Bryggen P-hus');
  await page.keyboard.press('*');
  expect(await treeNames(visitor)).toEqual(['Fjordby Parkering', 'Bryggen P-hus', 'B-01', 'Storgata P-hus', 'P1', 'P2']);
  await page.keyboard.type('p2');
  expect(await active()).toBe('P2');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await active()).toBe('P2-01');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  expect(await active()).toBe('P2');
  await page.keyboard.press('End');
  expect(await active()).toBe('P2');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'P2' }).waitFor();
  await page.keyboard.press('Shift+F10');
  const menu = page.getByRole('menu', { name: 'Actions for P2' });
  await menu.waitFor();
  const remove = menu.getByRole('menuitem', { name: 'Remove' });
  expect(await remove.getAttribute('aria-disabled')).toBe('true');
  expect(await remove.textContent()).toContain('Holds one node: remove it first');
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
});

test('search finds by name, ChargeBoxId, address and UUID, and keeps each node above once', async () => {
  const visitor = await inside();
  const { page } = visitor;
  const search = page.getByRole('searchbox');
  const found = async (text: string, name: string) => {
    await search.fill(text);
    await treeRow(visitor, name).waitFor();
    return treeNames(visitor);
  };
  expect(await found('stg-p1', 'P1-01')).toEqual(['Fjordby Parkering', 'Storgata P-hus', 'P1', 'P1-01', 'P1-02']);
  expect(await found('0155 fjordby', 'Storgata P-hus')).toEqual(['Fjordby Parkering', 'Storgata P-hus']);
  await search.fill('P2-01');
  await treeRow(visitor, 'P2-01').press('ArrowRight');
  const { outlets } = await daemon.api('stations.get', {
    stationId: (await treeRow(visitor, 'P2-01').getAttribute('data-node')) ?? '',
  });
  const names = await found(outlets[1]?.id ?? '', outlets[1]?.name ?? '');
  expect(names.slice(0, 4)).toEqual(['Fjordby Parkering', 'Storgata P-hus', 'P2', 'P2-01']);
  await search.fill('no such thing');
  await page.getByText('Nothing matches.').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await treeRow(visitor, 'Bryggen P-hus').waitFor();
});

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
  const again = await inside();
  await again.page.getByRole('link', { name: 'Oversikt' }).waitFor();
  expect(await again.page.locator('html').getAttribute('data-theme')).toBe('dark');
  await choose(/^Brukermeny/, 'Svenska');
  await page.getByRole('link', { name: 'Översikt' }).waitFor();
  await choose(/^Användarmeny/, 'English');
  await page.getByRole('link', { name: 'Overview' }).waitFor();
  await choose(/^User menu/, 'As the device');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
});

test('sites, floors and stations are made and removed from the tree (M22)', async () => {
  const visitor = await inside();
  const { page } = visitor;
  const act = async (name: string, item: string) => {
    await treeRow(visitor, name).click({ button: 'right' });
    await page.getByRole('menuitem', { name: item }).click();
  };
  await act('Fjordby Parkering', 'Create site');
  await page.getByRole('dialog').getByLabel('Name').fill('Lillevik');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { level: 1, name: 'Lillevik' }).waitFor();
  await act('Lillevik', 'Add charging station');
  await page.getByRole('dialog').getByLabel('Name').fill('L-01');
  await page.getByRole('dialog').getByLabel('ChargeBoxId').fill('STG-P1-01');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await page.getByText('Another station already has this ChargeBoxId.').waitFor();
  await page.getByRole('dialog').getByLabel('ChargeBoxId').fill('LIL-01');
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { level: 1, name: 'L-01' }).waitFor();
  await act('L-01', 'Remove');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('heading', { level: 1, name: 'Lillevik' }).waitFor();
  await act('Lillevik', 'Remove');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await treeRow(visitor, 'Lillevik').waitFor({ state: 'detached' });
});

test('a station that called in is adopted, and its password is shown once (M38)', async () => {
  await expect(rawStation(daemon.addresses.ocpp16, 'UNKNOWN-77')).rejects.toThrow();
  const visitor = await inside();
  const { page } = visitor;
  await page.getByRole('button', { name: 'Adopt' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByRole('row', { name: /UNKNOWN-77/ })
    .getByRole('button', { name: 'Adopt' })
    .click();
  // The first field takes the focus when the dialog has turned to the station; a list opened before that would close again.
  await dialog.locator('input:focus').waitFor();
  await dialog.getByLabel('Name').fill('P2-09');
  await dialog.getByLabel('Below').fill('P2');
  await page.getByRole('option', { name: /P2/ }).click();
  await dialog.getByRole('button', { name: 'Adopt' }).click();
  await page.getByRole('heading', { name: 'P2-09 is registered' }).waitFor();
  const password = (await dialog.locator('code').textContent()) ?? '';
  const wire = await rawStation(daemon.addresses.ocpp16, 'UNKNOWN-77', { password });
  await wire.call('BootNotification', { chargePointVendor: 'Nordvolt', chargePointModel: 'T22' });
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await treeRow(visitor, 'P2-09').waitFor();
  await wire.close();
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
  await visitor.page.goto(`${daemon.addresses.local}/tokens`);
  await visitor.page.getByText('These roles may open it: Administrator.').waitFor();

  const own = await visit();
  await signIn(own, driver.email, driver.password);
  await own.page.waitForURL(/\/all/);
  expect(await own.page.getByRole('tree').count()).toBe(0);
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
  const gone = await startDaemon({ provision, data });
  const visitor = await browser.visit(gone.addresses.local);
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
  await visitor.context.close();
  await back.stop();
  rmSync(data, { recursive: true, force: true });
});

/** What a station or a stranger can put into the pages (SECURITY A18). */
const payload = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script>';

test('A18: what stations send is text on every page', async () => {
  const wire = await rawStation(daemon.addresses.ocpp16, 'STG-P1-01');
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
  await expect(rawStation(daemon.addresses.ocpp16, '<b onclick=x>&')).rejects.toThrow();
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
