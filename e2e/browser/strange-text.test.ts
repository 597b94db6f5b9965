import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { answerCall, report } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import { type RawStation, rawStation } from '../support/stations.ts';

const markup = '<img src=x onerror=alert(1)>';
/** The fields of BootNotification are short. */
const short = '<b onclick=alert(1)>';

let station: RawStation;
const { inside, nodeId, daemon } = consoleVisits(async (started) => {
  station = await rawStation(started.addresses.ocpp16, 'STG-01');
  await station.call('BootNotification', { chargePointVendor: short, chargePointModel: short, firmwareVersion: markup });
  await answerCall(station, 'GetConfiguration', { configurationKey: [{ key: markup, readonly: false, value: markup }] });
  // What the standard has and the station did not tell is asked for by name.
  station.socket.on('message', (data) => {
    const [type, id, action] = JSON.parse(String(data));
    if (type === 2 && action === 'GetConfiguration') station.send(JSON.stringify([3, id, { configurationKey: [] }]));
  });
  await station.call('DataTransfer', { vendorId: markup, data: markup });
  await station.call('StatusNotification', {
    connectorId: 1,
    status: 'Faulted',
    errorCode: 'OtherError',
    info: markup,
    odd: markup,
  });
  await report(station, 2, 'Available');
});

/** Text as it was sent, and no element made of it. After each test the pages' consoles must be empty: no picture was asked for, nothing ran. */
async function isText(page: Page, text: string): Promise<void> {
  await page.getByText(text).first().waitFor();
  expect(await page.locator('img[src="x"], b[onclick]').count()).toBe(0);
}

test('A18: markup in what a station says about itself, in its state and its keys, is shown as text', async () => {
  const id = await nodeId('P1-01');
  const { page } = await inside(`/${id}/configuration/control`);
  await isText(page, `${short} ${short}`);
  await isText(page, markup);
  await page.goto(new URL(`/${id}/configuration/ocpp`, page.url()).href);
  await page.locator('[data-key]').first().waitFor();
  await isText(page, markup);
  expect(await page.getByLabel(markup, { exact: true }).inputValue()).toBe(markup);
  await page.goto(new URL(`/${await nodeId('Fjordby Parkering')}/firmware`, page.url()).href);
  await isText(page, short);
});

test('A18: markup in messages and in deviations is shown as text', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/messages`);
  await page.getByRole('button', { name: /StatusNotification.*repaired/ }).click();
  await page.locator('.details').getByText('Our reading').waitFor();
  await isText(page, markup);
  await isText(page, `odd = "${markup}"`);
});

test('A18: markup in the name and the lines of a file is shown as text, in an archive too', async () => {
  const stationId = await nodeId('P1-01');
  await daemon().api('fileServer.set', {
    ...{ server: 'builtIn', protocol: 'http', keepDays: 90 },
    external: { url: '', user: '', allowPrivate: false, trustCertificate: false },
  });
  const wanted = answerCall(station, 'GetDiagnostics', { fileName: 'log.gz' });
  await daemon().api('diagnostics.request', { stationId });
  const { origin, pathname, username, password } = new URL(String((await wanted).location));
  const name = encodeURIComponent("<img src=x onerror='alert(1)'>.gz");
  const put = await fetch(`${origin}${pathname.replace(/\/?$/, '/')}${name}`, {
    method: 'PUT',
    body: new Uint8Array(gzipSync(`first line\n${markup}\n`)),
    headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
  });
  expect(put.ok).toBe(true);
  const { page } = await inside(`/${stationId}/configuration/files`);
  await page.getByRole('button', { name: 'View' }).click();
  await page.getByText('first line').waitFor();
  await isText(page, markup);
  await isText(page, "<img src=x onerror='alert(1)'>.gz");
});
