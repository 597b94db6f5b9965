import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where pictures go: a folder of this machine, never the repository. The daemon refuses names of its own prefix that it does not know. */
const pictures = process.env.PICTURES_OF_TESTS ?? join(tmpdir(), 'charge-portal-pictures');

export type PageOptions = Readonly<{
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** The language that the browser asks for. */
  language?: string;
  /** Signed in already, as in a further tab of this visitor; with a language of its own, or on a device of its own, as elsewhere. */
  as?: Visitor;
  /** Another computer, which shares with `as` only who is signed in. */
  otherDevice?: boolean;
}>;

/** A browser window, and everything that went wrong in its page. */
export type Visitor = Readonly<{
  page: Page;
  context: BrowserContext;
  /** Errors in the browser's console, violations of the content security policy, exceptions. */
  problems: readonly string[];
  close(): Promise<void>;
}>;

/** One browser for the tests of a file; each visitor who is not `as` another has cookies of their own. */
export type TestBrowser = Readonly<{ visit(address: string, options?: PageOptions): Promise<Visitor>; close(): Promise<void> }>;

export async function openBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
  });
  return {
    visit: (address, options = {}) => visit(browser, address, options),
    close: () => browser.close(),
  };
}

async function visit(browser: Browser, address: string, options: PageOptions): Promise<Visitor> {
  const { theme = 'light', width = 1440, height = 900, language, as, otherDevice = false } = options;
  // A tab more costs a third of what another device does: what was loaded and compiled is there.
  const host = as && language === undefined && !otherDevice ? as.context : null;
  const context = host ?? (await openContext(browser, language ?? 'en-GB', as));
  const page = await context.newPage();
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // Strangers are refused with 401 and 429, and Chromium logs every such answer.
    const isRefusal = /status of (401|403|429)/.test(message.text()) && message.location().url.includes('/api/account.');
    // So it does with each attempt to reach a daemon that is down, be it for the code of a page.
    const isUnreached =
      /^WebSocket connection to .* failed|net::ERR_CONNECTION_REFUSED|dynamically imported module|^Error: Unable to preload CSS/.test(
        message.text(),
      );
    if (message.type() === 'error' && !isRefusal && !isUnreached) problems.push(message.text());
  });
  page.on('dialog', (dialog) => {
    problems.push(`a dialog of the browser: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return { page, context, problems, close: () => (host ? page : context).close() };
}

async function openContext(browser: Browser, language: string, as: Visitor | undefined): Promise<BrowserContext> {
  const signedIn = as && { storageState: await as.context.storageState() };
  const context = await browser.newContext({ locale: language, ...signedIn });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return context;
}

/** What the pages of a visitor keep in this browser (theme, width of the tree, …), and a way to put it back to this. */
export async function keptInBrowser({ page }: Visitor): Promise<() => Promise<void>> {
  const kept = await page.evaluate(() => ({ ...localStorage }));
  return () =>
    page.evaluate((items) => {
      localStorage.clear();
      Object.assign(localStorage, items);
    }, kept);
}

/** Fills in the sign-in form and waits until the frame stands. */
export async function signIn({ page }: Visitor, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[data-line=live]').waitFor();
}

/** What a machine can find against WCAG 2.2 AA, in words (UX 4.7). */
export async function accessibilityFaults({ page }: Visitor): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    // Our pages have no frames, whose results would be gathered in a window of its own; that takes three times as long.
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

/** Keeps a picture of what the visitor sees, for people to look at. */
export async function picture({ page }: Visitor, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name.replaceAll(/[^\p{L}\p{N},. -]/gu, '')}.png`) });
}
