import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stationsOf } from '../bench/support/servers.ts';
import { startDaemon } from '../e2e/support/daemon.ts';
import { seededRandom } from '../simulator/random.ts';
import { Ledger } from './support/ledger.ts';
import { QueueingStation } from './support/queueing-station.ts';

export type KillTask = Readonly<{ rounds: number; stations: number; seed: number; say(line: string): void }>;
export type KillReport = Readonly<{ acknowledged: number; repeated: number; problems: readonly string[] }>;

const databaseName = 'charge-portal.db';

/**
 * SECURITY R1, R2: the daemon is killed at random moments under load and started again; the stations repeat what was not acknowledged.
 * After each start every message that was ever acknowledged is looked for in the database: none lost, none twice, and the file is sound.
 */
export async function killOverAndOver({ rounds, stations: count, seed, say }: KillTask): Promise<KillReport> {
  const data = mkdtempSync(join(tmpdir(), 'charge-portal-kill-'));
  const random = seededRandom(seed);
  const ledger = new Ledger();
  const stations = Array.from({ length: count }, (_, number) => new QueueingStation(number, ledger, random.fork(`${number}`)));
  const start = () => startDaemon({ data, flags: ['--log-level', 'error'] });
  try {
    await (await startDaemon({ data, provision: stationsOf(count) })).stop();
    for (let round = 1; round <= rounds; round++) {
      const daemon = await start();
      await Promise.all(stations.map((station) => station.comeTo(daemon.addresses.ocpp16)));
      await new Promise((resolve) => setTimeout(resolve, random.whole(20, 800)));
      for (const station of stations) station.goAway();
      await daemon.kill();
      const problems = ledger.check(join(data, databaseName));
      say(`${round} of ${rounds}: ${ledger.acknowledged} messages acknowledged so far, ${problems.length} problems`);
      if (problems.length > 0) return reportOf(ledger, problems);
    }
    const daemon = await start();
    await Promise.all(stations.map((station) => station.comeTo(daemon.addresses.ocpp16)));
    await Promise.all(stations.map((station) => station.end()));
    await daemon.stop();
    return reportOf(ledger, ledger.check(join(data, databaseName)));
  } finally {
    for (const station of stations) station.close();
    rmSync(data, { recursive: true, force: true });
  }
}

const reportOf = ({ acknowledged, repeated }: Ledger, problems: readonly string[]): KillReport => ({
  acknowledged,
  repeated,
  problems,
});

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: {
      rounds: { type: 'string', default: '100' },
      stations: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
    },
  });
  const task = { rounds: Number(flags.rounds), stations: Number(flags.stations), seed: Number(flags.seed) };
  const { acknowledged, repeated, problems } = await killOverAndOver({ ...task, say: console.log });
  for (const problem of problems.slice(0, 50)) console.log(problem);
  console.log(
    `killed ${task.rounds} times (seed ${task.seed}): ${acknowledged} acknowledged messages, ${repeated} sent again, ${problems.length} lost, doubled or wrong`,
  );
  process.exitCode = problems.length > 0 ? 1 : 0;
}
