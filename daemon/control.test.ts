import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askDaemon, DataFolderInUse, holdDataFolder } from './control.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'charge-portal-control-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

test('a second daemon is kept off the data folder, and one may follow when the first has ended', async () => {
  const first = await holdDataFolder(data, async () => ({ pid: 1 }));
  await expect(holdDataFolder(data, async () => ({ pid: 2 }))).rejects.toThrow(DataFolderInUse);
  expect(await askDaemon(data, { ask: 'status' })).toEqual({ pid: 1 });
  await first.close();
  expect(await askDaemon(data, { ask: 'status' })).toBeNull();
  const next = await holdDataFolder(data, async () => ({ pid: 3 }));
  await next.close();
});

test('what a killed daemon left behind keeps nobody off', async () => {
  const path = join(data, 'control.sock');
  spawnSync(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
  ]);
  expect(existsSync(path)).toBe(true);
  const held = await holdDataFolder(data, async () => ({ pid: 4 }));
  expect(await askDaemon(data, { ask: 'status' })).toEqual({ pid: 4 });
  await held.close();
});

test('a request that makes no sense, or a rule that refuses, is answered with the reason', async () => {
  const held = await holdDataFolder(data, async () => {
    throw new Error('accountUnknown');
  });
  expect(await askDaemon(data, { ask: 'resetPassword', email: 'nobody@example.org' })).toEqual({ error: 'accountUnknown' });
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(join(data, 'control.sock'), () => socket.write('{"ask":"everything"}\n'));
    socket.on('data', (part) => resolve(part.toString()));
  });
  expect(JSON.parse(answer)).toHaveProperty('error');
  await held.close();
});
