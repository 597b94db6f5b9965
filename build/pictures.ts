// Takes the pictures of README and docs from a running demo: npm run pictures. Needs Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const pictures = join(root, 'docs', 'pictures');
const scratch = mkdtempSync(join(tmpdir(), 'charge-portal-pictures-'));
const settleMs = 20_000;

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
  for (const theme of ['light', 'dark'] as const) await takeAll(browser, local, theme);
  await browser.close();
} finally {
  daemon.kill('SIGTERM');
  await once(daemon, 'exit');
  rmSync(scratch, { recursive: true, force: true });
}

async function takeAll(browser: Browser, address: string, theme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: theme, locale: 'en-GB' });
  page.setDefaultTimeout(120_000);
  const take = async (name: string) => {
    await page.evaluate(() => document.fonts.ready);
    await page.waitForLoadState('networkidle');
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
  await page.getByRole('searchbox').fill('BRY-P1-02');
  await page.locator('[role=treeitem]', { hasText: 'Bay P1 2' }).click();
  await page.getByRole('link', { name: 'Overview' }).click();
  await take('station');
  await page.close();
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
