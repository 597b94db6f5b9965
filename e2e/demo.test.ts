import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { demoAccounts, demoStations } from '../simulator/demo-site.ts';
import { startDaemon, type TestDaemon } from './support/daemon.ts';
import { watchTree } from './support/live.ts';

const within = (ms: number) => AbortSignal.timeout(ms);

function dataFolder(): string {
  const data = mkdtempSync(join(tmpdir(), 'demo-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  return data;
}

const watch = (daemon: TestDaemon) => watchTree(`${daemon.addresses.local.replace('http', 'ws')}/api`, daemon.token);

test('a newcomer sees charging within ten seconds of the first listen, every state, and a week behind it', async () => {
  const data = dataFolder();
  {
    await using daemon = await startDaemon({ data, flags: ['--demo'] });
    const tooLate = within(10_000);
    await using watcher = await watch(daemon);
    await Promise.any(demoStations().map((station) => watcher.shows(station.name, 'charging')));
    expect(tooLate.aborted).toBe(false);
    await Promise.all([
      watcher.shows('Garage 3', 'fault'),
      watcher.shows('Bay P2 3', 'reserved'),
      watcher.shows('Bay P2 4', 'offline'),
    ]);

    const past = await daemon.api('sessions.totals', {
      nodeId: null,
      filters: [{ column: 'state', op: 'in', values: ['ended'] }],
    });
    expect(past.count).toBeGreaterThan(250);
    expect(past.users).toBeGreaterThan(8);
    for (const { email, password } of demoAccounts) {
      const { me } = await daemon.apiAs(null)('account.signIn', { email, password, bearer: true });
      expect(me.email).toBe(email);
    }
    expect(daemon.output()).toContain('admin@demo.example');
    expect(daemon.output()).toMatch(/"station":"BRY-P2-02","deviation":"noSubprotocol"/);
  }

  await using again = await startDaemon({ data, flags: ['--demo'] });
  const { count } = await again.api('sessions.totals', {
    nodeId: null,
    filters: [{ column: 'state', op: 'in', values: ['stopNotReported'] }],
  });
  expect(count).toBe(0);
  await using watcher = await watch(again);
  await Promise.any(demoStations().map((station) => watcher.shows(station.name, 'charging')));
}, 60_000);

test('a demo does not mix with sites that are there', async () => {
  const data = dataFolder();
  await (await startDaemon({ data, provision: { sites: [{ name: 'Mine' }] } })).stop();
  await expect(startDaemon({ data, flags: ['--demo'] })).rejects.toThrow(/--demo needs an empty data folder/);
}, 30_000);
