import { expect, test } from 'vitest';
import { accessibilityFaults, picture } from '../support/browser.ts';
import { answerCall, bootedStation } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import type { RawStation } from '../support/stations.ts';

let station: RawStation;
const { inside, nodeId, daemon } = consoleVisits(async ({ addresses }) => {
  station = await bootedStation(addresses.ocpp16, 'STG-01');
});

test('firmware is uploaded, sent to a station, and its progress is seen', async () => {
  const { page } = await inside(`/${await nodeId('Fjordby Parkering')}/firmware`);
  await page.getByText('No firmware yet').waitFor();
  await page.getByRole('button', { name: 'Upload' }).click();
  const dialog = page.getByRole('dialog');
  const file = { name: 'nordvolt-4.13.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(300_000, 7) };
  await dialog.locator('input[type=file]').setInputFiles(file);
  await dialog.getByRole('textbox', { name: 'Maker' }).fill('Nordvolt');
  await dialog.getByRole('textbox', { name: 'Model' }).fill('T22');
  await dialog.getByRole('button', { name: 'Upload' }).click();
  await dialog.getByText('Compare its checksum').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  await page.getByRole('button', { name: 'Send to stations' }).click();
  await dialog.getByRole('checkbox', { name: /P1-01/ }).check();
  const asked = answerCall(station, 'UpdateFirmware', {});
  await dialog.getByRole('button', { name: 'Send to one station' }).click();
  expect((await asked).location).toContain('nordvolt-4.13.bin');
  await dialog.getByText('The station was told to fetch it').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: /nordvolt-4\.13/, expanded: false }).click();
  await station.call('FirmwareStatusNotification', { status: 'Installed' });
  await page.locator('.list [data-state=done]').waitFor();
});

test('a log is asked for, arrives, is searched as text', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/files`);
  await daemon().api('fileServer.set', {
    ...{ server: 'builtIn', protocol: 'http', keepDays: 90 },
    external: { url: '', user: '', allowPrivate: false, trustCertificate: false },
  });
  const wanted = answerCall(station, 'GetDiagnostics', { fileName: 'diag.log' });
  await page.getByRole('button', { name: 'Ask for the log' }).click();
  const address = new URL(String((await wanted).location));
  const authorization = `Basic ${btoa(`${address.username}:${address.password}`)}`;
  const target = `${address.origin}${address.pathname.replace(/\/?$/, '/')}diag.log`;
  const sent = await fetch(target, { method: 'PUT', body: 'all is well\ncontactor welded\n', headers: { authorization } });
  expect(sent.ok).toBe(true);
  await station.call('DiagnosticsStatusNotification', { status: 'Uploaded' });
  await page.getByRole('button', { name: 'View' }).click();
  await page.getByText('all is well').waitFor();
  await page.getByLabel('Find in the file').fill('WELDED');
  await page.keyboard.press('Enter');
  await page.getByText('One line has this text.').waitFor();
});

test('the file server is tried with a button', async () => {
  const { page } = await inside(`/${await nodeId('Fjordby Parkering')}/fileServer`);
  await page.getByRole('button', { name: 'Test the server' }).click();
  await page.getByText('The server works.').waitFor();
});

test.each(['light', 'dark'] as const)('pages for files can be used by everyone, in %s', async (theme) => {
  const system = await nodeId('Fjordby Parkering');
  const files = `/${await nodeId('P1-01')}/configuration/files`;
  for (const [name, path] of Object.entries({ firmware: `/${system}/firmware`, server: `/${system}/fileServer`, files })) {
    const visitor = await inside(path, { theme });
    await visitor.page.getByRole('heading', { level: 2 }).first().waitFor();
    await visitor.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    expect(await accessibilityFaults(visitor)).toEqual([]);
    await picture(visitor, `${name}-${theme}`);
  }
});
