import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { startDaemon } from '../e2e/support/daemon.ts';
import { boot15, post, soapMessage } from '../e2e/support/soap.ts';
import { identityOf } from './support/messages.ts';
import { cpuTimeUs, stationsOf } from './support/servers.ts';

/**
 * SOAP messages a second: the npm package `soap` and our envelope, which both only read and answer, and the whole daemon, with its
 * identities, rules, trace and database. `--seconds 5 --stations 32`.
 */
const { values: flags } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, stations: { type: 'string', default: '32' } },
});
const seconds = Number(flags.seconds);
const stations = Number(flags.stations);

const readings =
  '<cs:connectorId>1</cs:connectorId><cs:values><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp>' +
  '<cs:value measurand="Energy.Active.Import.Register" unit="Wh" context="Sample.Periodic" format="Raw" location="Outlet">1200</cs:value>' +
  '<cs:value measurand="Current.Import" unit="Amp">16.0</cs:value><cs:value measurand="Voltage" unit="Volt">230.1</cs:value></cs:values>';
const messages = { Heartbeat: ['heartbeat', ''], MeterValues: ['meterValues', readings] } as const;

function exchange(url: URL, agent: Agent, body: string, action: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': `application/soap+xml; charset=utf-8; action="/${action}"`,
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function measure(name: string, url: URL, pid: number, action: keyof typeof messages): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: stations });
  const [operation, members] = messages[action];
  const bodies = Array.from({ length: stations }, (_, index) =>
    soapMessage({ chargeBoxId: identityOf(index), operation, members }),
  );
  let answered = 0;
  let refused = 0;
  const until = performance.now() + seconds * 1000;
  const before = cpuTimeUs(pid);
  await Promise.all(
    bodies.map(async (body) => {
      while (performance.now() < until) {
        if ((await exchange(url, agent, body, action)) === 200) answered += 1;
        else refused += 1;
      }
    }),
  );
  const cpuUs = (cpuTimeUs(pid) - before) / Math.max(1, answered);
  agent.destroy();
  const rate = Math.round(answered / seconds);
  console.log(
    `${name.padEnd(14)} ${action.padEnd(12)} ${String(rate).padStart(6)} messages/s, ${cpuUs.toFixed(0)} µs of CPU each${refused > 0 ? `, ${refused} refused` : ''}`,
  );
}

const daemon = await startDaemon({ provision: stationsOf(stations), flags: ['--log-level', 'error'] });
const ours = new URL(daemon.addresses.ocpp15);
const description = await (await fetch(`${ours.href}?wsdl`)).text();

async function started(file: string): Promise<Readonly<{ url: URL; pid: number; stop(): void }>> {
  const child = fork(new URL(`./support/${file}`, import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.send(description);
  const [port] = await once(child, 'message');
  return { url: new URL(`http://127.0.0.1:${port}/soap`), pid: child.pid ?? 0, stop: () => child.kill() };
}

const theirs = await started('soap-server.ts');
const envelope = await started('own-soap-server.ts');
try {
  for (let index = 0; index < stations; index++)
    await post(ours.href, soapMessage({ chargeBoxId: identityOf(index), operation: 'bootNotification', members: boot15 }));
  for (const action of ['Heartbeat', 'MeterValues'] as const) {
    await measure('soap (npm)', theirs.url, theirs.pid, action);
    await measure('our envelope', envelope.url, envelope.pid, action);
    await measure('Charge Portal', ours, daemon.pid, action);
  }
} finally {
  theirs.stop();
  envelope.stop();
  await daemon.stop();
}
