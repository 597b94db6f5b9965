import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Provision } from '../../shared/provision.ts';
import { keptInBrowser, openBrowser, type PageOptions, picture, signIn, type TestBrowser, type Visitor } from './browser.ts';
import { administrator, chargingSite } from './charging-site.ts';
import { startDaemon, type TestDaemon } from './daemon.ts';
import { watchTree } from './live.ts';

export type ConsoleVisits = Readonly<{
  daemon(): TestDaemon;
  /** A window at an address or a path of the console, as a stranger unless `as` says more. */
  visit(place?: string, options?: PageOptions): Promise<Visitor>;
  /** A window of the administrator at a path, with a live line. */
  inside(path?: string, options?: PageOptions): Promise<Visitor>;
  /** Address part of the node with this name. */
  nodeId(name: string): Promise<string>;
}>;

/**
 * A daemon with the charging site for all tests of a file, and windows of an administrator who signed in once, so that the limit on
 * sign-ins does not count each. After each test nothing may have gone wrong in the pages; those of a test that failed are kept as pictures.
 */
export function consoleVisits(
  prepare: (daemon: TestDaemon) => Promise<void> = async () => {},
  provision: Provision = chargingSite,
): ConsoleVisits {
  let daemon: TestDaemon;
  let browser: TestBrowser;
  let first: Visitor;
  let forget: () => Promise<void>;
  const visitors: Visitor[] = [];

  beforeAll(async () => {
    [daemon, browser] = await Promise.all([startDaemon({ provision }), openBrowser()]);
    await prepare(daemon);
    first = await browser.visit(daemon.addresses.local);
    await signIn(first, administrator.email, administrator.password);
    forget = await keptInBrowser(first);
  });
  afterAll(async () => {
    await browser?.close();
    await daemon?.stop();
  });
  afterEach(async ({ task }) => {
    const present = visitors.splice(0);
    if (task.result?.state === 'fail') {
      for (const [number, visitor] of present.entries()) await picture(visitor, `failed, ${task.name}, ${number + 1}`);
    }
    for (const visitor of present) await visitor.close();
    await forget();
    expect(present.flatMap(({ problems }) => problems)).toEqual([]);
  });

  async function visit(place = '/', options: PageOptions = {}): Promise<Visitor> {
    const visitor = await browser.visit(new URL(place, daemon.addresses.local).href, options);
    visitors.push(visitor);
    return visitor;
  }

  return {
    daemon: () => daemon,
    visit,
    async inside(path, options) {
      const visitor = await visit(path, { as: first, ...options });
      await visitor.page.locator('[data-line=live]').waitFor();
      return visitor;
    },
    async nodeId(name) {
      await using tree = await watchTree(`${daemon.addresses.local.replace('http', 'ws')}/api`, daemon.token);
      return tree.nodeId(name);
    },
  };
}

/** A row of the navigation tree. */
export const treeRow = ({ page }: Visitor, name: string) => page.getByRole('treeitem', { name: new RegExp(`^${name} ?,`) });
