import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { TestDaemon } from '../e2e/support/daemon.ts';
import type { CrowdTask, FromCrowd, ToCrowd } from './support/crowd.ts';
import { residentBytes, type Server, startBare, startReal } from './support/servers.ts';

/**
 * Many idle stations: memory for each, beside a bare `ws` server; then all of them lose their connection and come back at once, while a
 * person uses the API. `--stations 10000`. Needs as many file descriptors (`ulimit -n`).
 */
const { values: flags } = parseArgs({ options: { stations: { type: 'string', default: '10000' } } });
const stations = Number(flags.stations);
const kilobytes = (bytes: number) => `${(bytes / 1024 / stations).toFixed(1)} KB`;

const firstPage = { nodeId: null, filters: [], sort: [], limit: 50 };

type Connected = Extract<FromCrowd, { kind: 'connected' }>;

function startCrowd(server: Server) {
  const task: CrowdTask = { url: server.url, stations, speaksOcpp: server.speaksOcpp };
  const process: ChildProcess = fork(new URL('./support/crowd.ts', import.meta.url), [JSON.stringify(task)]);
  const ask = async (order: ToCrowd): Promise<FromCrowd> => {
    process.send(order);
    const [answer] = await once(process, 'message');
    return answer as FromCrowd; // The crowd answers each order with one message.
  };
  return {
    connect: async (atOnce: number) => (await ask({ kind: 'connect', atOnce })) as Connected, // It answers in kind.
    drop: () => ask({ kind: 'drop' }),
    stop: () => process.kill(),
  };
}

/** Memory that so many connections add to a server that runs and has settled. */
async function growth(server: Server, crowd: ReturnType<typeof startCrowd>): Promise<number> {
  await wait(3000);
  const before = residentBytes(server.pid);
  const { connected, firstError } = await crowd.connect(200);
  if (connected < stations) console.log(`  only ${connected} of ${stations} connected: ${firstError}`);
  await wait(5000);
  return residentBytes(server.pid) - before;
}

/** Latency of a person's API calls until `done`, one after the other every 20 ms. */
async function watchApi(daemon: TestDaemon, done: Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  let isOver = false;
  void done.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const since = performance.now();
    await daemon.api('sessions.list', firstPage);
    times.push(performance.now() - since);
    await wait(20);
  }
  return times.sort((a, b) => a - b);
}

const bare = await startBare();
const bareCrowd = startCrowd(bare);
const bareGrowth = await growth(bare, bareCrowd);
bareCrowd.stop();
await bare.stop();
console.log(`bare ws          ${kilobytes(bareGrowth)} of memory for each of ${stations} idle connections`);

const data = mkdtempSync(join(tmpdir(), 'charge-portal-bench-'));
try {
  // Registered by a first run, so that what is measured is a daemon that did nothing but start.
  const empty = await startReal(0, { data: join(data, 'empty') });
  await wait(3000);
  const emptyBytes = residentBytes(empty.pid);
  await empty.stop();
  await (await startReal(stations, { data: join(data, 'full') })).stop();

  const real = await startReal(0, { data: join(data, 'full') });
  await wait(3000);
  console.log(
    `Charge Portal    ${kilobytes(residentBytes(real.pid) - emptyBytes)} for each registered station, before it connects`,
  );
  const crowd = startCrowd(real);
  const realGrowth = await growth(real, crowd);
  console.log(
    `Charge Portal    ${kilobytes(realGrowth)} for each idle connected station: ${kilobytes(realGrowth - bareGrowth)} above bare ws`,
  );

  console.log(`Charge Portal    ${Math.round(residentBytes(real.pid) / 1024 / 1024)} MB in all`);

  // The person has been at work for a while.
  for (let count = 0; count < 20; count++) await real.daemon?.api('sessions.list', firstPage);
  await crowd.drop();
  const storm = crowd.connect(stations);
  const times = real.daemon ? await watchApi(real.daemon, storm) : [];
  const { seconds, connected, attempts, slowestBootMs, firstError } = await storm;
  const last = times.at(-1) ?? Number.NaN;
  const p99 = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
  console.log(
    `storm            ${connected} of ${stations} back and booted in ${seconds.toFixed(1)} s, ${attempts - stations} had to try again` +
      `${firstError ? ` (${firstError})` : ''}; slowest boot answer ${slowestBootMs.toFixed(0)} ms`,
  );
  console.log(
    `                 a person's API calls meanwhile: ${times.length}, p99 ${p99.toFixed(0)} ms, slowest ${last.toFixed(0)} ms`,
  );
  crowd.stop();
  await real.stop();
} finally {
  rmSync(data, { recursive: true });
}
