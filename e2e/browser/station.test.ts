import { expect, test } from 'vitest';
import { accessibilityFaults, picture } from '../support/browser.ts';
import { answerCall, bootedStation, meterValues, report, startTransaction } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import type { RawStation } from '../support/stations.ts';

let station: RawStation;
const { inside, nodeId, daemon } = consoleVisits(async ({ addresses }) => {
  station = await bootedStation(addresses.ocpp16, 'STG-01');
});

/** What the station answers from now on; what the standard has besides is asked for by name, in several questions. */
function tells(configurationKey: readonly object[]): void {
  told?.();
  const answer = (data: unknown) => {
    const [type, id, action] = JSON.parse(String(data));
    if (type === 2 && action === 'GetConfiguration') station.send(JSON.stringify([3, id, { configurationKey }]));
  };
  station.socket.on('message', answer);
  told = () => station.socket.off('message', answer);
}
let told: (() => void) | undefined;

const historyOf = (page: Awaited<ReturnType<typeof inside>>['page'], kind: string) =>
  page.locator(`[data-command=${kind}]`).first();

test('remote start from the page until charging is seen, live, and stop again with its confirmation (M30)', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration`);
  const card = page.getByRole('article', { name: 'Outlet 1' });
  await card.getByRole('button', { name: 'Start' }).click();
  await page.getByLabel('Tag or user').fill('Amina');
  await page.getByRole('option', { name: /Amina Yusuf/ }).click();
  const asked = answerCall(station, 'RemoteStartTransaction', { status: 'Accepted' });
  await page.getByRole('button', { name: 'Start charging', exact: true }).last().click();
  expect(await asked).toEqual({ connectorId: 1, idTag: '04A1B2C3' });
  const started = historyOf(page, 'remoteStart');
  await started.getByText('Waiting for the cable and the car').waitFor();

  const startedAt = Date.now();
  const transactionId = await startTransaction(station, 1, '04A1B2C3', startedAt);
  await report(station, 1, 'Charging');
  await meterValues(station, 1, transactionId, startedAt + 1, 20, 11_000);
  await started.getByText('Charging has begun').waitFor();
  await card.getByText('Charging', { exact: true }).waitFor();
  await card.getByText('11.0').waitFor();
  await card.getByText('Amina Yusuf').waitFor();

  const stopAsked = answerCall(station, 'RemoteStopTransaction', { status: 'Accepted' });
  await card.getByRole('button', { name: 'Stop' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/Outlet 1, Amina Yusuf, 0\.02/).waitFor();
  await dialog.getByRole('button', { name: 'Stop charging' }).click();
  expect(await stopAsked).toEqual({ transactionId });
  await station.call('StopTransaction', {
    transactionId,
    timestamp: new Date().toISOString(),
    meterStop: 100_050,
    reason: 'Remote',
  });
  await report(station, 1, 'Available');
  await historyOf(page, 'remoteStop').getByText('Charging has stopped').waitFor();
  await card.getByRole('button', { name: 'Start' }).waitFor();
});

test('a reboot names the sessions that it stops; refusals stand in the history in the station’s own word', async () => {
  const id = await nodeId('P1-01');
  const transactionId = await startTransaction(station, 2, '0499AA', Date.now());
  await report(station, 2, 'Charging');
  const { page } = await inside(`/${id}/configuration/control?command=reset`);
  await page.getByText('This stops one session.').waitFor();
  await page.getByText(/Outlet 2, Erik Aas/).waitFor();
  const asked = answerCall(station, 'Reset', { status: 'Rejected' });
  await page.getByRole('radio', { name: /Hard/ }).check();
  await page.getByRole('button', { name: 'Reboot now' }).click();
  expect(await asked).toEqual({ type: 'Hard' });
  const reset = historyOf(page, 'reset');
  await reset.getByText('Rejected', { exact: true }).waitFor();
  await reset.getByText('The station will not restart now').waitFor();

  const unlocked = answerCall(station, 'UnlockConnector', { status: 'UnlockFailed' });
  await page.getByRole('button', { name: 'Unlock connector' }).click();
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await unlocked;
  await historyOf(page, 'unlock').getByText('UnlockFailed').waitFor();
  await station.call('StopTransaction', { transactionId, timestamp: new Date().toISOString(), meterStop: 100_050 });
  await report(station, 2, 'Available');
});

test('commands of a station that is offline stay visible and say why they wait', async () => {
  const { page } = await inside(`/${await nodeId('P1-02')}/configuration`);
  await page.getByText('The station has never connected.').first().waitFor();
  const button = page.locator('.command-form .send button');
  expect(await button.getAttribute('aria-disabled')).toBe('true');
});

test('settings are saved, and a change that somebody else made meanwhile is not overwritten (M28)', async () => {
  const id = await nodeId('P1-02');
  const { page } = await inside(`/${id}/configuration/general`);
  const name = page.getByLabel('Name', { exact: true });
  await expect.poll(() => name.inputValue()).toBe('P1-02');
  const { version } = await daemon().api('tree.node', { nodeId: id });
  await daemon().api('tree.update', { nodeId: id, version, description: 'by another hand' });
  await page.getByLabel('Description').fill('by me');
  await page.getByRole('button', { name: 'Save' }).first().click();
  await page.getByText(/Changed by .* while you were editing|Somebody changed this meanwhile/).waitFor();
  expect(await page.getByLabel('Description').inputValue()).toBe('by me');
  await page.getByRole('button', { name: 'Reload' }).click();
  await expect.poll(() => page.getByLabel('Description').inputValue()).toBe('by another hand');
  await page.getByLabel('Description').fill('by me after all');
  await page.keyboard.press('Control+s');
  await expect.poll(async () => (await daemon().api('tree.node', { nodeId: id })).description).toBe('by me after all');
});

test('what a station measures is chosen with ticks; its own order stays, what is new comes last', async () => {
  const visitor = await inside(`/${await nodeId('P1-01')}/configuration/ocpp`);
  const { page } = visitor;
  const key = 'MeterValuesSampledData';
  const configurationKey = [{ key, readonly: false, value: 'Voltage.L1,Energy.Active.Import.Register' }];
  tells(configurationKey);
  await page.getByRole('button', { name: 'Read from the station' }).click();
  const row = page.locator(`[data-key=${key}]`);
  await row.getByText('Voltage.L1').waitFor();
  await row.getByRole('button', { name: `Choose what ${key} measures` }).click();
  const choice = page.getByRole('dialog', { name: `Choose what ${key} measures` });
  expect(await choice.getByRole('checkbox', { name: 'Voltage.L1' }).isChecked()).toBe(true);
  await choice.getByRole('checkbox', { name: 'Energy.Active.Import.Register' }).uncheck();
  await choice.getByRole('checkbox', { name: 'Power.Active.Import' }).check();
  await choice.getByRole('checkbox', { name: 'SoC' }).check();
  const value = 'Voltage.L1,Power.Active.Import,SoC';
  expect(await choice.getByLabel('As text, with commas between').inputValue()).toBe(value);
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await page.keyboard.press('Escape');
  const written = answerCall(station, 'ChangeConfiguration', { status: 'Accepted' });
  await page.getByRole('button', { name: 'Upload' }).click();
  expect(await written).toEqual({ key, value });
  await row.getByText('The station uses the new value').waitFor();
});

test('a new password is shown once', async () => {
  const { page } = await inside(`/${await nodeId('P1-02')}/configuration/general`);
  await page.getByRole('radio', { name: /1 · Password/ }).check();
  await page.getByRole('button', { name: 'New password' }).click();
  await page.getByText('Enter it in the station now.').waitFor();
  expect((await page.locator('.security code').innerText()).length).toBeGreaterThanOrEqual(16);
  await page.reload();
  await page.getByText('A password is set.').waitFor();
  expect(await page.locator('.security code').count()).toBe(0);
});

test.each(['light', 'dark'] as const)('a station’s pages can be used by everyone, in %s', async (theme) => {
  const id = await nodeId('P1-01');
  for (const part of ['control', 'general']) {
    const visitor = await inside(`/${id}/configuration/${part}`, { theme });
    await visitor.page.getByRole('heading', { name: 'P1-01' }).waitFor();
    await visitor.page
      .getByRole('button', { name: part === 'control' ? 'Start charging' : 'Save' })
      .first()
      .waitFor();
    expect(await accessibilityFaults(visitor)).toEqual([]);
    await picture(visitor, `station-${part}-${theme}`);
  }
});

test.each([390, 1440])(
  'what is wider or longer than a window of %i px scrolls inside it, never the window itself',
  async (width) => {
    const [station, system] = [await nodeId('P1-01'), await nodeId('Fjordby Parkering')];
    const tabs = ['control?command=setChargingProfile', 'ocpp', 'messages', 'files', 'general'];
    const paths = [...tabs.map((tab) => `/${station}/configuration/${tab}`), `/${system}/firmware`, `/${system}/fileServer`];
    const { page } = await inside(paths[0], { width });
    for (const path of paths) {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole('heading', { level: 2 }).first().waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      const beyond = await page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement;
        return [scrollWidth - window.innerWidth, scrollHeight - window.innerHeight];
      });
      expect(beyond, path).toEqual([0, 0]);
    }
  },
);

test('a maker’s key says whose it is, a value that is read only its unit, and an address that nobody documented is asked about (M31)', async () => {
  const visitor = await inside(`/${await nodeId('P1-01')}/configuration/ocpp`);
  const { page } = visitor;
  const configurationKey = [
    { key: 'WebsocketPongTimeout', readonly: true, value: '5' },
    { key: 'PowerActiveImportDeltaForEagerMeterValueSample', readonly: false, value: '0' },
    { key: 'LocalPreAuthorize', readonly: false, value: '1' },
    { key: 'X_ServerUrl', readonly: false, value: 'ws://old' },
  ];
  tells(configurationKey);
  await page.getByRole('button', { name: 'Read from the station' }).click();
  const row = (key: string) => page.locator(`[data-key=${key}]`);
  await row('WebsocketPongTimeout').getByText('read only · as EVerest documents it').waitFor();
  expect(await row('WebsocketPongTimeout').locator('.value').innerText()).toMatch(/^5\s*s\s/);
  await row('PowerActiveImportDeltaForEagerMeterValueSample').getByText('as Zaptec documents it').waitFor();
  expect(await row('LocalPreAuthorize').getByRole('option').allInnerTexts()).toEqual(['1', '0']);
  await row('X_ServerUrl').getByText('Can cut the station off').waitFor({ state: 'attached' });
  await row('X_ServerUrl').getByText('Not documented').waitFor();
  await row('X_ServerUrl').getByRole('textbox').fill('ws://new');
  expect(await accessibilityFaults(visitor)).toEqual([]);
  await picture(visitor, 'ocpp-configuration-makers');
  await page.getByRole('button', { name: 'Upload' }).click();
  const asked = page.getByRole('dialog', { name: 'Write what can cut the station off?' });
  const written = answerCall(station, 'ChangeConfiguration', { status: 'Accepted' });
  await asked.getByRole('button', { name: 'Upload' }).click();
  expect(await written).toEqual({ key: 'X_ServerUrl', value: 'ws://new' });
});
