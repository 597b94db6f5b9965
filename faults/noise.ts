import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDaemon, type TestDaemon } from '../e2e/support/daemon.ts';
import { handshakeStatus, rawStation, siteOf } from '../e2e/support/stations.ts';
import { simulateStation, type VirtualStation } from '../simulator/station.ts';

export type NoiseTask = Readonly<{ quiet: number; forMs: number; say(line: string): void }>;
export type NoiseReport = Readonly<{
  /** 99th percentile of the quiet stations' answer times, ms: before, and beside the noise. */
  beforeMs: number;
  besideMs: number;
  failedCalls: number;
  /** What the one that connects over and over gets in the end. */
  flapperStatus: number;
  /** Whether the daemon closed the one that sends frames too large. */
  bigFrameClosed: boolean;
}>;

const quietId = (index: number) => `QUIET-${index + 1}`;

/**
 * SECURITY R7: quiet stations call while others flood the daemon, connect over and over, send frames too large and leave handshakes
 * and sockets half open. Measures what the quiet ones notice.
 */
export async function noisyNeighbours({ quiet, forMs, say }: NoiseTask): Promise<NoiseReport> {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-noise-'));
  const ids = [...Array.from({ length: quiet }, (_, index) => quietId(index)), 'FLOOD', 'FLAP', 'BIG', 'HALF'];
  const stations: VirtualStation[] = [];
  const noise = new AbortController();
  try {
    await using daemon = await startDaemon({
      data,
      provision: { sites: siteOf(...ids.map((id) => ({ id }))) },
      flags: ['--log-level', 'error'],
    });
    const at = daemon.addresses.ocpp16;
    for (let index = 0; index < quiet; index++) stations.push(simulateStation({ url: at, chargeBoxId: quietId(index) }));
    await Promise.all(stations.map((station) => station.until(() => station.isReady)));
    const before = await measure(stations, forMs);
    say(`quiet: p99 ${before.p99Ms.toFixed(1)} ms over ${before.calls} calls`);

    const ends = makeNoise(daemon, noise.signal);
    const beside = await measure(stations, forMs);
    noise.abort();
    const [flapperStatus, bigFrameClosed] = await ends;
    say(`beside the noise: p99 ${beside.p99Ms.toFixed(1)} ms over ${beside.calls} calls, ${beside.failed} failed`);
    return { beforeMs: before.p99Ms, besideMs: beside.p99Ms, failedCalls: beside.failed, flapperStatus, bigFrameClosed };
  } finally {
    noise.abort();
    await Promise.all(stations.map((station) => station.close()));
    rmSync(data, { recursive: true, force: true });
  }
}

/** Each station calls, waits for the answer, pauses a moment and calls again. */
async function measure(
  stations: readonly VirtualStation[],
  forMs: number,
): Promise<{ p99Ms: number; calls: number; failed: number }> {
  const times: number[] = [];
  let failed = 0;
  const until = performance.now() + forMs;
  await Promise.all(
    stations.map(async (station) => {
      while (performance.now() < until) {
        const begun = performance.now();
        await station.call('Heartbeat', {}).catch(() => {
          failed += 1;
        });
        times.push(performance.now() - begun);
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    }),
  );
  times.sort((a, b) => a - b);
  return { p99Ms: times[Math.floor(times.length * 0.99)] ?? 0, calls: times.length, failed };
}

function makeNoise(daemon: TestDaemon, signal: AbortSignal): Promise<[number, boolean]> {
  const at = daemon.addresses.ocpp16;
  void flood(at, signal);
  void leaveHalfOpen(at, signal);
  slowHandshakes(at, signal);
  return Promise.all([flap(at), sendBig(at)]);
}

/** A thousand messages a second. */
async function flood(at: string, signal: AbortSignal): Promise<void> {
  const station = await rawStation(at, 'FLOOD');
  await station.call('BootNotification', { chargePointVendor: 'Loud', chargePointModel: 'L' });
  let sent = 0;
  const timer = setInterval(() => {
    for (let times = 0; times < 20; times++) station.send(JSON.stringify([2, `f${++sent}`, 'Heartbeat', {}]));
  }, 20);
  const end = () => {
    clearInterval(timer);
    station.socket.terminate();
  };
  station.socket.once('close', end);
  signal.addEventListener('abort', end);
}

/** Connects over and over; resolves with the HTTP status of the twentieth try. */
async function flap(at: string): Promise<number> {
  let status = 0;
  for (let times = 0; times < 20; times++) status = await handshakeStatus(at, 'FLAP');
  return status;
}

/** Sends 8 MiB in a frame; resolves with whether the daemon closed the connection. */
async function sendBig(at: string): Promise<boolean> {
  const station = await rawStation(at, 'BIG');
  station.send(JSON.stringify([2, 'big', 'DataTransfer', { vendorId: 'x', data: 'x'.repeat(8 * 1024 * 1024) }]));
  return (await station.closed) !== 1000;
}

async function leaveHalfOpen(at: string, signal: AbortSignal): Promise<void> {
  const station = await rawStation(at, 'HALF');
  station.socket.pause();
  signal.addEventListener('abort', () => station.socket.terminate());
}

/** Fifty that begin a handshake and never end it. */
function slowHandshakes(at: string, signal: AbortSignal): void {
  const { hostname, port, pathname } = new URL(at);
  const sockets: Socket[] = Array.from({ length: 50 }, () => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(`GET ${pathname}/SLOW HTTP/1.1\r\nHost: ${hostname}\r\nX-`),
    );
    socket.on('error', () => {});
    return socket;
  });
  signal.addEventListener('abort', () => {
    for (const socket of sockets) socket.destroy();
  });
}

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: { quiet: { type: 'string', default: '50' }, seconds: { type: 'string', default: '20' } },
  });
  const report = await noisyNeighbours({ quiet: Number(flags.quiet), forMs: Number(flags.seconds) * 1000, say: console.log });
  const isKept = report.failedCalls === 0 && report.flapperStatus === 429 && report.bigFrameClosed;
  const change = Math.round((report.besideMs / report.beforeMs - 1) * 100);
  console.log(`${isKept ? 'R7 holds' : 'R7 broken'}: p99 of the others ${change >= 0 ? '+' : ''}${change} %.`);
  process.exitCode = isKept ? 0 : 1;
}
