import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { FromLoad, LoadReport, LoadTask } from './support/load.ts';
import { cpuTimeUs, type Server, startBare, startOcppRpc, startReal, startUntraced } from './support/servers.ts';

/**
 * How many messages a second the daemon takes in: validated, handled and on disk before it answers; beside a bare `ws` server that only
 * echoes, and `ocpp-rpc` in strict mode that answers from memory; and the daemon without its message trace, to show what that costs. One load generator for all, in its own process, one call in flight a
 * connection. `--seconds 8 --stations 1,100,1000 --actions Heartbeat,MeterValues --rounds 1`
 */
const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    stations: { type: 'string', default: '1,100,1000' },
    actions: { type: 'string', default: 'Heartbeat,MeterValues' },
    rounds: { type: 'string', default: '1' },
  },
});

type Measured = LoadReport & Readonly<{ cpuUs: number }>;

async function measure(server: Server, stations: number, action: LoadTask['action']): Promise<Measured> {
  const task: LoadTask = { url: server.url, stations, action, seconds: Number(flags.seconds), speaksOcpp: server.speaksOcpp };
  const load = fork(new URL('./support/load.ts', import.meta.url), [JSON.stringify(task)]);
  let cpuBefore = 0;
  return new Promise((resolve, reject) => {
    load.on('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    load.on('message', (message: FromLoad) => {
      if (message.kind === 'measuring') cpuBefore = cpuTimeUs(server.pid);
      else resolve({ ...message.report, cpuUs: (cpuTimeUs(server.pid) - cpuBefore) / message.report.messages });
    });
  });
}

const rate = (measured: Measured) => measured.messages / measured.seconds;
const median = (rows: readonly Measured[]) => [...rows].sort((a, b) => rate(a) - rate(b))[rows.length >> 1] as Measured; // Never empty.

function print(name: string, measured: Measured, bare: Measured): void {
  const cells = [
    name.padEnd(16),
    Math.round(rate(measured)).toLocaleString('en').padStart(9),
    measured.p50Ms.toFixed(2).padStart(9),
    measured.p99Ms.toFixed(2).padStart(9),
    measured.cpuUs.toFixed(0).padStart(10),
    (rate(measured) / rate(bare)).toFixed(2).padStart(8),
    (measured.cpuUs / bare.cpuUs).toFixed(2).padStart(8),
  ];
  console.log(cells.join(' ') + (measured.errors > 0 ? `  ${measured.errors} ERRORS, first: ${measured.firstError}` : ''));
}

function printCost(traced: Measured, untraced: Measured): void {
  const rateCost = 100 * (1 - rate(traced) / rate(untraced));
  const cpuCost = 100 * (traced.cpuUs / untraced.cpuUs - 1);
  console.log(`the trace costs ${rateCost.toFixed(1)} % of the rate, and ${cpuCost.toFixed(1)} % more CPU a message`);
}

for (const action of flags.actions.split(',') as LoadTask['action'][]) {
  for (const stations of flags.stations.split(',').map(Number)) {
    console.log(`\n${action}, ${stations} station${stations === 1 ? '' : 's'}, one call in flight each`);
    console.log('                     msg/s    p50 ms    p99 ms  CPU µs/msg   × bare  CPU × bare');
    const rows = new Map<string, Measured[]>();
    for (let round = 0; round < Number(flags.rounds); round++) {
      for (const start of [startBare, startOcppRpc, () => startReal(stations), () => startUntraced(stations)]) {
        const server = await start();
        const measured = await measure(server, stations, action).finally(() => server.stop());
        rows.set(server.name, [...(rows.get(server.name) ?? []), measured]);
      }
    }
    const [bare] = [...rows.values()].map(median);
    for (const [name, measured] of rows) if (bare) print(name, median(measured), bare);
    const [traced, untraced] = [rows.get('Charge Portal'), rows.get('without trace')].map((each) => each && median(each));
    if (traced && untraced) printCost(traced, untraced);
  }
}
