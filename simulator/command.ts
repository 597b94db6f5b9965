import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Provision } from '../shared/provision.ts';
import { live, parkingHouse } from './life.ts';
import { hashText, seededRandom } from './random.ts';
import { simulateStation, type VirtualStation } from './station.ts';
import type { Personality } from './station-options.ts';

const personalities = ['correct', 'quirky', 'flaky', 'hostile', 'mixed'] as const;

const help = `charge-portal simulate --url ws://host:8080/Ocpp/websocket [options]

Virtual charging stations (OCPP 1.6 JSON) at which people come and go. They must be registered in the daemon;
--make-provision writes a file for its --provision.

  --url URL             endpoint of the daemon, without the ChargeBoxId; with http://…/Ocpp/CentralSystemService15
                        the stations speak OCPP 1.5 over SOAP
  --stations N          how many (10)
  --outlets N           outlets of each (2)
  --prefix TEXT         ChargeBoxIds are TEXT-0001 and so on (SIM)
  --password TEXT       HTTP Basic password of each; none: security profile 0
  --tags A,B,…          RFID tags that people show (SIMTAG01 to SIMTAG20)
  --personality P       ${personalities.join(', ')} (correct)
  --speed X             how much faster than real their life goes; their clocks stay right (1)
  --seed N              the same seed gives the same life (1)
  --ramp N              how many connect a second (200)
  --duration TIME       ends after 30s, 5m or 2h; none: at Ctrl-C
  --make-provision FILE writes sites, stations and tags that fit these options, and ends`;

type Options = Readonly<{
  url: string;
  stations: number;
  outlets: number;
  prefix: string;
  password: string | undefined;
  tags: readonly string[];
  personality: (typeof personalities)[number];
  speed: number;
  seed: number;
  ramp: number;
  durationMs: number | null;
  makeProvision: string | undefined;
}>;

/** `charge-portal simulate`: runs virtual stations until the duration is over or a signal comes. Resolves with the exit code. */
export async function simulate(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    return 0;
  }
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    return 2;
  }
  if (options.makeProvision !== undefined) {
    writeFileSync(options.makeProvision, `${JSON.stringify(provisionFor(options), null, 2)}\n`);
    console.log(`${options.makeProvision}: ${options.stations} stations, ${options.tags.length} tags.`);
    return 0;
  }
  await run(options);
  return 0;
}

async function run(options: Options): Promise<void> {
  const stations: VirtualStation[] = [];
  const ends: (() => void)[] = [];
  let refused = 0;
  const over = whenOver(options.durationMs);
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });

  const connecting = (async () => {
    for (let index = 0; index < options.stations && !isOver; index++) {
      const station = start(options, index);
      stations.push(station);
      station.events.on('refused', () => {
        refused += 1;
      });
      ends.push(
        live(station, { ...parkingHouse, tags: options.tags }, seededRandom(options.seed ^ hashText(station.chargeBoxId))),
      );
      if ((index + 1) % Math.max(1, Math.round(options.ramp / 10)) === 0) await Promise.race([over, wait(100)]);
    }
  })();
  const line = statusLine(() => describe(stations, refused));
  await over;
  await connecting;
  line.end();
  for (const end of ends) end();
  await Promise.all(stations.map((station) => station.close()));
}

function start(options: Options, index: number): VirtualStation {
  const personality: Personality =
    options.personality === 'mixed'
      ? ((['correct', 'quirky', 'correct', 'flaky'] as const)[index % 4] ?? 'correct')
      : options.personality;
  return simulateStation({
    url: options.url,
    chargeBoxId: chargeBoxId(options, index),
    ...(options.password !== undefined && { password: options.password }),
    personality,
    seed: options.seed,
    outlets: options.outlets,
    speed: options.speed,
  });
}

const chargeBoxId = ({ prefix }: Options, index: number) => `${prefix}-${String(index + 1).padStart(4, '0')}`;

function describe(stations: readonly VirtualStation[], refused: number): string {
  const outlets = stations.flatMap((station) => station.outlets);
  const powerW = outlets.reduce((sum, outlet) => sum + (outlet.session ? (outlet.charge?.powerW ?? 0) : 0), 0);
  const ended = stations.reduce((sum, { sessions }) => sum + sessions.filter((session) => session.stopAcknowledged).length, 0);
  const waiting = stations.reduce((sum, station) => sum + station.queue.length, 0);
  const facts = [
    `${stations.filter((station) => station.isReady).length} of ${stations.length} stations online`,
    `${outlets.filter((outlet) => outlet.session).length} charging`,
    `${(powerW / 1000).toFixed(0)} kW`,
    `${ended} sessions ended`,
  ];
  if (waiting > 0) facts.push(`${waiting} messages waiting`);
  if (refused > 0) facts.push(`${refused} connections refused`);
  return facts.join(', ');
}

/** One line that renews itself on a terminal, or a line every ten seconds elsewhere. */
function statusLine(text: () => string): { end(): void } {
  const isTerminal = process.stdout.isTTY === true;
  const show = () => process.stdout.write(isTerminal ? `\r\x1b[K${text()}` : `${text()}\n`);
  const timer = setInterval(show, isTerminal ? 1000 : 10_000);
  return {
    end: () => {
      clearInterval(timer);
      show();
      if (isTerminal) process.stdout.write('\n');
    },
  };
}

function whenOver(durationMs: number | null): Promise<unknown> {
  const signal = new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  return durationMs === null ? signal : Promise.race([signal, wait(durationMs)]);
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sites, stations and tags as these options need them. */
function provisionFor(options: Options): Provision {
  const outlets = Array.from({ length: options.outlets }, (_, index) => ({ connectorId: index + 1, mode: 'RFID' as const }));
  const stations = Array.from({ length: options.stations }, (_, index) => ({
    name: `Virtual station ${index + 1}`,
    chargeBoxId: chargeBoxId(options, index),
    ...(options.password !== undefined && { password: options.password }),
    outlets,
  }));
  const rfid = [...options.tags];
  const site = `Virtual site ${options.prefix}`;
  return {
    sites: [{ name: site, stations }],
    users: [
      {
        role: 'evUser',
        email: `${options.prefix.toLowerCase()}@simulated.example`,
        password: `${options.prefix}-drives-2026`,
        firstName: 'Virtual',
        lastName: 'Driver',
        sites: [site],
        rfid,
      },
    ],
  };
}

function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const names = [
    'url',
    'stations',
    'outlets',
    'prefix',
    'password',
    'tags',
    'personality',
    'speed',
    'seed',
    'ramp',
    'duration',
    'make-provision',
  ];
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(names.map((name) => [name, text])), strict: true });
  const given = (name: string) => values[name]?.toString();
  const number = (name: string, fallback: number, least: number, most: number) => {
    const value = Number(given(name) ?? fallback);
    if (Number.isFinite(value) && value >= least && value <= most) return value;
    throw new Error(`--${name}: "${given(name)}" is no number between ${least} and ${most}.`);
  };
  const personality = personalities.find((each) => each === (given('personality') ?? 'correct'));
  if (!personality) throw new Error(`--personality: "${given('personality')}" is none of ${personalities.join(', ')}.`);
  const url = given('url') ?? '';
  const makeProvision = given('make-provision');
  if (makeProvision === undefined && !/^(wss?|http):\/\/./.test(url))
    throw new Error(`--url: "${url}" is no ws://, wss:// or http:// address.`);
  return {
    url,
    personality,
    stations: Math.round(number('stations', 10, 1, 100_000)),
    outlets: Math.round(number('outlets', 2, 1, 100)),
    prefix: given('prefix') ?? 'SIM',
    password: given('password'),
    tags: given('tags')?.split(',') ?? Array.from({ length: 20 }, (_, index) => `SIMTAG${String(index + 1).padStart(2, '0')}`),
    speed: number('speed', 1, 0.1, 10_000),
    seed: Math.round(number('seed', 1, 0, 2 ** 31)),
    ramp: number('ramp', 200, 1, 100_000),
    durationMs: readDuration(given('duration')),
    makeProvision,
  };
}

function readDuration(text: string | undefined): number | null {
  if (text === undefined) return null;
  const [, amount, unit = 's'] = /^(\d+)([smh]?)$/.exec(text) ?? [];
  const unitMs: Record<string, number> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000 };
  if (amount === undefined) throw new Error(`--duration: "${text}" is no time such as 30s, 5m or 2h.`);
  return Number(amount) * (unitMs[unit] ?? 1000);
}
