import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Provision } from '../../shared/provision.ts';
import { openBrowser, type PageOptions, signIn, type TestBrowser, type Visitor } from './browser.ts';
import { administrator, chargingSite } from './charging-site.ts';
import { startDaemon, type TestDaemon } from './daemon.ts';

export type ConsoleVisits = Readonly<{
  daemon(): TestDaemon;
  /** A window of the administrator at a path, with a live line. */
  inside(path?: string, options?: PageOptions): Promise<Visitor>;
  /** Address part of the node with this name. */
  nodeId(name: string): Promise<string>;
}>;

/**
 * A daemon with the charging site for all tests of a file, and windows of an administrator who signed in once, so that the limit on
 * sign-ins does not count each. After each test nothing may have gone wrong in the pages.
 */
export function consoleVisits(
  prepare: (daemon: TestDaemon) => Promise<void> = async () => {},
  provision: Provision = chargingSite,
): ConsoleVisits {
  let daemon: TestDaemon;
  let browser: TestBrowser;
  let first: Visitor;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    [daemon, browser] = await Promise.all([startDaemon({ provision }), openBrowser()]);
    await prepare(daemon);
    first = await browser.visit(daemon.addresses.local);
    await signIn(first, administrator.email, administrator.password);
  });
  afterAll(async () => {
    await browser?.close();
    await daemon?.stop();
  });
  afterEach(async () => {
    const problems = visitors.flatMap((visitor) => visitor.problems);
    for (const visitor of visitors.splice(0)) await visitor.context.close();
    expect(problems).toEqual([]);
  });

  async function inside(path = '/', options: PageOptions = {}): Promise<Visitor> {
    const visitor = await browser.visit(daemon.addresses.local + path, { as: first, ...options });
    visitors.push(visitor);
    await visitor.page.locator('[data-line=live]').waitFor();
    return visitor;
  }

  return {
    daemon: () => daemon,
    inside,
    async nodeId(name) {
      const { page } = await inside();
      await page.getByRole('searchbox').fill(name);
      const row = page.getByRole('treeitem', { name: new RegExp(`^${name} ?,`) });
      return (await row.getAttribute('data-node')) ?? '';
    },
  };
}
