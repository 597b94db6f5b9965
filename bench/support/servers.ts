import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type DaemonOptions, startDaemon, type TestDaemon } from '../../e2e/support/daemon.ts';
import type { Provision } from '../../shared/provision.ts';
import { identityOf } from './messages.ts';

/** A server under measurement, in a process of its own. */
export type Server = Readonly<{
  name: string;
  /** Without the station's identity. */
  url: string;
  pid: number;
  speaksOcpp: boolean;
  daemon: TestDaemon | null;
  stop(): Promise<unknown>;
}>;

export const startBare = () => startForked('bare ws', 'bare-server.ts', '/', false);
export const startOcppRpc = () => startForked('ocpp-rpc strict', 'ocpp-rpc-server.ts', '', true);

/** The real daemon, as it is shipped, with so many registered stations. */
export async function startReal(stations: number, options: DaemonOptions = {}): Promise<Server> {
  const daemon = await startDaemon({
    ...options,
    provision: stationsOf(stations),
    flags: ['--log-level', 'warn', ...(options.flags ?? [])],
  });
  return {
    name: 'Charge Portal',
    url: daemon.addresses.ocpp16,
    pid: daemon.pid,
    speaksOcpp: true,
    daemon,
    stop: () => daemon.stop(),
  };
}

/** The same without its message trace. */
export const startUntraced = async (stations: number): Promise<Server> => ({
  ...(await startReal(stations, { flags: ['--trace-megabytes', '0'] })),
  name: 'without trace',
});

async function startForked(name: string, file: string, path: string, speaksOcpp: boolean): Promise<Server> {
  const child: ChildProcess = fork(new URL(file, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port] = await once(child, 'message');
  const stop = () => {
    child.kill();
    return once(child, 'exit');
  };
  return { name, url: `ws://127.0.0.1:${port}${path === '/' ? '' : path}`, pid: child.pid ?? 0, speaksOcpp, daemon: null, stop };
}

/** A provisioning file with open outlets and no passwords, so that what is measured is the way of a message. */
export function stationsOf(count: number): Provision {
  const stations = Array.from({ length: count }, (_, index) => ({
    name: `Station ${index}`,
    chargeBoxId: identityOf(index),
    outlets: [{ connectorId: 1, mode: 'OPEN' as const }],
  }));
  const sites = [];
  for (let at = 0; at < count; at += 500) sites.push({ name: `Site ${at / 500 + 1}`, stations: stations.slice(at, at + 500) });
  return { sites };
}

/** CPU time that a process has used so far, all its threads, in µs (Linux). */
export function cpuTimeUs(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000; // In hundredths of a second, fields 14 and 15 of proc(5).
}

/** Resident memory of a process in bytes (Linux). */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) * 1024;
}
