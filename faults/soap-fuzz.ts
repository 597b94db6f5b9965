import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { identityOf } from '../bench/support/messages.ts';
import { residentBytes, stationsOf } from '../bench/support/servers.ts';
import { startDaemon } from '../e2e/support/daemon.ts';
import { boot15, post, soapMessage } from '../e2e/support/soap.ts';
import { type Random, seededRandom } from '../simulator/random.ts';

export type SoapFuzzReport = Readonly<{
  inputs: number;
  problems: readonly string[];
  /** How often each HTTP status came. */
  statuses: ReadonlyMap<number, number>;
  slowestMs: number;
  earlyBytes: number;
  lateBytes: number;
}>;

const atOnce = 8;
const start =
  '<cs:connectorId>1</cs:connectorId><cs:idTag>04A1B2C3</cs:idTag><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:meterStart>1</cs:meterStart>';
const stop =
  '<cs:transactionId>1</cs:transactionId><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:meterStop>2</cs:meterStop>';
const values =
  '<cs:connectorId>1</cs:connectorId><cs:values><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:value unit="Wh">5</cs:value></cs:values>';
const status = '<cs:connectorId>1</cs:connectorId><cs:status>Occupied</cs:status><cs:errorCode>NoError</cs:errorCode>';
const good = [
  ['bootNotification', boot15],
  ['heartbeat', ''],
  ['startTransaction', start],
  ['stopTransaction', stop],
  ['meterValues', values],
  ['statusNotification', status],
  ['dataTransfer', '<cs:vendorId>V</cs:vendorId><cs:data><![CDATA[<x>]]></cs:data>'],
] as const;

const junk = [
  '<',
  '>',
  '&',
  '&#0;',
  '&#x110000;',
  '<!DOCTYPE a>',
  '<![CDATA[',
  ']]>',
  '<!--',
  '\u0000',
  '"',
  'xmlns:cs=""',
  '\ufffe',
  '</s:Body>',
  '2147483648',
  '-1',
  'NaN',
];

/** One message with something wrong in it: bytes turned, parts left out, doubled, moved, or junk between. */
function strange(random: Random, message: string): Buffer {
  let text = message;
  for (let changes = random.whole(1, 4); changes > 0; changes--) {
    const from = random.whole(0, text.length);
    const to = Math.min(text.length, from + random.whole(0, 60));
    const part = text.slice(from, to);
    const kind = random.whole(0, 4);
    if (kind === 0) text = text.slice(0, from) + text.slice(to);
    else if (kind === 1) text = text.slice(0, to) + part.repeat(random.whole(1, 50)) + text.slice(to);
    else if (kind === 2) text = text.slice(0, from) + random.pick(junk) + text.slice(from);
    else if (kind === 3) text = part + text.slice(0, from) + text.slice(to);
    else text = text.replace(/>([^<>]+)</g, (all) => (random.chance(0.1) ? `>${random.pick(junk)}<` : all));
  }
  const bytes = Buffer.from(text);
  if (random.chance(0.2) && bytes.length > 0) bytes[random.whole(0, bytes.length - 1)] = random.whole(0, 255);
  return bytes;
}

function send(url: string, agent: Agent, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/soap+xml', 'content-length': body.length },
    });
    sent.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** SECURITY R13 over SOAP: seeded messages with mistakes. The daemon answers each, none with a defect of its own, and good ones meanwhile. */
export async function soapFuzz({ inputs, seed }: Readonly<{ inputs: number; seed: number }>): Promise<SoapFuzzReport> {
  await using daemon = await startDaemon({ provision: stationsOf(atOnce), flags: ['--log-level', 'error'] });
  const url = daemon.addresses.ocpp15;
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const problems: string[] = [];
  const statuses = new Map<number, number>();
  let sent = 0;
  let slowestMs = 0;
  let earlyBytes = 0;
  await post(url, soapMessage({ chargeBoxId: identityOf(0), operation: 'bootNotification', members: boot15 }));
  const random = seededRandom(seed);
  const misbehave = async (index: number) => {
    const own = random.fork(`${index}`);
    while (sent < inputs) {
      sent += 1;
      const [operation, members] = own.pick(good);
      const body = strange(own, soapMessage({ chargeBoxId: identityOf(index), operation, members }));
      const status = await send(url, agent, body).catch((error: Error) => {
        problems.push(`${error.message}: ${body.toString('latin1').slice(0, 300)}`);
        return 0;
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (sent >= inputs / 10 && earlyBytes === 0) earlyBytes = residentBytes(daemon.pid);
    }
  };
  const bad = Promise.all(Array.from({ length: atOnce - 1 }, (_, index) => misbehave(index + 1)));
  let isOver = false;
  void bad.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const since = performance.now();
    const answer = await post(url, soapMessage({ chargeBoxId: identityOf(0), operation: 'heartbeat' }));
    slowestMs = Math.max(slowestMs, performance.now() - since);
    if (answer.status !== 200) problems.push(`a good heartbeat got ${answer.status}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await bad;
  agent.destroy();
  if (daemon.output().includes('not handled')) problems.push(`a defect of ours:\n${daemon.output().slice(-2000)}`);
  return { inputs: sent, problems, statuses, slowestMs, earlyBytes, lateBytes: residentBytes(daemon.pid) };
}

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: { inputs: { type: 'string', default: '200000' }, seed: { type: 'string', default: '1' } },
  });
  const report = await soapFuzz({ inputs: Number(flags.inputs), seed: Number(flags.seed) });
  for (const problem of report.problems) console.log(problem);
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024);
  const answers = [...report.statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  console.log(
    `${report.inputs} strange SOAP messages (seed ${flags.seed}): ${report.problems.length} problems; ${answers.join(', ')}; memory ` +
      `${megabytes(report.earlyBytes)} MB after a tenth, ${megabytes(report.lateBytes)} MB at the end; slowest good heartbeat ${report.slowestMs.toFixed(0)} ms`,
  );
  process.exitCode = report.problems.length > 0 ? 1 : 0;
}
