import type { Page } from 'playwright-core';
import { afterAll, expect, test } from 'vitest';
import { simulateStation, type VirtualStation } from '../../simulator/station.ts';
import { accessibilityFaults, openBrowser, picture, signIn } from '../support/browser.ts';
import { answerCall, bootedStation, chargingSite } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import type { RawStation, WireFrame } from '../support/stations.ts';

const support = { email: 'support@fjordby.example', password: 'sommerfugl 5' };
const outlets = [{ connectorId: 1, mode: 'RFID' as const }];
const cramped = { LocalAuthListMaxLength: '1' };
const oneAtATime = { key: 'SendLocalListMaxLength', readonly: true, value: '1' };
const asleep = { LocalAuthListEnabled: 'false' };
const virtual: VirtualStation[] = [];
/** A station by the book, and one that answers as the test tells it. */
let station: VirtualStation;
let raw: RawStation;
const { inside, nodeId, daemon } = consoleVisits(
  async ({ addresses }) => {
    const simulate = (chargeBoxId: string, configuration: Readonly<Record<string, string>> = {}) => {
      const made = simulateStation({ url: addresses.ocpp16, chargeBoxId, seed: 1, configuration });
      virtual.push(made);
      return made;
    };
    station = simulate('STG-01');
    simulate('CRAMPED', cramped);
    simulate('ASLEEP', asleep);
    raw = await bootedStation(addresses.ocpp16, 'BRY-01');
    const tellsKeys = ([type, id, action, payload]: WireFrame) => {
      const { key } = (type === 2 && action === 'GetConfiguration' ? payload : {}) as { key?: readonly string[] }; // What it has.
      if (key) raw.send(JSON.stringify([3, id, { configurationKey: [oneAtATime] }]));
    };
    for (const frame of raw.received) tellsKeys(frame);
    raw.socket.on('message', (data) => tellsKeys(JSON.parse(String(data))));
  },
  {
    ...chargingSite,
    sites: [
      ...(chargingSite.sites ?? []),
      {
        name: 'Kaia',
        timeZone: 'Europe/Oslo',
        stations: [
          { name: 'K-01', chargeBoxId: 'CRAMPED', outlets },
          { name: 'K-02', chargeBoxId: 'ASLEEP', outlets },
        ],
      },
    ],
    users: [...(chargingSite.users ?? []), { role: 'support', ...support, firstName: 'Siv', lastName: 'Moen' }],
  },
);
afterAll(() => Promise.all(virtual.map((each) => each.close())));

const stateOf = (page: Page, state: string) => page.locator(`[data-list-state=${state}]`);
const rowOf = (page: Page, idTag: string) => page.locator(`tr[data-tag="${idTag}"]`);
const open = async (name: string, options = {}) => inside(`/${await nodeId(name)}/configuration/rfid`, options);
/** Answers the version with this, then the list that follows with a word; resolves with the list. */
async function takesList(listVersion: number, status: string) {
  await answerCall(raw, 'GetLocalListVersion', { listVersion });
  return answerCall(raw, 'SendLocalList', { status });
}
const tagNamed = async (idTag: string) => {
  const [tag] = await daemon().api('users.tags', { search: idTag, limit: 1 });
  return tag?.id ?? '';
};

test('a station that never had a list gets it whole, and the page says when, by whom and what it holds (M30)', async () => {
  const { page } = await open('P1-01');
  await stateOf(page, 'off').getByText('Not in use').waitFor();
  await rowOf(page, '04A1B2C3').getByText('Not there yet').waitFor();
  await rowOf(page, '04A1B2C3').getByText('77705923').waitFor();
  await rowOf(page, '04A1B2C3').getByText('Amina Yusuf').waitFor();
  await rowOf(page, '04A1B2C3').getByText('amina@fjordby.example').waitFor();
  await page.getByText('200 in a message').waitFor();
  await page.getByRole('button', { name: 'Send whole list' }).click();
  await stateOf(page, 'inStep').getByText('The station knows the 2 tags').waitFor();
  expect(station.authorization.listVersion).toBe(1);
  expect(station.authorization.find('04a1b2c3')).toMatchObject({ status: 'Accepted' });
  await page.getByText('Kari Haugen · Accepted').waitFor();
  await page.getByText('2 of 2', { exact: true }).waitFor();
  await rowOf(page, '04A1B2C3').getByText('As it should be').waitFor();
});

test('a change is marked in its row, found by the filter, and goes as a difference', async () => {
  const { page } = await open('P1-01');
  await stateOf(page, 'inStep').waitFor();
  await daemon().api('users.updateTag', { tagId: await tagNamed('0499AA'), blocked: true });
  await stateOf(page, 'behind').getByText('One tag at the station is not as it should be.').waitFor();
  await rowOf(page, '0499AA').getByText('Changed since').waitFor();
  await rowOf(page, '0499AA').getByText('Blocked').waitFor();
  await page.locator('.which').getByText('All tags').click();
  await page.getByRole('option', { name: 'Only what differs (1)' }).click();
  await rowOf(page, '04A1B2C3').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Send one change' }).click();
  await stateOf(page, 'inStep').waitFor();
  expect(station.authorization.find('0499AA')).toMatchObject({ status: 'Blocked' });
  expect(station.authorization.listVersion).toBe(2);
  await page.getByText('No tag fits').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await page.getByLabel('Tag, user or group').fill('amina');
  await rowOf(page, '0499AA').waitFor({ state: 'detached' });
  await rowOf(page, '04A1B2C3').waitFor();
});

test('switched on, changes go by themselves', async () => {
  const { page } = await open('P1-01');
  await page.getByLabel('Send changes by themselves').check();
  await page.locator('input[type=checkbox]:checked:enabled').waitFor();
  await daemon().api('users.updateTag', { tagId: await tagNamed('0499AA'), blocked: false });
  await page.getByText('Local authorisation list · Accepted').waitFor();
  await stateOf(page, 'inStep').waitFor();
  expect(station.authorization.find('0499AA')).toMatchObject({ status: 'Accepted' });
  await page.getByLabel('Send changes by themselves').uncheck();
  await page.locator('input[type=checkbox]:enabled:not(:checked)').waitFor();
});

test('the version is read and the cache cleared, with the station’s word and what it means', async () => {
  const { page } = await open('P1-01');
  await page.getByRole('button', { name: 'Read version' }).click();
  await page.getByText('The station has version 3').waitFor();
  await page.getByText(/^told 20/).waitFor();
  station.authorization.remember('CACHED', { status: 'Accepted' });
  await page.getByRole('button', { name: 'Clear cache' }).click();
  await page.getByText('The cache is empty').waitFor();
  expect(station.authorization.find('CACHED')).toBeUndefined();
});

test('on its way the list tells how much of it the station has accepted; what was refused is said in words', async () => {
  await daemon().api('stations.send', {
    stationId: await nodeId('B-01'),
    request: { kind: 'getConfiguration', keys: ['SendLocalListMaxLength'] },
  });
  const { page } = await open('B-01');
  await page.getByText('1 in a message').waitFor();
  const first = takesList(0, 'Accepted');
  await page.getByRole('button', { name: 'Send whole list' }).click();
  expect(await first).toMatchObject({ updateType: 'Full', localAuthorizationList: [{ idTag: '0499AA' }] });
  await page.getByText('Whole list: 1 of 2 tags accepted').waitFor();
  await page.getByText('1 of 2', { exact: true }).waitFor();
  const second = await answerCall(raw, 'SendLocalList', { status: 'Failed' });
  expect(second).toMatchObject({ updateType: 'Differential', localAuthorizationList: [{ idTag: '04A1B2C3' }] });
  await stateOf(page, 'failed').getByText('The station could not store the list').waitFor();
  await page.getByText('Kari Haugen · Failed').waitFor();

  const again = takesList(1, 'Accepted');
  await page.getByRole('button', { name: 'Send whole list' }).click();
  await again;
  await answerCall(raw, 'SendLocalList', { status: 'Accepted' });
  await stateOf(page, 'inStep').waitFor();
});

test('a station that tells another version has lost its list, and one that keeps none says so', async () => {
  const { page } = await open('B-01');
  const tells = async (listVersion: number) => {
    const asked = answerCall(raw, 'GetLocalListVersion', { listVersion });
    await page.getByRole('button', { name: 'Read version' }).click();
    await asked;
  };
  await tells(0);
  await stateOf(page, 'lost').getByText('now tells 0').waitFor();
  await tells(-1);
  await stateOf(page, 'notSupported').getByText('keeps no list').waitFor();
});

test('more tags than the station has room for: the page says so, and why nothing can be sent', async () => {
  const { page } = await open('K-01');
  await page.getByText('1 tag', { exact: true }).waitFor();
  await page.getByLabel('Send changes by themselves').check();
  await stateOf(page, 'tooLong').getByText('2 tags may charge here, and the station has room for 1').waitFor();
  const send = page.getByRole('button', { name: 'Send whole list' });
  expect(await send.getAttribute('aria-disabled')).toBe('true');
  await send.getByText('More tags than the station has room for').waitFor({ state: 'attached' });
});

test('a list that is switched off at the station is switched on from here', async () => {
  const { page } = await open('K-02');
  await stateOf(page, 'switchedOff').getByText('LocalAuthListEnabled is false').waitFor();
  await page.getByRole('button', { name: 'Switch on' }).click();
  await stateOf(page, 'off').waitFor();
  expect(virtual.at(-1)?.configuration.isTrue('LocalAuthListEnabled')).toBe(true);
});

test('for a station that is away every button says why it rests, and the tags are there all the same', async () => {
  const { page } = await open('P1-02');
  await page.getByText('The station has never connected.').first().waitFor();
  for (const name of ['Send whole list', 'Read version', 'Clear cache'])
    expect(await page.getByRole('button', { name }).getAttribute('aria-disabled')).toBe('true');
  await rowOf(page, '04A1B2C3').waitFor();
});

test('a support user sees and sends the list, without the addresses of users', async () => {
  await using browser = { ...(await openBrowser()), [Symbol.asyncDispose]: () => browser.close() };
  const visitor = await browser.visit(daemon().addresses.local);
  await signIn(visitor, support.email, support.password);
  const { page } = visitor;
  await page.goto(`${daemon().addresses.local}/${await nodeId('P1-01')}/configuration/rfid`);
  await rowOf(page, '04A1B2C3').getByText('Amina Yusuf').waitFor();
  expect(await page.getByText('amina@fjordby.example').count()).toBe(0);
  await page.getByRole('button', { name: 'Send whole list' }).click();
  await page.getByText('Siv Moen · Accepted').waitFor();
});

test.each([
  ['P1-01', 'inStep', 'light'],
  ['P1-01', 'inStep', 'dark'],
  ['K-01', 'tooLong', 'light'],
  ['P1-02', 'off', 'dark'],
] as const)('the list can be used by everyone: %s, %s, in %s', async (name, state, theme) => {
  const visitor = await open(name, { theme });
  await stateOf(visitor.page, state).waitFor();
  await rowOf(visitor.page, '04A1B2C3').waitFor();
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await picture(visitor, `rfid-${state}-${theme}`);
  await visitor.page.setViewportSize({ width: 390, height: 844 });
  await rowOf(visitor.page, '04A1B2C3').locator('.block').waitFor();
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await picture(visitor, `rfid-${state}-${theme}-narrow`);
});
