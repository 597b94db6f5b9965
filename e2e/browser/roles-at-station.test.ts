import { beforeAll, expect, test } from 'vitest';
import type { Role } from '../../shared/model/rights.ts';
import { signIn, type Visitor } from '../support/browser.ts';
import { answerCall, bootedStation, chargingSite } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import { uploadFirmware } from '../support/files.ts';
import type { RawStation } from '../support/stations.ts';

const person = (role: Role, name: string, sites: string[] = []) => ({
  ...{ role, email: `${name}@fjordby.example`, password: 'sommerfugl 10', firstName: name, lastName: 'Berg' },
  sites,
});
const support = person('support', 'sigrid');
const siteAdministrator = person('siteAdministrator', 'jonas', ['Storgata']);

let station: RawStation;
const { visit, nodeId } = consoleVisits(
  async (started) => {
    station = await bootedStation(started.addresses.ocpp16, 'STG-01');
    await uploadFirmware(started, Buffer.from('firmware'), { name: 'Release 4.13', maker: 'Nordvolt', model: 'T22' });
  },
  { ...chargingSite, users: [...(chargingSite.users ?? []), support, siteAdministrator] },
);

let system = '';
beforeAll(async () => {
  system = await nodeId('Fjordby Parkering');
});

async function as({ email, password }: typeof support, path: string): Promise<Visitor> {
  const visitor = await visit(path);
  await signIn(visitor, email, password);
  return visitor;
}
const go = ({ page }: Visitor, path: string) => page.goto(new URL(path, page.url()).href);

test('a support user commands stations and sends firmware, and reads settings of the system without changing them', async () => {
  const visitor = await as(support, `/${await nodeId('P1-01')}/configuration/control?command=clearCache`);
  const { page } = visitor;
  const cleared = answerCall(station, 'ClearCache', { status: 'Accepted' });
  await page.getByRole('button', { name: 'Clear cache' }).last().click();
  await cleared;
  await page.locator('[data-command=clearCache]').getByText('Accepted').waitFor();
  await page.getByText('sigrid Berg').first().waitFor();

  // Accounts are not theirs to see; who may charge at the station they find by name.
  await page.getByRole('navigation', { name: 'Commands' }).getByRole('button', { name: 'Start charging' }).click();
  await page.getByLabel('Tag or user').fill('Amina');
  await page.getByRole('option', { name: /Amina Yusuf/ }).click();
  const started = answerCall(station, 'RemoteStartTransaction', { status: 'Accepted' });
  await page.locator('.command-form').getByRole('button', { name: 'Start charging' }).click();
  expect(await started).toMatchObject({ idTag: '04A1B2C3' });

  await go(visitor, `/${system}/firmware`);
  await page.getByRole('button', { name: 'Upload' }).waitFor();
  await page.getByRole('button', { name: 'Send to stations' }).waitFor();
  await go(visitor, `/${system}/fileServer`);
  const test = page.getByRole('button', { name: 'Test the server' });
  await test.waitFor();
  expect(await test.getAttribute('aria-disabled')).toBe('true');
  await page.getByText('You may read these settings. An administrator changes them.').waitFor();
  expect(await page.getByLabel('Days that files of stations are kept').isDisabled()).toBe(true);
  expect(await page.getByRole('radio', { name: /External/ }).isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0);
});

test('a site administrator has all pages of the own stations; the system and other sites are not there', async () => {
  const own = await nodeId('P1-01');
  const visitor = await as(siteAdministrator, `/${own}/configuration/messages`);
  const { page } = visitor;
  await page.locator('[data-action=BootNotification]').first().waitFor();
  for (const [tab, text] of Object.entries({
    ocpp: 'Read from the station',
    files: 'Ask for the log',
    general: 'New password',
  })) {
    await go(visitor, `/${own}/configuration/${tab}`);
    const button = page.getByRole('button', { name: text });
    await button.waitFor();
    if (tab !== 'general') expect(await button.getAttribute('aria-disabled'), tab).toBe(null);
  }
  for (const path of [`/${system}/firmware`, `/${await nodeId('B-01')}/configuration/messages`]) {
    await go(visitor, path);
    await page.getByText('This place is not there').waitFor();
  }
  await go(visitor, `/${system}/fileServer`);
  await page.getByText('These roles may open it: Administrator and Support user.').waitFor();
});
