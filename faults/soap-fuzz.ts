import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { identityOf } from '../bench/support/messages.ts';
import { stationsOf } from '../bench/support/servers.ts';
import { boot15, soapMessage } from '../e2e/support/soap.ts';
import { type Random, seededRandom } from '../simulator/random.ts';
import { type Beats, beatsInWords, GoodStation } from './support/good-station.ts';
import { type Memory, memoryInWords, startWatched } from './support/heap.ts';

export type SoapFuzzTask = Readonly<{ inputs: number; seed: number; say(line: string): void }>;

export type SoapFuzzReport = Readonly<{
  inputs: number;
  problems: readonly string[];
  /** How often each HTTP status came. */
  statuses: ReadonlyMap<number, number>;
  /** A good station's heartbeats: alone, and while others misbehave. */
  quiet: Beats;
  beside: Beats;
  /** Memory of the daemon after a tenth of the inputs, when all has been used once, and at the end. */
  early: Memory;
  late: Memory;
}>;

const atOnce = 8;
const start =
  '<cs:connectorId>1</cs:connectorId><cs:idTag>04A1B2C3</cs:idTag><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:meterStart>1</cs:meterStart>';
const stop =
  '<cs:transactionId>1</cs:transactionId><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:meterStop>2</cs:meterStop>';
const values =
  '<cs:connectorId>1</cs:connectorId><cs:values><cs:timestamp>2026-11-22T10:00:00Z</cs:timestamp><cs:value unit="Wh">5</cs:value></cs:values>';
const status = '<cs:connectorId>1</cs:connectorId><cs:status>Occupied</cs:status><cs:errorCode>NoError</cs:errorCode>';
const messages = [
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

const oddTexts = [
  '',
  ' \n ',
  '-1',
  '2147483648',
  '9223372036854775808',
  '1e400',
  'NaN',
  '0x10',
  '1,5',
  '222222017-01-01T00:00:00Z',
  '1970-01-01T00:00:00',
  '2026-13-45T99:99:99+99:00',
  'a'.repeat(3000),
  '&lt;script&gt;',
  '&#x202e;gnp.exe',
  '<![CDATA[<x>]]>',
  '<x><y/></x>',
  '<!-- -->1<?p?>',
  '__proto__',
];

/** One message with something wrong in it. Half are well-formed still, as the deeper parts are reached by what looks good outside. */
function strange(random: Random, message: string): Buffer {
  return random.chance(0.5) ? Buffer.from(misplaced(random, message)) : broken(random, message);
}

/** Elements left out, doubled, renamed, filled with something else, or wrapped. */
function misplaced(random: Random, message: string): string {
  let text = message;
  for (let changes = random.whole(1, 3); changes > 0; changes--) {
    const leaves = [...text.matchAll(/<([a-z]+:[A-Za-z]+)([^<>]*)>([^<>]*)<\/\1>/g)];
    if (leaves.length === 0) return text;
    const { 0: leaf, 1: name = '', 2: attributes = '', 3: content = '', index } = random.pick(leaves);
    const element = (called: string, inside: string, more = '') => `<${called}${attributes}${more}>${inside}</${called}>`;
    const changed = [
      () => '',
      () => leaf.repeat(random.whole(2, 40)),
      () => element(random.pick([name.toLowerCase(), `${name}s`, 'cs:connectorId', 'cs:__proto__', 'wsa:Action']), content),
      () => element(name, random.pick(oddTexts)),
      () => element(name, random.pick(oddTexts)),
      () => element(name, nested(random.whole(1, 90))),
      () =>
        element(
          name,
          content,
          ` ${random.pick(['unit', 'xmlns', 'context', 'xml:lang'])}="${random.pick(['', 'Wh', 'urn:x', '-1'])}"`,
        ),
    ];
    text = text.slice(0, index) + random.pick(changed)() + text.slice(index + leaf.length);
  }
  return text;
}

const nested = (levels: number) => `${'<cs:x>'.repeat(levels)}${'</cs:x>'.repeat(levels)}`;

/** Bytes turned, parts left out, doubled, moved, or junk between. */
function broken(random: Random, message: string): Buffer {
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
export async function soapFuzz({ inputs, seed, say }: SoapFuzzTask): Promise<SoapFuzzReport> {
  const watched = await startWatched({ provision: stationsOf(atOnce), flags: ['--log-level', 'error'] });
  await using daemon = watched.daemon;
  const url = daemon.addresses.ocpp15;
  const problems: string[] = [];
  const statuses = new Map<number, number>();
  const good = await GoodStation.arrive({ url, station: 0, transport: 'soap' });
  const quiet = await good.beat(100);
  let sent = 0;
  let early: Memory | null = null;
  let looks = 0;
  const look = () => {
    const tenths = Math.floor((sent / inputs) * 10);
    if (tenths === looks) return null;
    looks = tenths;
    return async () => {
      const memory = await watched.settled();
      early ??= memory;
      say(`${sent} of ${inputs} messages: ${memoryInWords(memory)}`);
    };
  };

  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const random = seededRandom(seed);
  const misbehave = async (index: number) => {
    const own = random.fork(`${index}`);
    while (sent < inputs && problems.length < 20) {
      sent += 1;
      const [operation, members] = own.pick(messages);
      const body = strange(own, soapMessage({ chargeBoxId: identityOf(index), operation, members }));
      const status = await send(url, agent, body).catch((error: Error) => {
        problems.push(`${error.message}: ${body.toString('latin1').slice(0, 300)}`);
        return 0;
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const bad = Promise.all(Array.from({ length: atOnce - 1 }, (_, index) => misbehave(index + 1)));
  const beside = await good.beatUntil(bad, look);
  await good.leave();
  agent.destroy();
  if (daemon.output().includes('not handled')) problems.push(`a defect of ours:\n${daemon.output().slice(-2000)}`);
  const late = await watched.settled();
  return { inputs: sent, problems, statuses, quiet, beside, early: early ?? late, late };
}

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  });
  const report = await soapFuzz({ inputs: Number(flags.inputs), seed: Number(flags.seed), say: console.log });
  for (const problem of report.problems) console.log(problem);
  const answers = [...report.statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`);
  console.log(
    `${report.inputs} strange SOAP messages (seed ${flags.seed}): ${report.problems.length} problems; ${answers.join(', ')}; ` +
      `after a tenth ${memoryInWords(report.early)}, at the end ${memoryInWords(report.late)}; ` +
      `a good station's heartbeats alone ${beatsInWords(report.quiet)}, meanwhile ${beatsInWords(report.beside)}`,
  );
  process.exitCode = report.problems.length > 0 ? 1 : 0;
}
