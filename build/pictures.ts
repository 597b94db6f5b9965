// Takes the pictures of README and docs from a running demo: npm run pictures. Needs Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const pictures = join(root, 'docs', 'pictures');
const scratch = mkdtempSync(join(tmpdir(), 'charge-portal-pictures-'));
const settleMs = 20_000;
/** Texts below fields fade in. */
const fadeMs = 400;

const daemon = startDemo();
try {
  const { local } = await ready();
  // People need a while to plug in, and the curves a few samples.
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  mkdirSync(pictures, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-sync',
    ],
  });
  for (const theme of ['light', 'dark'] as const) await takeAll(browser, local, theme, theme === 'light');
  await browser.close();
} finally {
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
  rmSync(scratch, { recursive: true, force: true });
}

async function takeAll(browser: Browser, address: string, theme: 'light' | 'dark', isFirst: boolean): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: theme, locale: 'en-GB' });
  page.setDefaultTimeout(120_000);
  const take = async (name: string) => {
    await page.evaluate(() => document.fonts.ready);
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(fadeMs);
    await page.screenshot({ path: join(pictures, `${name}-${theme}.png`) });
  };
  await page.goto(address);
  await page.locator('input[autocomplete=username]').fill('admin@demo.example');
  await page.locator('input[autocomplete=current-password]').fill('admin-demo-1');
  await page.keyboard.press('Enter');
  await page.locator('[role=tree] [role=treeitem]').first().waitFor();
  await take('overview');
  await page.getByRole('link', { name: 'Statistics' }).click();
  await page.getByRole('row').nth(3).waitFor();
  await take('statistics');
  await openStation(page, 'BRY-P1-02', 'Bay P1 2');
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  await take('station');
  await page.getByRole('link', { name: 'Configuration' }).click();
  await page.getByRole('link', { name: 'RFID list' }).click();
  await page.locator('.entries [data-tag]').first().waitFor();
  const isSent = (await page.locator('[data-list-state=inStep]').count()) > 0;
  if (!isSent) await page.getByRole('button', { name: 'Send whole list' }).click();
  await page.locator('[data-list-state=inStep]').waitFor();
  await page.locator('.entries [data-place=same]').first().waitFor();
  await take('rfid-list');
  await takeConfiguration(page, take);
  if (isFirst) await moveFiles(page, address);
  await takeFiles(page, take, address);
  await page.close();
}

type Take = (name: string) => Promise<void>;

/** Control, OCPP configuration and messages of the station that is open; the messages of one that breaks the protocol. */
async function takeConfiguration(page: Page, take: Take): Promise<void> {
  await page.getByRole('link', { name: 'Configuration', exact: true }).click();
  for (const [command, verb] of Object.entries({ 'Clear tag cache': 'Clear cache', 'Trigger message': 'Ask for it' })) {
    await page.getByRole('button', { name: command }).click();
    await page.locator('.command-form').getByRole('button', { name: verb }).click();
  }
  await page.getByRole('button', { name: 'Charging profile' }).click();
  await page.getByRole('button', { name: '6 A, at night 16 A' }).click();
  await page.locator('.chart-canvas canvas').last().waitFor();
  await take('control');
  await page.getByRole('link', { name: 'OCPP configuration' }).click();
  await page.getByLabel('HeartbeatInterval', { exact: true }).fill('120');
  await page.getByRole('region', { name: 'Upload' }).waitFor();
  await take('ocpp-configuration');
  await page.getByRole('button', { name: 'Discard' }).click();
  await openStation(page, 'BRY-P2-02', 'Bay P2 2');
  await page.getByRole('link', { name: 'Messages' }).click();
  await page
    .getByRole('button', { name: /repaired/ })
    .first()
    .click();
  await page.getByText('Our reading').waitFor();
  await take('messages');
}

/** A firmware goes to a station, and a log comes from one, so that there is something to see. */
async function moveFiles(page: Page, address: string): Promise<void> {
  await openSystem(page, address, 'firmware');
  await page.getByRole('button', { name: 'Upload' }).click();
  const dialog = page.getByRole('dialog');
  const buffer = Buffer.alloc(1_400_000, 7);
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'duo22-4.13.0.bin', mimeType: 'application/octet-stream', buffer });
  for (const [label, text] of Object.entries({ Maker: 'Nordlys', Model: 'Duo 22', Version: '4.13.0' }))
    await dialog.getByRole('textbox', { name: label }).fill(text);
  await dialog.getByRole('button', { name: 'Upload' }).click();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'Send to stations' }).first().click();
  await dialog.getByRole('checkbox', { name: /Bay P1 4/ }).check();
  await dialog.getByRole('button', { name: 'Send to one station' }).click();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await openStation(page, 'BRY-P1-02', 'Bay P1 2');
  await page.getByRole('link', { name: 'Configuration', exact: true }).click();
  await page.getByRole('link', { name: 'Logs and firmware' }).click();
  await page.getByRole('button', { name: 'Ask for the log' }).click();
  await page.getByRole('button', { name: 'View' }).first().waitFor();
}

async function takeFiles(page: Page, take: Take, address: string): Promise<void> {
  await openSystem(page, address, 'firmware');
  await page.getByRole('button', { name: /duo22/, expanded: false }).first().click();
  await page.locator('.transfer-state').first().waitFor();
  await take('firmware');
  await openSystem(page, address, 'fileServer');
  await page.getByRole('button', { name: 'Test the server' }).click();
  await page.getByText('The server works.').waitFor();
  await take('file-server');
  await openStation(page, 'BRY-P1-02', 'Bay P1 2');
  await page.getByRole('link', { name: 'Configuration', exact: true }).click();
  await page.getByRole('link', { name: 'Logs and firmware' }).click();
  await page.getByRole('button', { name: 'View' }).first().waitFor();
  await take('logs');
}

async function openStation(page: Page, chargeBoxId: string, name: string): Promise<void> {
  await page.getByRole('searchbox').first().fill(chargeBoxId);
  await page.locator('[role=treeitem]', { hasText: name }).click();
}

async function openSystem(page: Page, address: string, key: string): Promise<void> {
  await page.getByRole('searchbox').first().fill('');
  const system = await page.locator('[role=treeitem]').first().getAttribute('data-node');
  await page.goto(`${address}/${system}/${key}`);
  await page.getByRole('heading', { level: 2 }).first().waitFor();
}

function startDemo() {
  const ports = ['--console-port', '--local-port', '--station-port', '--station-tls-port', '--ftp-port'].flatMap((flag) => [
    flag,
    '0',
  ]);
  const flags = ['serve', '--demo', '--data', join(scratch, 'data'), '--ready-file', join(scratch, 'ready.json'), ...ports];
  return spawn(process.execPath, [join(root, 'daemon', 'charge-portal.mjs'), ...flags], { stdio: 'ignore' });
}

function ready(): Promise<{ local: string }> {
  const file = join(scratch, 'ready.json');
  return new Promise((resolve) => {
    const watcher = watch(scratch, () => {
      if (!existsSync(file)) return;
      watcher.close();
      resolve(JSON.parse(readFileSync(file, 'utf8')));
    });
  });
}
