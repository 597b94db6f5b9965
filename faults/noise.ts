import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDaemon } from '../e2e/support/daemon.ts';
import { siteOf } from '../e2e/support/stations.ts';
import { simulateStation, type VirtualStation } from '../simulator/station.ts';
import { type NoiseMade, noisyIds } from './support/noise-maker.ts';

export type NoiseTask = Readonly<{ quiet: number; forMs: number; rounds: number; say(line: string): void }>;
export type NoiseReport = NoiseMade &
  Readonly<{
    /** Median and 99th percentile of the quiet stations' answer times, ms: alone, and beside the noise. */
    alone: Times;
    beside: Times;
    failedCalls: number;
  }>;
export type Times = Readonly<{ calls: number; p50Ms: number; p99Ms: number }>;

const quietId = (index: number) => `QUIET-${index + 1}`;

/**
 * SECURITY R7: quiet stations call while others flood the daemon, connect over and over, send frames too large and leave handshakes
 * and sockets half open. Measures what the quiet ones notice; round after round without and with the noise, since what else a machine
 * does changes from minute to minute.
 */
export async function noisyNeighbours({ quiet, forMs, rounds, say }: NoiseTask): Promise<NoiseReport> {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-noise-'));
  const ids = [...Array.from({ length: quiet }, (_, index) => quietId(index)), ...noisyIds];
  const stations: VirtualStation[] = [];
  try {
    await using daemon = await startDaemon({
      data,
      provision: { sites: siteOf(...ids.map((id) => ({ id }))) },
      flags: ['--log-level', 'error'],
    });
    const at = daemon.addresses.ocpp16;
    for (let index = 0; index < quiet; index++) stations.push(simulateStation({ url: at, chargeBoxId: quietId(index) }));
    await Promise.all(stations.map((station) => station.until(() => station.isReady)));
    const calls: Calls = { alone: [], beside: [], failed: 0 };
    let made: NoiseMade = { flapperStatus: 0, bigFrameClosed: false };
    for (let round = 0; round < rounds; round++) {
      await measure(stations, forMs, calls, 'alone');
      const noise = makeNoise(at);
      await measure(stations, forMs, calls, 'beside');
      made = await noise.end();
      const { alone, beside } = { alone: timesOf(calls.alone), beside: timesOf(calls.beside) };
      say(`${round + 1} of ${rounds}: alone ${inWords(alone)}, beside the noise ${inWords(beside)}, ${calls.failed} failed`);
    }
    return { alone: timesOf(calls.alone), beside: timesOf(calls.beside), failedCalls: calls.failed, ...made };
  } finally {
    await Promise.all(stations.map((station) => station.close()));
    rmSync(data, { recursive: true, force: true });
  }
}

type Calls = { readonly alone: number[]; readonly beside: number[]; failed: number };

/** Each station calls, waits for the answer, pauses a moment and calls again. */
async function measure(
  stations: readonly VirtualStation[],
  forMs: number,
  calls: Calls,
  when: 'alone' | 'beside',
): Promise<void> {
  const until = performance.now() + forMs;
  await Promise.all(
    stations.map(async (station) => {
      while (performance.now() < until) {
        const begun = performance.now();
        await station.call('Heartbeat', {}).catch(() => {
          calls.failed += 1;
        });
        calls[when].push(performance.now() - begun);
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    }),
  );
}

function timesOf(measured: readonly number[]): Times {
  const sorted = measured.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
  return { calls: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** The noise comes from a process of its own, so that only the daemon is between it and the quiet ones. */
function makeNoise(at: string): { end(): Promise<NoiseMade> } {
  const maker = fork(new URL('support/noise-maker.ts', import.meta.url), [at]);
  const made = once(maker, 'message') as Promise<[NoiseMade]>; // All that it sends.
  return {
    async end() {
      maker.send('end');
      const [result] = await made;
      return result;
    },
  };
}

const inWords = ({ calls, p50Ms, p99Ms }: Times) => `median ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms of ${calls} calls`;

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: {
      quiet: { type: 'string', default: '50' },
      seconds: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '6' },
    },
  });
  const report = await noisyNeighbours({
    quiet: Number(flags.quiet),
    forMs: Number(flags.seconds) * 1000,
    rounds: Number(flags.rounds),
    say: console.log,
  });
  const isKept = report.failedCalls === 0 && report.flapperStatus === 429 && report.bigFrameClosed;
  const change = Math.round((report.beside.p99Ms / report.alone.p99Ms - 1) * 100);
  console.log(
    `${isKept ? 'R7 holds' : 'R7 broken'}: ${flags.quiet} quiet stations alone ${inWords(report.alone)}, beside the noise ` +
      `${inWords(report.beside)}: p99 ${change >= 0 ? '+' : ''}${change} %, ${report.failedCalls} calls failed`,
  );
  process.exitCode = isKept ? 0 : 1;
}
