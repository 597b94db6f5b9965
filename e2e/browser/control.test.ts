import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { accessibilityFaults, picture } from '../support/browser.ts';
import { answerCall, bootedStation, report, startTransaction } from '../support/charging-site.ts';
import { consoleVisits } from '../support/console-visit.ts';
import { uploadFirmware } from '../support/files.ts';
import { type RawStation, rawStation, type WireFrame } from '../support/stations.ts';

let station: RawStation;
const { inside, nodeId, daemon } = consoleVisits(async ({ addresses }) => {
  station = await bootedStation(addresses.ocpp16, 'STG-01');
  lackNamedKeys(station);
});

const form = (page: Page) => page.locator('.command-form');
const historyOf = (page: Page, kind: string) => page.locator(`[data-command=${kind}]`).first();
const rowOf = (page: Page, key: string) => page.locator(`tr[data-key="${key}"]`);
const keys = [
  { key: 'HeartbeatInterval', readonly: false, value: '300' },
  { key: 'NumberOfConnectors', readonly: true, value: '2' },
  { key: 'MeterValueSampleInterval', readonly: false, value: '60' },
  { key: 'WebSocketPingInterval', readonly: false, value: '30' },
  { key: 'LocalPreAuthorize', readonly: false, value: 'false' },
  { key: 'SupportedFeatureProfiles', readonly: true, value: 'Core,SmartCharging,Reservation' },
  { key: 'AcmeLedColour', readonly: false, value: 'green' },
];

/** Keys that an answer lacks are asked for by name: the station knows none of them. */
function lackNamedKeys({ socket, received, send }: RawStation): void {
  const answer = ([type, id, action, payload]: WireFrame) => {
    const { key } = (type === 2 && action === 'GetConfiguration' ? payload : {}) as { key?: readonly string[] }; // What it has.
    if (key) send(JSON.stringify([3, id, { unknownKey: key }]));
  };
  for (const frame of received) answer(frame);
  socket.on('message', (data) => answer(JSON.parse(String(data))));
}

test('an outlet is reserved for a user, shown, and free again after cancelling (M30)', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/control?command=reserve&outlet=2`);
  await form(page).getByLabel('Tag or user').fill('Amina');
  await page.getByRole('option', { name: /Amina Yusuf/ }).click();
  const asked = answerCall(station, 'ReserveNow', { status: 'Accepted' });
  await form(page).getByRole('button', { name: 'Reserve', exact: true }).click();
  const { reservationId, ...reservation } = await asked;
  expect(reservation).toMatchObject({ connectorId: 2, idTag: '04A1B2C3' });
  await historyOf(page, 'reserve').getByText('Kept free').waitFor();
  await report(station, 2, 'Reserved');

  await page.getByRole('button', { name: 'Cancel reservation' }).first().click();
  await form(page)
    .getByRole('radio', { name: /Outlet 2 · 04A1B2C3/ })
    .waitFor();
  const cancelled = answerCall(station, 'CancelReservation', { status: 'Accepted' });
  await form(page).getByRole('button', { name: 'Cancel reservation' }).click();
  expect(await cancelled).toEqual({ reservationId });
  await historyOf(page, 'cancelReservation').getByText('Free again').waitFor();
  await report(station, 2, 'Available');
  await form(page).getByText('Nothing is reserved here.').first().waitFor();
});

test('the station’s own word for a refused reservation is explained', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/control?command=reserve&outlet=1`);
  await form(page).getByLabel('Tag or user').fill('0499AA');
  await form(page).getByLabel('Group tag').click();
  const asked = answerCall(station, 'ReserveNow', { status: 'Faulted' });
  await form(page).getByRole('button', { name: 'Reserve', exact: true }).click();
  await asked;
  await historyOf(page, 'reserve').getByText('The outlet has a fault').waitFor();
});

test('a charging profile is put together, drawn, set, found in the composite schedule, and cleared', async () => {
  const id = await nodeId('P1-01');
  const { page } = await inside(`/${id}/configuration/control?command=setChargingProfile`);
  await form(page).getByRole('button', { name: '6 A, at night 16 A' }).click();
  await form(page).getByRole('slider', { name: 'Limits over time' }).waitFor();
  await form(page).getByRole('button', { name: 'Add a period' }).click();
  await form(page).getByLabel('Start of period 4').fill('21:00');
  await form(page).getByText('Period 4: it has to begin after the one before.').waitFor();
  await form(page).getByRole('button', { name: 'Remove period 4' }).click();
  await form(page).getByLabel('Limit of period 2, A').fill('8,5');
  const set = answerCall(station, 'SetChargingProfile', { status: 'Accepted' });
  await form(page).getByRole('button', { name: 'Set profile' }).click();
  expect(await set).toMatchObject({
    connectorId: 0,
    csChargingProfiles: {
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Recurring',
      recurrencyKind: 'Daily',
      chargingSchedule: {
        chargingRateUnit: 'A',
        chargingSchedulePeriod: [
          { startPeriod: 0, limit: 16 },
          { startPeriod: 21_600, limit: 8.5 },
          { startPeriod: 79_200, limit: 16 },
        ],
      },
    },
  });
  await historyOf(page, 'setChargingProfile').getByText('The station keeps the limit').waitFor();

  await page.getByRole('button', { name: 'Expected draw' }).click();
  const composite = answerCall(station, 'GetCompositeSchedule', {
    status: 'Accepted',
    connectorId: 0,
    scheduleStart: new Date().toISOString(),
    chargingSchedule: {
      duration: 86_400,
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [
        { startPeriod: 0, limit: 16 },
        { startPeriod: 3600, limit: 8.5 },
      ],
    },
  });
  await form(page).getByRole('button', { name: 'Ask for it' }).click();
  expect(await composite).toEqual({ connectorId: 0, duration: 86_400 });
  await form(page).getByRole('slider', { name: 'Expected draw, Whole station' }).waitFor();
  await form(page).getByRole('button', { name: 'View as table' }).click();
  await form(page).getByRole('cell', { name: '8.5' }).first().waitFor();

  await page.getByRole('button', { name: 'Clear profile' }).first().click();
  await form(page)
    .getByRole('radio', { name: /Whole station · 8.5–16/ })
    .check();
  const cleared = answerCall(station, 'ClearChargingProfile', { status: 'Accepted' });
  await form(page).getByRole('button', { name: 'Clear profile' }).click();
  expect(await cleared).toEqual({ id: 1 });
  await historyOf(page, 'clearChargingProfile').getByText('The limit is gone').waitFor();
  await expect.poll(() => form(page).getByRole('radio').count()).toBe(2);
});

test('a running session is limited, and the form names whom that hits', async () => {
  const id = await nodeId('P1-01');
  const transactionId = await startTransaction(station, 2, '0499AA', Date.now());
  await report(station, 2, 'Charging');
  const { page } = await inside(`/${id}/configuration/control?command=setChargingProfile&outlet=2`);
  await form(page)
    .getByRole('radio', { name: /Running session/ })
    .check();
  await form(page).getByText('One session may slow down.').waitFor();
  await form(page)
    .getByText(/Outlet 2, Erik Aas/)
    .waitFor();
  await form(page).getByRole('button', { name: '10 A', exact: true }).click();
  const set = answerCall(station, 'SetChargingProfile', { status: 'NotSupported' });
  await form(page).getByRole('button', { name: 'Set profile' }).click();
  expect(await set).toMatchObject({ connectorId: 2, csChargingProfiles: { transactionId, chargingProfilePurpose: 'TxProfile' } });
  await historyOf(page, 'setChargingProfile').getByText('The station does not support this').waitFor();
  await station.call('StopTransaction', { transactionId, timestamp: new Date().toISOString(), meterStop: 100_050 });
  await report(station, 2, 'Available');
});

test('what only the maker has defined is sent, and its answer shown', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/control?command=dataTransfer`);
  await form(page).getByLabel('Vendor id').fill('com.acme');
  await form(page).getByLabel('Data', { exact: false }).last().fill('{"led":"blue"}');
  const asked = answerCall(station, 'DataTransfer', { status: 'Accepted', data: 'led is blue' });
  await form(page).getByRole('button', { name: 'Send data' }).click();
  expect(await asked).toEqual({ vendorId: 'com.acme', data: '{"led":"blue"}' });
  await form(page).getByText('led is blue').waitFor();
});

test('the configuration is read, edited in place, and only what changed is uploaded, each answer at its row (M31)', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/ocpp`);
  await page.getByText('No parameters known').waitFor();
  const asksForAll = (frame: WireFrame) => frame[2] === 'GetConfiguration' && Object.keys(frame[3] ?? {}).length === 0;
  const read = station.next(asksForAll);
  await page.getByRole('button', { name: 'Read from the station' }).click();
  station.send(JSON.stringify([3, (await read)[1], { configurationKey: keys }]));
  await rowOf(page, 'HeartbeatInterval').waitFor();
  await rowOf(page, 'AcmeLedColour').getByText('Not documented').waitFor();
  expect(await rowOf(page, 'NumberOfConnectors').locator('input').count()).toBe(0);
  await rowOf(page, 'WebSocketPingInterval').getByText('Can cut the station off').waitFor({ state: 'attached' });

  await page.getByLabel('HeartbeatInterval', { exact: true }).fill('soon');
  await rowOf(page, 'HeartbeatInterval')
    .getByText(/^Takes 0/)
    .waitFor();
  const upload = page.getByRole('button', { name: 'Upload' });
  expect(await upload.getAttribute('aria-disabled')).toBe('true');
  await page.getByLabel('HeartbeatInterval', { exact: true }).fill('60');
  await page.getByLabel('LocalPreAuthorize', { exact: true }).selectOption('true');
  await page.getByLabel('WebSocketPingInterval', { exact: true }).fill('45');
  await page.getByText('3 values edited').waitFor();
  await page.keyboard.press('Control+s');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('WebSocketPingInterval').waitFor();
  expect(await dialog.getByText('HeartbeatInterval').count()).toBe(0);
  const written: Record<string, unknown>[] = [];
  const answers = (async () => {
    for (let count = 0; count < 3; count++) {
      const [, id, , payload] = await station.next((frame) => frame[0] === 2 && frame[2] === 'ChangeConfiguration');
      const change = payload as { key: string; value: string }; // What ChangeConfiguration has.
      written.push(change);
      const status = { HeartbeatInterval: 'Rejected', LocalPreAuthorize: 'Accepted' }[change.key] ?? 'RebootRequired';
      station.send(JSON.stringify([3, id, { status }]));
    }
  })();
  await dialog.getByRole('button', { name: 'Upload' }).click();
  await answers;
  expect(written).toHaveLength(3);
  expect(written).toContainEqual({ key: 'WebSocketPingInterval', value: '45' });
  await rowOf(page, 'HeartbeatInterval').getByText('Rejected').waitFor();
  await rowOf(page, 'WebSocketPingInterval').getByText('Takes effect after a reboot').waitFor();
  await rowOf(page, 'LocalPreAuthorize').getByText('Accepted').waitFor();
  await page.getByText('One value takes effect only after a reboot.').waitFor();
  const id = await nodeId('P1-01');
  expect((await daemon().api('stations.configuration', { stationId: id })).forReboot).toEqual(['WebSocketPingInterval']);
  // What was refused is still there to be corrected.
  await page.getByText('One value edited').waitFor();
  expect(await page.getByLabel('HeartbeatInterval', { exact: true }).inputValue()).toBe('60');
  await rowOf(page, 'LocalPreAuthorize').getByText('was false').waitFor();
  await rowOf(page, 'LocalPreAuthorize')
    .getByRole('button', { name: /Earlier values/ })
    .click();
  await page.getByRole('dialog').getByText('false → true').waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'General' }).click();
  await page.getByRole('dialog').getByText('These values are not written to the station.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await page.waitForURL(/general$/);
});

test('a command the station does not list among its features says so', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/control?command=getLocalListVersion`);
  await form(page)
    .getByText(/does not name LocalAuthListManagement/)
    .waitFor();
  const asked = answerCall(station, 'GetLocalListVersion', { listVersion: -1 });
  await form(page).getByRole('button', { name: 'Read version' }).click();
  await asked;
  await historyOf(page, 'getLocalListVersion').getByText('The station keeps no list').waitFor();
});

test('a command waits for a station that is offline, can be withdrawn, and goes when it is back', async () => {
  const visitor = await inside(`/${await nodeId('P1-02')}/configuration/control?command=clearCache`);
  const { page } = visitor;
  const send = form(page).getByRole('button', { name: 'Clear cache' });
  expect(await send.getAttribute('aria-disabled')).toBe('true');
  await form(page).getByLabel('Send it when the station is back').check();
  await form(page)
    .getByText(/Waits until 20/)
    .waitFor();
  await send.click();
  await historyOf(page, 'clearCache')
    .getByText(/Waits for the station until/)
    .waitFor();
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await historyOf(page, 'clearCache').getByText('Taken back before it was sent').waitFor();
  await send.click();
  await historyOf(page, 'clearCache')
    .getByText(/Waits for the station until/)
    .waitFor();
  await picture(visitor, 'control-waiting');

  const back = await rawStation(daemon().addresses.ocpp16, 'STG-02');
  lackNamedKeys(back);
  // What waited and the question for the configuration come in either order, one after the other.
  const asked = [
    answerCall(back, 'ClearCache', { status: 'Accepted' }),
    answerCall(back, 'GetConfiguration', { configurationKey: [] }),
  ];
  await back.call('BootNotification', { chargePointVendor: 'Nordvolt', chargePointModel: 'T22' });
  await Promise.all(asked);
  await historyOf(page, 'clearCache').getByText('The cache is empty').waitFor();
  await back.close();
});

test('firmware of the library goes from the form, what fits first; another model’s only when the person insists (M30)', async () => {
  for (const model of ['X9', 'T22'])
    await uploadFirmware(daemon(), Buffer.from(`for ${model}`), {
      name: `${model} update`,
      version: '4.13',
      maker: 'Nordvolt',
      model,
    });
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/control?command=updateFirmware`);
  await form(page).getByText('T22 update · 4.13').waitFor();
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await form(page).getByLabel('Fetch at').fill(`${tomorrow} 03:00`);
  await form(page).getByLabel('Further tries').fill('2');
  await form(page).getByLabel('Seconds between tries').fill('60');
  const fitting = answerCall(station, 'UpdateFirmware', {});
  await form(page).getByRole('button', { name: 'Update firmware' }).click();
  expect(await fitting).toMatchObject({
    location: expect.stringContaining('firmware-2.bin'),
    retrieveDate: expect.stringContaining(`${tomorrow}T0`),
    ...{ retries: 2, retryInterval: 60 },
  });
  await form(page).getByText('The station was told to fetch T22 update').waitFor();
  await historyOf(page, 'updateFirmware').getByText('firmware-2.bin').waitFor();
  await station.call('FirmwareStatusNotification', { status: 'DownloadFailed' });
  await historyOf(page, 'updateFirmware').getByText('The station could not fetch the firmware').waitFor();

  await form(page).getByText('T22 update · 4.13').first().click();
  await page.getByRole('option', { name: 'X9 update · 4.13 (for another model)' }).click();
  await form(page).getByText('This firmware is for Nordvolt X9, and the station says that it is Nordvolt T22.').waitFor();
  const send = form(page).getByRole('button', { name: 'Update firmware' });
  expect(await send.getAttribute('aria-disabled')).toBe('true');
  await form(page).getByLabel('Send it all the same').check();
  const insisted = answerCall(station, 'UpdateFirmware', {});
  await send.click();
  await insisted;
  await form(page).getByText('The station was told to fetch X9 update').waitFor();
  await form(page).getByRole('link', { name: 'Logs and firmware' }).click();
  await page.getByText('X9 update').waitFor();
});

test('a log of a span of time is asked for from the form, to this server or to an own address', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/control?command=getDiagnostics`);
  await form(page).getByLabel('From').fill('2026-11-01 00:00');
  await form(page).getByLabel('To', { exact: false }).last().fill('2026-11-02 00:00');
  const asked = answerCall(station, 'GetDiagnostics', { fileName: 'diag.log' });
  await form(page).getByRole('button', { name: 'Ask for the log' }).click();
  expect(await asked).toMatchObject({
    location: expect.stringMatching(/^(ftp|http):\/\/.*/),
    ...{ startTime: '2026-10-31T23:00:00.000Z', stopTime: '2026-11-01T23:00:00.000Z' },
  });
  await form(page).getByText('The station was asked for its log.').waitFor();

  await form(page)
    .getByRole('radio', { name: /Own address/ })
    .check();
  await form(page).getByLabel('Address of the folder').fill('ftp://files.example/logs/');
  const own = answerCall(station, 'GetDiagnostics', {});
  await form(page).getByRole('button', { name: 'Fetch log' }).click();
  expect(await own).toMatchObject({ location: 'ftp://files.example/logs/' });
  await historyOf(page, 'getDiagnostics').getByText('The station has no log of this time').waitFor();
  await station.call('DiagnosticsStatusNotification', { status: 'UploadFailed' });
});

test('what a change of availability came to is told as it is: at once, later, and when it has happened', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/control?command=changeAvailability&outlet=1`);
  const row = historyOf(page, 'changeAvailability').locator('.outcome');
  const give = async (status: string) => {
    const asked = answerCall(station, 'ChangeAvailability', { status });
    await form(page).getByRole('button', { name: 'Take out of service' }).click();
    await asked;
  };
  await give('Accepted');
  await expect.poll(() => row.innerText()).toMatch(/Accepted\s+Changed/);
  await give('Scheduled');
  await expect.poll(() => row.innerText()).toMatch(/Scheduled\s+Takes effect when the session is over/);
  await report(station, 1, 'Unavailable');
  await expect.poll(() => row.innerText()).toMatch(/Scheduled\s+Changed/);
  await report(station, 1, 'Available');
});

test('the history keeps what was opened of it while further commands come', async () => {
  const id = await nodeId('B-01');
  const back = await bootedStation(daemon().addresses.ocpp16, 'BRY-01');
  lackNamedKeys(back);
  const triggered = async (times: number) => {
    for (let time = 0; time < times; time++) {
      const asked = answerCall(back, 'ClearCache', { status: 'Accepted' });
      await daemon().api('stations.send', { stationId: id, request: { kind: 'clearCache' } });
      await asked;
    }
  };
  await triggered(25);
  const { page } = await inside(`/${id}/configuration/control`);
  const rows = page.locator('[data-command]');
  await expect.poll(() => rows.count()).toBe(20);
  await page.getByRole('button', { name: 'Older' }).click();
  await expect.poll(() => rows.count()).toBe(25);
  await triggered(3);
  await expect.poll(() => rows.count()).toBe(28);
  await back.close();
});

test('a pending station can be set up, but not told to charge', async () => {
  const id = await nodeId('B-01');
  const { version } = await daemon().api('tree.node', { nodeId: id });
  await daemon().api('stations.update', { stationId: id, version, registration: 'pending' });
  const pending = await rawStation(daemon().addresses.ocpp16, 'BRY-01');
  lackNamedKeys(pending);
  await pending.call('BootNotification', { chargePointVendor: 'Nordvolt', chargePointModel: 'T22' });
  const { page } = await inside(`/${id}/configuration/control`);
  await page
    .getByText(/The station waits for its acceptance/)
    .first()
    .waitFor();
  const start = form(page).getByRole('button', { name: 'Start charging' });
  expect(await start.getAttribute('aria-disabled')).toBe('true');
  await page.getByRole('navigation', { name: 'Commands' }).getByRole('button', { name: 'Trigger message' }).click();
  const asked = answerCall(pending, 'TriggerMessage', { status: 'Accepted' });
  await form(page).getByRole('button', { name: 'Ask for it' }).click();
  await asked;
  await page.getByRole('link', { name: 'OCPP configuration' }).click();
  const read = answerCall(pending, 'GetConfiguration', { configurationKey: [{ key: 'Pending', readonly: false, value: '1' }] });
  await page.getByRole('button', { name: 'Read from the station' }).click();
  await read;
  await rowOf(page, 'Pending').waitFor();
  await pending.close();
  const { version: next } = await daemon().api('tree.node', { nodeId: id });
  await daemon().api('stations.update', { stationId: id, version: next, registration: 'accepted' });
});

test('the commands for tags lead to the list itself', async () => {
  const { page } = await inside(`/${await nodeId('P1-01')}/configuration/control?command=clearCache`);
  await form(page).getByRole('link', { name: 'Open the RFID list' }).click();
  await page.waitForURL(/configuration\/rfid$/);
  await page.getByRole('heading', { name: 'RFID list' }).waitFor();
});

test('a command that waited and no longer fits says so in words, in the reader’s language', async () => {
  const id = await nodeId('P1-02');
  const { page } = await inside(`/${id}/configuration/control?command=clearCache`);
  const expiresAt = Date.now() + 1500;
  await daemon().api('stations.send', {
    stationId: id,
    request: { kind: 'reserve', connectorId: 1, idTag: '04A1B2C3', expiresAt },
    waitUntil: expiresAt + 3_600_000,
  });
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(expiresAt), 3000);
  const back = await bootedStation(daemon().addresses.ocpp16, 'STG-02');
  lackNamedKeys(back);
  const row = historyOf(page, 'reserve');
  await row.getByText(/It no longer fits/).waitFor();
  expect(await row.locator('.outcome strong').textContent()).toBe('failed');
  const [told] = await daemon().api('stations.commands', { stationId: id, limit: 1 });
  expect(told).toMatchObject({ state: 'failed', answer: null, detail: { reason: 'inputInvalid' } });
  await back.close();
});

test.each(['light', 'dark'] as const)('forms and configuration can be used by everyone, in %s', async (theme) => {
  const id = await nodeId('P1-01');
  for (const [name, part] of [
    ['reserve', 'control?command=reserve'],
    ['profile', 'control?command=setChargingProfile'],
    ['composite', 'control?command=getCompositeSchedule'],
    ['clear-profile', 'control?command=clearChargingProfile'],
    ['firmware', 'control?command=updateFirmware'],
    ['diagnostics', 'control?command=getDiagnostics'],
    ['ocpp', 'ocpp'],
  ] as const) {
    const visitor = await inside(`/${id}/configuration/${part}`, { theme });
    await visitor.page.getByRole('heading', { name: 'P1-01' }).waitFor();
    await visitor.page.locator('.command-form .send, .ocpp tr[data-key], .ocpp .empty').first().waitFor();
    expect(await accessibilityFaults(visitor)).toEqual([]);
    await picture(visitor, `control-${name}-${theme}`);
    await visitor.page.setViewportSize({ width: 390, height: 844 });
    await picture(visitor, `control-${name}-${theme}-narrow`);
  }
});
