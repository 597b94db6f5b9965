import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { accessibilityFaults, picture } from '../support/browser.ts';
import { answerCall, bootedStation, chargingSite } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import { uploadFirmware, zipOf } from '../support/files.ts';
import { otherFtpServer } from '../support/ftp-server.ts';
import type { RawStation } from '../support/stations.ts';

/** More stations than a list shows at once; none of them has ever come. */
const fleet = Array.from({ length: 120 }, (_, index) => ({
  ...{ name: `H-${index + 1}`, chargeBoxId: `HVN-${index + 1}` },
  outlets: [{ connectorId: 1, plug: 'type2' as const, mode: 'RFID' as const }],
}));

let station: RawStation;
const { inside, nodeId, daemon } = consoleVisits(
  async ({ addresses }) => {
    station = await bootedStation(addresses.ocpp16, 'STG-01');
  },
  { ...chargingSite, sites: [...(chargingSite.sites ?? []), { name: 'Havna', stations: fleet }] },
);

const builtIn = {
  ...{ server: 'builtIn' as const, protocol: 'http' as const, keepDays: 90 },
  external: { url: '', user: '', allowPrivate: false, trustCertificate: false },
};

/** Asks for a log; resolves with where the station is to put it, and what it shows there. */
async function logAddress(fileName: string): Promise<Readonly<{ target: URL; authorization: string }>> {
  const stationId = await nodeId('P1-01');
  await daemon().api('fileServer.set', builtIn);
  const wanted = answerCall(station, 'GetDiagnostics', { fileName });
  await daemon().api('diagnostics.request', { stationId });
  const address = new URL(String((await wanted).location));
  const authorization = `Basic ${btoa(`${address.username}:${address.password}`)}`;
  return { target: new URL(address.pathname.replace(/\/?$/, `/${fileName}`), address.origin), authorization };
}

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
  await daemon().api('fileServer.set', builtIn);
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

test('firmware of another model is offered to no station, and sent only by somebody who was warned and insists', async () => {
  await uploadFirmware(daemon(), Buffer.from('not for this one'), { name: 'Old box 2.0', maker: 'Old Maker', model: 'Box 15' });
  const { page } = await inside(`/${await nodeId('Fjordby Parkering')}/firmware`);
  await page.locator('[data-firmware="Old box 2.0"]').getByRole('button', { name: 'Send to stations' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('No station fits.').waitFor();
  await dialog.getByLabel('Show stations of other models too').check();
  await dialog.getByLabel('Find a station').fill('p1-01');
  await dialog.getByRole('checkbox', { name: /P1-01/ }).check();
  await dialog.getByText('This firmware is for another model than P1-01. Wrong firmware can make a station useless.').waitFor();
  const asked = answerCall(station, 'UpdateFirmware', {});
  await dialog.getByRole('button', { name: 'Send to one station' }).click();
  await asked;
  await dialog.getByText('The station was told to fetch it').waitFor();
});

test('a firmware goes to a whole fleet at once, and what went wrong is counted and named', async () => {
  await uploadFirmware(daemon(), Buffer.from('for all'), { name: 'For all 3.0' });
  const { page } = await inside(`/${await nodeId('Fjordby Parkering')}/firmware`);
  const dialog = page.getByRole('dialog');
  await page.locator('[data-firmware="For all 3.0"]').getByRole('button', { name: 'Send to stations' }).click();
  await dialog.getByText('H-1', { exact: true }).waitFor();
  expect(await dialog.locator('.targets > label').count()).toBe(100);
  await dialog.getByRole('button', { name: 'Show 23 more' }).click();
  expect(await dialog.locator('.targets > label').count()).toBe(123);
  await dialog.getByLabel('Choose all 123').check();
  await dialog.getByLabel('Find a station').fill('h-12');
  expect(await dialog.locator('.targets .name').allInnerTexts()).toEqual(['H-12', 'H-120']);
  await dialog.getByLabel('Find a station').fill('');
  const asked = answerCall(station, 'UpdateFirmware', {});
  await dialog.getByRole('button', { name: 'Send to 123 stations' }).click();
  await asked;
  await dialog.getByText('1 of 123 stations were told to fetch it.').waitFor();
  await dialog.getByText('122 could not be told.').waitFor();
  expect(await dialog.locator('.outcomes li').count()).toBe(100);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  const group = page.getByRole('button', { name: /Model not known.*122 stations/ });
  await group.click();
  const members = page.locator('.stations li');
  await expect.poll(() => members.count()).toBe(101);
  await page.getByRole('button', { name: 'Show 22 more' }).click();
  await expect.poll(() => members.count()).toBe(122);
});

test.each([
  ['light', 1440],
  ['dark', 390],
] as const)('firmware and logs wait for a station that is offline, from every form, in %s at %d', async (theme, width) => {
  const name = `Waits, ${theme} ${width}`;
  await uploadFirmware(daemon(), Buffer.from(name), { name });
  const away = await nodeId('P1-02');
  const options = { theme, width };
  const shot = `${theme}-${width}`;

  const control = await inside(`/${away}/configuration/control?command=updateFirmware`, options);
  const update = control.page.getByRole('button', { name: 'Update firmware' }).last();
  expect(await update.getAttribute('aria-disabled')).toBe('true');
  await control.page.getByLabel('Send it when the station is back').check();
  await update.click();
  await control.page.getByText(/It waits for the station until 20.* and stands under/).waitFor();
  const history = control.page.locator('[data-command=updateFirmware]').first();
  await history.getByText(/Waits for the station until/).waitFor();
  expect(await accessibilityFaults(control)).toEqual([]);
  await picture(control, `firmware-waits-control-${shot}`);

  const fetching = await inside(`/${away}/configuration/control?command=getDiagnostics`, options);
  await fetching.page.getByLabel('Send it when the station is back').check();
  await fetching.page.getByRole('button', { name: 'Ask for the log' }).click();
  await fetching.page.getByText(/It waits for the station until 20.* and stands under/).waitFor();
  await picture(fetching, `firmware-waits-fetch-${shot}`);

  const files = await inside(`/${away}/configuration/files`, options);
  const ask = files.page.getByRole('button', { name: 'Ask for the log' });
  expect(await ask.getAttribute('aria-disabled')).toBe('true');
  const logs = () => daemon().api('diagnostics.list', { stationId: away });
  const before = (await logs()).length;
  await files.page.getByLabel('Send it when the station is back').check();
  await ask.click();
  await expect.poll(() => files.page.locator('[data-transfer]').count()).toBe(before + 1);
  const log = files.page.locator('[data-transfer]').first();
  await log.getByText(/Waits for the station until 20/).waitFor();
  expect(await accessibilityFaults(files)).toEqual([]);
  await picture(files, `firmware-waits-files-${shot}`);
  const [asked] = await logs();
  await daemon().api('stations.withdraw', { stationId: away, commandId: String(asked?.commandId) });
  await log.getByText('Taken back', { exact: true }).waitFor();

  const library = await inside(`/${await nodeId('Fjordby Parkering')}/firmware`, options);
  const dialog = library.page.getByRole('dialog');
  const row = library.page.locator(`[data-firmware="${name}"]`);
  await row.getByRole('button', { name: 'Send to stations' }).click();
  await dialog.getByLabel('Find a station').fill('P1-');
  for (const station of ['P1-01', 'P1-02']) await dialog.getByRole('checkbox', { name: new RegExp(station) }).check();
  await dialog.getByText('One of the chosen stations is offline.').waitFor();
  await dialog.getByLabel('Send it when the station is back').check();
  await picture(library, `firmware-waits-dialog-${shot}`);
  expect(await accessibilityFaults(library)).toEqual([]);
  const told = answerCall(station, 'UpdateFirmware', {});
  await dialog.getByRole('button', { name: 'Send to 2 stations' }).click();
  await told;
  await dialog.getByText('1 of 2 stations were told to fetch it. One waits until its station is back.').waitFor();
  await picture(library, `firmware-waits-outcome-${shot}`);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await row.getByRole('button', { expanded: false }).click();
  await row
    .locator('tbody tr', { hasText: 'P1-02' })
    .first()
    .getByText(/Waits for the station until 20/)
    .waitFor();
  await picture(library, `firmware-waits-library-${shot}`);
});

test('archives open to the texts in them; what broke off is kept and marked as partial', async () => {
  const zip = zipOf({ 'system.log': 'all is well\n', 'modem.log': 'signal weak\n' });
  for (const [name, body] of Object.entries({ 'logs.zip': zip, 'kernel.log.gz': gzipSync('kernel is fine\n') })) {
    const { target, authorization } = await logAddress(name);
    expect((await fetch(target, { method: 'PUT', body: new Uint8Array(body), headers: { authorization } })).ok).toBe(true);
  }
  const { target, authorization } = await logAddress('half.log');
  const line = connect(Number(target.port), target.hostname);
  line.on('error', () => {}).resume();
  line.write(
    `PUT ${target.pathname} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Length: 100\r\n\r\nhalf of it`,
  );
  const stationId = await nodeId('P1-01');
  const newest = async () => (await daemon().api('diagnostics.list', { stationId }))[0];
  await expect.poll(async () => (await newest())?.movedBytes).toBe(10);
  line.end();
  await expect.poll(async () => (await newest())?.files[0]?.partial).toBe(true);

  const { page } = await inside(`/${stationId}/configuration/files`);
  const dialog = page.getByRole('dialog');
  const view = async (name: string) => {
    await page.locator('[data-transfer]', { hasText: name }).getByRole('button', { name: 'View' }).click();
    await dialog.getByRole('heading', { name }).waitFor();
  };
  await view('logs.zip');
  await dialog.getByText('all is well').waitFor();
  await dialog.getByRole('combobox', { name: 'File in the archive' }).press('ArrowDown');
  await page.getByRole('option', { name: 'modem.log' }).click();
  await dialog.getByText('signal weak').waitFor();
  await dialog.getByLabel('Find in the file').fill('al');
  await page.keyboard.press('Enter');
  await dialog.getByText('2 lines have this text.').waitFor();
  // Each stands below the name of its file.
  expect(await dialog.locator('pre').innerText()).toMatch(/system\.log.*all is well.*modem\.log.*signal weak/s);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await view('kernel.log.gz');
  await dialog.getByText('kernel is fine').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.locator('[data-transfer]', { hasText: 'half.log' }).getByText('partial', { exact: true }).waitFor();
  await view('half.log');
  await dialog.getByText('The transfer broke: only the beginning of the file is here.').waitFor();
  await dialog.getByText('half of it').waitFor();
});

test('a log that the station says it has sent, and that never came, is told so', async () => {
  const { target } = await logAddress('nowhere.log');
  expect(target.protocol).toBe('http:');
  await station.call('DiagnosticsStatusNotification', { status: 'Uploaded' });
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/files`);
  await page.locator('[data-transfer]').first().getByText('No file has come').waitFor();
});

test('an external server is entered, tried in every step, and says which step failed', async () => {
  const other = await otherFtpServer('portal', 'Pass-of-another-server');
  const { page } = await inside(`/${await nodeId('Fjordby Parkering')}/fileServer`);
  const tryIt = page.getByRole('button', { name: 'Test the server' });
  await page.getByRole('radio', { name: /External/ }).check();
  expect(await tryIt.getAttribute('aria-disabled')).toBe('true');
  await page.getByLabel('Address', { exact: true }).fill('http://127.0.0.1/');
  await page.getByText('An address that begins with ftp:// or ftps://').first().waitFor();
  await page.getByLabel('Address', { exact: true }).fill(`ftp://127.0.0.1:${other.port}/stations`);
  await page.getByLabel('User', { exact: true }).fill('portal');
  await page.getByLabel('Password', { exact: true }).fill('Not-this-one');
  await page.getByLabel('It may stand in a private network').check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('A password is set. Empty keeps it.').waitFor();
  await tryIt.click();
  await page.getByText('The server cannot be used.').waitFor();
  await page.locator('.steps .bad').getByText('wrong password').waitFor();

  await page.getByLabel('Password', { exact: true }).fill('Pass-of-another-server');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => tryIt.getAttribute('aria-disabled')).toBe(null);
  await tryIt.click();
  await page.getByText('The server works.').waitFor();
  expect(await page.locator('.steps li').count()).toBe(6);
  await daemon().api('fileServer.set', builtIn);
  other.close();
});

test('the file server is tried with a button', async () => {
  const { page } = await inside(`/${await nodeId('Fjordby Parkering')}/fileServer`);
  await page.getByRole('button', { name: 'Test the server' }).click();
  await page.getByText('The server works.').waitFor();
  // Of a server that was not asked yet nothing is said.
  await page.getByRole('radio', { name: /External/ }).check();
  await page.getByText('The server works.').waitFor({ state: 'detached' });
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
