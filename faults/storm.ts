import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startDaemon } from '../e2e/support/daemon.ts';
import { rowsOf, siteOf } from '../e2e/support/stations.ts';
import { simulateStation, type VirtualStation } from '../simulator/station.ts';

export type StormTask = Readonly<{ stations: number; queued: number; say(line: string): void }>;
export type StormReport = Readonly<{ backMs: number; deliveredMs: number; slowestCallMs: number; problems: readonly string[] }>;

type Tracked = { readonly station: VirtualStation; readings: number };

const idOf = (index: number) => `STORM-${index + 1}`;

/**
 * SECURITY R5: all stations charge when the daemon dies; each goes on and queues messages; it comes back, and so do they, all at once.
 * Measures how long until all are back and all is delivered, and looks in the database for every session and reading.
 */
export async function reconnectStorm({ stations: count, queued, say }: StormTask): Promise<StormReport> {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-storm-'));
  const tracked: Tracked[] = [];
  try {
    const provision = { sites: siteOf(...Array.from({ length: count }, (_, index) => ({ id: idOf(index) }))) };
    const first = await startDaemon({ data, provision, flags: ['--log-level', 'error'] });
    const port = new URL(first.addresses.ocpp16).port;
    for (let index = 0; index < count; index++) tracked.push(track(first.addresses.ocpp16, idOf(index)));
    await Promise.all(tracked.map(({ station }) => begin(station)));
    say(`${count} stations charge; the daemon is killed`);
    await first.kill();
    await Promise.all(tracked.map(({ station }) => fillQueue(station, queued)));
    say(`each has ${queued} messages in its queue; the daemon is started again`);

    await using second = await startDaemon({ data, flags: ['--log-level', 'error', '--station-port', port] });
    const begun = performance.now();
    const call = watchCalls(() => second.api('users.list', { limit: 50 }));
    await Promise.all(tracked.map(({ station }) => station.until(() => station.isReady)));
    const backMs = performance.now() - begun;
    await Promise.all(tracked.map(({ station }) => finish(station)));
    const deliveredMs = performance.now() - begun;
    const slowestCallMs = await call.end();
    say(
      `all back after ${seconds(backMs)} s, all delivered after ${seconds(deliveredMs)} s, slowest API call ${Math.round(slowestCallMs)} ms`,
    );
    return { backMs, deliveredMs, slowestCallMs, problems: tracked.flatMap((each) => compare(second, each)) };
  } finally {
    await Promise.all(tracked.map(({ station }) => station.close()));
    rmSync(data, { recursive: true, force: true });
  }
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);

function track(url: string, chargeBoxId: string): Tracked {
  const station = simulateStation({
    url,
    chargeBoxId,
    outlets: 1,
    speed: 10,
    reconnectMs: 500,
    configuration: { MeterValueSampleInterval: '1', StopTxnSampledData: '' },
  });
  const each = { station, readings: 0 };
  station.events.on('queued', ({ action }) => {
    if (action === 'MeterValues') each.readings += 1;
  });
  return each;
}

async function begin(station: VirtualStation): Promise<void> {
  await station.until(() => station.isReady);
  station.plugIn(1, { arrivesPercent: 10, pauses: [] });
  await station.swipe(1, 'ANYBODY');
  await station.until(() => station.sessions[0]?.startAcknowledged === true);
}

/** Its meter goes on reading until the queue is as long as it should be. */
async function fillQueue(station: VirtualStation, queued: number): Promise<void> {
  await station.until(() => station.queue.length >= queued);
  station.configuration.change('MeterValueSampleInterval', '0');
}

async function finish(station: VirtualStation): Promise<void> {
  station.unplug(1);
  await station.delivered();
}

/** A person's calls meanwhile, one after the other. */
function watchCalls(call: () => Promise<unknown>): { end(): Promise<number> } {
  let slowest = 0;
  let isOver = false;
  const calling = (async () => {
    while (!isOver) {
      const begun = performance.now();
      await call();
      slowest = Math.max(slowest, performance.now() - begun);
    }
  })();
  return {
    async end() {
      isOver = true;
      await calling;
      return slowest;
    },
  };
}

/** What the database has of a station beside what the station knows. */
function compare(daemon: Parameters<typeof rowsOf>[0], { station, readings }: Tracked): string[] {
  const of = 'FROM %s JOIN stations ON stations.nodeId = %s.stationId WHERE chargeBoxId = ?';
  const from = (table: string) => of.replaceAll('%s', table);
  const sessions = rowsOf(
    daemon,
    `SELECT sessions.id, state, meterStartWh, meterStopWh ${from('sessions')} ORDER BY sessions.id`,
    station.chargeBoxId,
  );
  const [kept] = rowsOf(daemon, `SELECT count(*) AS count ${from('samples')} AND context = 0`, station.chargeBoxId);
  const wanted = station.sessions.map(({ transactionId, meterStartWh, meterStopWh }) => ({
    id: transactionId,
    state: 'ended',
    meterStartWh,
    meterStopWh,
  }));
  const problems: string[] = [];
  if (JSON.stringify(sessions) !== JSON.stringify(wanted))
    problems.push(`${station.chargeBoxId}: ${JSON.stringify(sessions)} instead of ${JSON.stringify(wanted)}`);
  if (kept?.count !== readings) problems.push(`${station.chargeBoxId}: ${String(kept?.count)} readings instead of ${readings}`);
  return problems;
}

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: { stations: { type: 'string', default: '2000' }, queued: { type: 'string', default: '20' } },
  });
  const report = await reconnectStorm({ stations: Number(flags.stations), queued: Number(flags.queued), say: console.log });
  for (const problem of report.problems.slice(0, 20)) console.log(problem);
  console.log(report.problems.length === 0 ? 'R5 holds: nothing was lost.' : `R5 broken: ${report.problems.length} problems.`);
  process.exitCode = report.problems.length === 0 && report.deliveredMs < 120_000 ? 0 : 1;
}
