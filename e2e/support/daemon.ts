import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFailed } from 'vitest';
import type { Provision } from '../../shared/provision.ts';
import { apiAt, type CallApi } from './api.ts';

const cli = join(import.meta.dirname, '../../daemon/charge-portal.mjs');

/** Ended with the tests, however those end. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const daemon of running) daemon.kill('SIGKILL');
});

/** What the ready file of a daemon says (DESIGN §3). */
export type Addresses = Readonly<{
  console: string;
  api: string;
  local: string;
  ocpp16: string;
  ocpp16Tls: string;
  ftp: string;
  ftps: string;
  ocpp15: string;
  ocpp16Soap: string;
  fingerprint: string;
  pid: number;
}>;

export type DaemonOptions = Readonly<{
  provision?: Provision;
  /** Further flags of `serve`. */
  flags?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** A data folder to use, which stays at the end; none: a new one, which is removed. */
  data?: string;
}>;

/** A real daemon in a process of its own. */
export type TestDaemon = Readonly<{
  addresses: Addresses;
  data: string;
  pid: number;
  /** An access token of an administrator. */
  token: string;
  /** The API as an administrator. */
  api: CallApi;
  /** The API with another token, or as a stranger with null. */
  apiAs(token: string | null): CallApi;
  /** Everything that it printed so far, both streams. */
  output(): string;
  /** SIGTERM; resolves with the exit code. A second call returns the same. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}>;

/** Starts a daemon on free ports and waits until it listens. Use `await using`, or call `stop()`. */
export async function startDaemon(options: DaemonOptions = {}): Promise<TestDaemon> {
  const scratch = mkdtempSync(join(tmpdir(), 'charge-portal-'));
  const data = options.data ?? join(scratch, 'data');
  const token = randomBytes(24).toString('hex');
  const run = spawnDaemon(scratch, data, token, options);
  const ended = new AbortController();
  const exited = once(run.process, 'exit').then(([code]) => {
    ended.abort();
    running.delete(run.process);
    rmSync(scratch, { recursive: true, force: true });
    return code as number | null; // The first argument of `exit`.
  });
  const addresses = await Promise.race([readyFile(scratch, ended.signal), exited.then(() => null)]);
  if (addresses === null) throw new Error(`The daemon ended before it listened:\n${run.output()}`);
  showOnFailure(run.output);

  const stop = () => {
    if (run.process.exitCode === null && run.process.signalCode === null) run.process.kill('SIGTERM');
    return exited;
  };
  return {
    addresses,
    data,
    token,
    pid: addresses.pid,
    api: apiAt(addresses.local, token),
    apiAs: (other) => apiAt(addresses.local, other),
    output: run.output,
    stop,
    kill: async () => {
      run.process.kill('SIGKILL');
      await exited;
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

function spawnDaemon(
  scratch: string,
  data: string,
  token: string,
  options: DaemonOptions,
): { process: ChildProcess; output(): string } {
  const flags = ['--data', data, '--host', '127.0.0.1', '--ready-file', join(scratch, 'ready.json')];
  for (const port of ['--console-port', '--local-port', '--station-port', '--station-tls-port', '--ftp-port'])
    flags.push(port, '0');
  if (options.provision) {
    const file = join(scratch, 'provision.json');
    writeFileSync(file, JSON.stringify(options.provision));
    flags.push('--provision', file);
  }
  const child = spawn(process.execPath, [cli, 'serve', ...flags, ...(options.flags ?? [])], {
    env: { ...process.env, NODE_ENV: 'production', CHARGE_PORTAL_BOOTSTRAP_TOKEN: token, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      output = (output + part).slice(-200_000);
    });
  }
  return { process: child, output: () => output };
}

/** Resolves when the ready file is there; it appears complete. */
function readyFile(folder: string, ended: AbortSignal): Promise<Addresses> {
  const file = join(folder, 'ready.json');
  return new Promise((resolve) => {
    const look = () => existsSync(file) && resolve(JSON.parse(readFileSync(file, 'utf8')));
    watch(folder, { signal: ended }, look);
    look();
  });
}

/** Inside a test; in a hook there is no test to attach to. */
function showOnFailure(output: () => string): void {
  try {
    onTestFailed(() => console.log(`--- output of the daemon ---\n${output()}`));
  } catch {
    // Started by a hook: its test asks for output() itself.
  }
}
