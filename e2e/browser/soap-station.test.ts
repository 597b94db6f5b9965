import { expect, test } from 'vitest';
import { accessibilityFaults } from '../support/browser.ts';
import { bootedStation } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import { boot15, post, soapAt, soapMessage } from '../support/soap.ts';

const chargeBoxId = 'STG-02';
const ownAddress = 'http://127.0.0.1:45015/ocpp';
const values =
  '<cs:connectorId>1</cs:connectorId><cs:values><cs:timestamp>2026-11-22T18:30:01Z</cs:timestamp>' +
  '<cs:value measurand="Power.Active.Import" unit="W">11040</cs:value><cs:value unit="Wh">14220</cs:value></cs:values>';

/** Stations that speak OCPP 1.5: one has told where it listens, one has not; and one that speaks JSON. */
const { inside, nodeId, daemon } = consoleVisits(async ({ addresses }) => {
  const say = (operation: string, members: string) =>
    post(soapAt(addresses), soapMessage({ chargeBoxId, operation, members, from: ownAddress }));
  await say('bootNotification', boot15);
  await say('meterValues', values);
  await post(soapAt(addresses), soapMessage({ chargeBoxId: 'BRY-01', operation: 'bootNotification', members: boot15 }));
  await bootedStation(addresses.ocpp16, 'STG-01');
});

test('the messages of a SOAP station are read in a line, and open as XML with our reading beside', async () => {
  const visitor = await inside(`/${await nodeId('P1-02')}/configuration/messages`);
  const { page } = visitor;
  await page.getByRole('button', { name: /MeterValues 1 · 11\.0.kW · 14\.22.kWh/ }).waitFor();
  await page.getByRole('button', { name: /BootNotification chargePointVendor Old Maker/ }).click();
  const details = page.locator('.details');
  await details.getByRole('heading', { name: 'Answer' }).waitFor();
  const request = await details.getByLabel('Request', { exact: true }).innerText();
  // Indented, a member a line.
  expect(request).toMatch(/^ +<cs:chargePointVendor>Old Maker<\/cs:chargePointVendor>$/m);
  await details.getByText('OCPP 1.5S').waitFor();
  await details.getByText('"chargePointVendor": "Old Maker"').waitFor();
  expect(await accessibilityFaults(visitor)).toEqual([]);
});

test('FIELD 20: why a SOAP station cannot be commanded stands on its page before anyone tries', async () => {
  const visitor = await inside(`/${await nodeId('P1-02')}/configuration/control`);
  const { page } = visitor;
  await page.getByText(`The address of the station, ${ownAddress}, may not be called.`).first().waitFor();
  expect(
    await page
      .getByRole('button', { name: /^Start/ })
      .first()
      .getAttribute('aria-disabled'),
  ).toBe('true');
  expect(await accessibilityFaults(visitor)).toEqual([]);
});

test('what OCPP 1.5 has no message for is not offered', async () => {
  const { page } = await inside(`/${await nodeId('P1-02')}/configuration/control?command=setChargingProfile`);
  const form = page.locator('.command-form');
  await form.getByText('OCPP 1.5S has no message SetChargingProfile').first().waitFor();
  expect(await form.getByRole('button', { name: 'Set profile' }).getAttribute('aria-disabled')).toBe('true');
  await page.getByRole('navigation', { name: 'Commands' }).getByRole('button', { name: 'Start charging' }).click();
  await form.getByLabel('Tag or user').waitFor();
  expect(await form.getByLabel('Limit this charging').count()).toBe(0);
});

test('a station that has not told where it listens gets no commands, and its page says why', async () => {
  const { page } = await inside(`/${await nodeId('B-01')}/configuration/control?command=clearCache`);
  await page.getByText('The station has not said where it listens').first().waitFor();
  const send = page.locator('.command-form').getByRole('button', { name: 'Clear cache' });
  expect(await send.getAttribute('aria-disabled')).toBe('true');
});

test('where a SOAP station is called and from where it may come is set on its page, wrong entries are told at once', async () => {
  const id = await nodeId('P1-02');
  const { page } = await inside(`/${id}/configuration/general`);
  await page.getByText(`The station says that it listens at ${ownAddress}, which may not be called.`).waitFor();
  // There is no connection that could be pinged.
  expect(await page.getByLabel('Seconds between pings').count()).toBe(0);
  const address = page.getByLabel('Address for calls over SOAP');
  await address.fill('10.0.3.7:8081');
  await page.getByText('An address that begins with http:// or https://').waitFor();
  await address.fill('http://10.0.3.7:8081/');
  await page.getByLabel('Allowed networks').fill('127.0.0.0/8\n10.0.3.0/24');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText('Saved', { exact: true }).waitFor();
  await page.getByText(`Empty: where the station says that it listens, ${ownAddress}`).waitFor();
  const saved = await daemon().api('stations.get', { stationId: id });
  expect(saved).toMatchObject({ callBackOverride: 'http://10.0.3.7:8081/', sourceNetworks: ['127.0.0.0/8', '10.0.3.0/24'] });

  await page.getByLabel('Allowed networks').fill('everywhere');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByRole('alert').first().waitFor();
  expect((await daemon().api('stations.get', { stationId: id })).sourceNetworks).toEqual(['127.0.0.0/8', '10.0.3.0/24']);
});

test('a station that changes from SOAP to JSON is refused until a person lets it choose anew', async () => {
  const id = await nodeId('P1-02');
  const { page } = await inside(`/${id}/configuration/general`);
  await page.getByText('The station speaks SOAP; other connections in its name are refused.').waitFor();
  await expect(bootedStation(daemon().addresses.ocpp16, chargeBoxId)).rejects.toThrow(/server response: 4\d\d/);
  await page.getByRole('button', { name: 'Let it choose anew' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Let it choose anew' }).click();
  await page.getByText('The station speaks SOAP').waitFor({ state: 'detached' });
  await bootedStation(daemon().addresses.ocpp16, chargeBoxId);
  await page.getByText('The station speaks JSON; other connections in its name are refused.').waitFor();
  await page.getByLabel('Seconds between pings').waitFor();
  // Nobody calls a station of JSON.
  expect(await page.getByLabel('Address for calls over SOAP').count()).toBe(0);
});
