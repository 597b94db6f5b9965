import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { areNetworks, networkList } from './domain/station/networks.ts';
import { likeliest } from './likely.ts';

const port = (value: number, description: string) => Type.Integer({ minimum: 0, maximum: 65_535, default: value, description });
const text = (value: string, description: string) => Type.String({ default: value, description });
const isPortRange = (range: string) => {
  const [first = 0, last = 0] = range.split('-').map(Number);
  return range === '0' || (first >= 1024 && last >= first && last <= 65_535);
};
const isTimeZone = (name: string) => Intl.supportedValuesOf('timeZone').includes(name) || name === 'UTC';

/**
 * Every key of the configuration, once. `consolePort` is `console-port` in `charge-portal.yaml`, `CHARGE_PORTAL_CONSOLE_PORT`
 * in the environment and `--console-port` as a flag; the later of these three wins (DESIGN §3).
 */
export const Configuration = Type.Object(
  {
    data: text('data', 'Folder of the database, the certificates and charge-portal.yaml. Made if it is missing.'),
    host: text('0.0.0.0', 'Address to listen on; with demo 127.0.0.1. The local port is always loopback only.'),
    consolePort: port(8443, 'Console and API for people, TLS.'),
    localPort: port(8180, 'Console and API as plain HTTP, on this machine only.'),
    stationPort: port(8080, 'Charging stations, plain WebSocket.'),
    stationTlsPort: port(8444, 'Charging stations, TLS.'),
    ftpPort: port(2121, 'FTP server where stations fetch firmware and put logs; plain, and TLS by AUTH TLS.'),
    ftpPassivePorts: Type.String({
      default: '0',
      pattern: String.raw`^(0|\d{1,5}-\d{1,5})$`,
      examples: ['50000-50199'],
      description: 'Ports of its data connections, e.g. 50000-50199, to be opened in firewalls. 0: any free port.',
    }),
    ftpPassiveAddress: Type.String({
      default: '',
      pattern: String.raw`^(|(\d{1,3}\.){3}\d{1,3})$`,
      examples: ['192.0.2.10'],
      description:
        'IPv4 address that stations are told for data connections, behind NAT. Empty: the one that the station came to.',
    }),
    ftpMaxConnections: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 500,
      description: 'FTP connections at a time; of one address a tenth, at least 10.',
    }),
    transferMinutes: Type.Integer({
      minimum: 1,
      maximum: 1440,
      default: 30,
      description: 'How long a station may fetch or put a file after it was to come.',
    }),
    maxFileMegabytes: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 500,
      description: 'Largest firmware, and largest file that a station may put.',
    }),
    stationFilesMegabytes: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 1000,
      description: 'What the files of one station may take together.',
    }),
    fileMegabytesPerSecond: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      default: 20,
      description: 'What the file transfers of all stations may move together. 0: as fast as they can.',
    }),
    publicName: text(
      '',
      'Host name or address that people and stations use; shown in addresses. Empty: the addresses of this machine.',
    ),
    provision: text('', 'JSON file with sites, stations, users and tags to make at start. Applying it again changes nothing.'),
    demo: Type.Boolean({
      default: false,
      description: 'Makes two sites with simulated stations that charge, and a week of history.',
    }),
    readyFile: text('', 'File to write the real addresses to, as JSON, once everything listens.'),
    logLevel: Type.Enum(['error', 'warn', 'info', 'debug'], {
      default: 'info',
      description: 'What is logged to the standard error stream.',
    }),
    timeZone: Type.String({
      default: Intl.DateTimeFormat().resolvedOptions().timeZone,
      description: 'Time zone (IANA name) of sites that have none of their own.',
    }),
    heartbeatIntervalSeconds: Type.Integer({
      minimum: 10,
      maximum: 86_400,
      default: 300,
      description: 'Heartbeat interval that stations are told.',
    }),
    pingIntervalSeconds: Type.Integer({
      minimum: 0,
      maximum: 3600,
      default: 60,
      description: "Ping of a station's connection; 0: never.",
    }),
    readStationKeys: Type.Boolean({
      default: true,
      description: "Read a station's configuration keys after its first start. The certification tool does not expect that.",
    }),
    callTimeoutSeconds: Type.Integer({
      minimum: 1,
      maximum: 600,
      default: 30,
      description: 'How long a station may take to answer.',
    }),
    soapCallNetworks: text(
      '',
      'Networks in which SOAP stations are called, e.g. 10.0.0.0/8,192.0.2.7. Empty: a station only where its messages come from, ' +
        'or where an operator says; never this machine.',
    ),
    maxFrameBytes: Type.Integer({
      minimum: 4096,
      maximum: 16_777_216,
      default: 262_144,
      description:
        'Longest message that a station may send over JSON. One that is longer ends its connection, each time that it tries.',
    }),
    traceMegabytes: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      default: 2048,
      description: 'Largest size of the message trace; the oldest messages go first. 0: no trace.',
    }),
    traceDays: Type.Integer({
      minimum: 1,
      maximum: 3650,
      default: 14,
      description: 'How long the message trace is kept.',
    }),
    signInIdleMinutes: Type.Integer({
      minimum: 1,
      maximum: 10_080,
      default: 30,
      description: 'A sign-in ends after so long without use.',
    }),
    signInAbsoluteHours: Type.Integer({
      minimum: 1,
      maximum: 8760,
      default: 12,
      description: 'A sign-in ends after so long in any case.',
    }),
    tlsEcCertificate: text('', 'Own certificate chain with an EC key, PEM file. Empty: self-made at first start.'),
    tlsEcKey: text('', 'Its key, PEM file.'),
    tlsRsaCertificate: text('', 'Own certificate chain with an RSA key, PEM file, for stations that lack EC.'),
    tlsRsaKey: text('', 'Its key, PEM file.'),
    bootstrapToken: Type.String({
      default: '',
      pattern: '^(|[A-Za-z0-9_.~+/=-]{32,256})$',
      description:
        'Access token of an administrator, valid from this start on; 32 to 256 letters and digits. Only in the environment.',
    }),
  },
  { additionalProperties: false },
);
export type Configuration = Readonly<Static<typeof Configuration>>;
type Key = keyof Configuration;
type Origin = 'file' | 'environment' | 'flag';

const keys = Object.keys(Configuration.properties) as Key[]; // Object.keys loses the literal types
const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const variable = (key: Key) => `CHARGE_PORTAL_${kebab(key).replaceAll('-', '_').toUpperCase()}`;
const keyOfName = new Map(keys.map((key) => [kebab(key), key]));

/** Where a key may stand: the file lies in the data folder, and a secret is visible in files and process lists. */
const mayStandIn: Partial<Record<Key, readonly Origin[]>> = { data: ['environment', 'flag'], bootstrapToken: ['environment'] };
const allowed = (key: Key, origin: Origin) => mayStandIn[key]?.includes(origin) ?? true;
/** Relative paths count from the working folder, in the file from the data folder. */
const paths: readonly Key[] = ['provision', 'readyFile', 'tlsEcCertificate', 'tlsEcKey', 'tlsRsaCertificate', 'tlsRsaKey'];

/** Variables of the same prefix that are no keys: where `charge-portal api` finds the daemon, and what npm start passes on. */
const otherVariables = new Set(['CHARGE_PORTAL_URL', 'CHARGE_PORTAL_TOKEN', 'CHARGE_PORTAL_FINGERPRINT']);

/** What is wrong with the configuration, a line each; every line says where. */
export class ConfigurationError extends Error {
  readonly code = 'configuration';

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigurationError';
  }
}

/** Reads the configuration: `charge-portal.yaml` in the data folder < environment < flags. Paths come back absolute. */
export function readConfiguration(flags: readonly string[], environment: NodeJS.ProcessEnv): Configuration {
  const problems: string[] = [];
  const fromFlags = readFlags(flags, problems);
  const fromEnvironment = readEnvironment(environment, problems);
  const data = resolve(String(fromFlags.data ?? fromEnvironment.data ?? facts('data').default));
  const fromFile = readConfigurationFile(data, problems);
  if (problems.length > 0) throw new ConfigurationError(problems);

  const given: Values = { ...fromFile, ...fromEnvironment, ...fromFlags, data };
  // The passwords of the demo are in its source.
  if (given.demo === true) given.host ??= '127.0.0.1';
  const configuration = Value.Parse(Configuration, { ...Value.Create(Configuration), ...given });
  if (!isPortRange(configuration.ftpPassivePorts))
    throw new ConfigurationError([
      `ftp-passive-ports: "${configuration.ftpPassivePorts}" is no range of ports; an example is 50000-50199.`,
    ]);
  if (!isTimeZone(configuration.timeZone))
    throw new ConfigurationError([`time-zone: "${configuration.timeZone}" is no time zone; an example is Europe/Oslo.`]);
  if (!areNetworks(networkList(configuration.soapCallNetworks)))
    throw new ConfigurationError([`soap-call-networks: "${configuration.soapCallNetworks}" is no list of networks.`]);
  return configuration;
}

type Values = Partial<Record<Key, unknown>>;

function readFlags(flags: readonly string[], problems: string[]): Values {
  const options: Record<string, { type: 'string' | 'boolean' }> = {};
  for (const key of keys) {
    if (allowed(key, 'flag')) options[kebab(key)] = { type: isBoolean(key) ? 'boolean' : 'string' };
  }
  const values: Values = {};
  // Not strict: parseArgs' own errors stop at the first problem, and its tokens tell which flag lacks a value.
  const { tokens } = parseArgs({ args: [...flags], options, strict: false, tokens: true });
  let afterUnknown = false;
  for (const token of tokens) {
    if (token.kind !== 'option') {
      if (token.kind === 'positional' && !afterUnknown) problems.push(`"${token.value}" is no flag; flags begin with --.`);
      continue;
    }
    afterUnknown = !keyOfName.has(token.name);
    const key = keyOfName.get(token.name);
    if (key === undefined || !allowed(key, 'flag'))
      problems.push(
        unknown(
          token.rawName,
          keys.filter((k) => allowed(k, 'flag')).map((k) => `--${kebab(k)}`),
        ),
      );
    else if (isBoolean(key)) keep(values, key, token.value ?? true, token.rawName, problems);
    else if (token.value === undefined) problems.push(`${token.rawName}: a value is missing; it ${expectation(key)}.`);
    else keep(values, key, token.value, token.rawName, problems, process.cwd());
  }
  return values;
}

function readEnvironment(environment: NodeJS.ProcessEnv, problems: string[]): Values {
  const values: Values = {};
  const keyOfVariable = new Map(keys.map((key) => [variable(key), key]));
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('CHARGE_PORTAL_') || otherVariables.has(name) || value === undefined) continue;
    const key = keyOfVariable.get(name);
    if (key === undefined) problems.push(unknown(name, [...keyOfVariable.keys()]));
    else keep(values, key, value, name, problems, process.cwd());
  }
  return values;
}

function readConfigurationFile(data: string, problems: string[]): Values {
  const file = join(data, 'charge-portal.yaml');
  if (!existsSync(file)) return {};
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const at = (offset: number | undefined) => `${file}:${lines.linePos(offset ?? 0).line}`;
  for (const error of document.errors)
    problems.push(`${at(error.pos[0])}: ${error.message.split('\n')[0]?.replace(/ at line .*$/, '')}`);
  if (document.errors.length > 0 || document.contents === null) return {};
  const entries = pairsOf(document.contents);
  if (entries === null) {
    problems.push(`${at(document.contents.range?.[0])}: a list of "key: value" lines is expected.`);
    return {};
  }
  const values: Values = {};
  for (const { name, value, offset } of entries) {
    const key = keyOfName.get(name);
    const where = `${at(offset)}: ${name}`;
    if (key === undefined) problems.push(unknown(where, keys.filter((k) => allowed(k, 'file')).map(kebab), name));
    else if (!allowed(key, 'file')) problems.push(`${where}: cannot stand in the file; use ${variable(key)}.`);
    else keep(values, key, value, where, problems, data);
  }
  return values;
}

type Entry = Readonly<{ name: string; value: unknown; offset: number | undefined }>;

function pairsOf(contents: unknown): readonly Entry[] | null {
  if (!isMap(contents)) return null;
  return contents.items.map(({ key, value }) => ({
    name: isScalar(key) ? String(key.value) : String(key),
    value: isScalar(value) ? value.value : value,
    offset: isScalar(key) ? key.range?.[0] : undefined,
  }));
}

/** Keeps a value that its schema accepts; text of the environment and of flags is read as the key's type. */
function keep(values: Values, key: Key, raw: unknown, where: string, problems: string[], base?: string): void {
  const schema = Configuration.properties[key];
  const value = typeof raw === 'string' ? fromText(key, raw.trim()) : raw;
  if (!Value.Check(schema, value)) {
    const shown = key === 'bootstrapToken' ? 'the value' : JSON.stringify(raw);
    problems.push(`${where}: ${shown} is not accepted; it ${expectation(key)}.`);
    return;
  }
  values[key] = base !== undefined && paths.includes(key) && value !== '' ? resolve(base, String(value)) : value;
}

function fromText(key: Key, value: string): unknown {
  if (isBoolean(key))
    return { true: true, '1': true, yes: true, false: false, '0': false, no: false }[value.toLowerCase()] ?? value;
  if (facts(key).type === 'integer') return /^\d+$/.test(value) ? Number(value) : value;
  return value;
}

type Facts = Readonly<{
  type?: string;
  enum?: readonly string[];
  minimum?: number;
  maximum?: number;
  default?: unknown;
  description?: string;
  examples?: readonly string[];
}>;
const facts = (key: Key): Facts => Configuration.properties[key];
const isBoolean = (key: Key) => facts(key).type === 'boolean';

function expectation(key: Key): string {
  const { type, minimum, maximum, enum: words, examples } = facts(key);
  if (words) return `must be one of ${words.join(', ')}`;
  if (type === 'integer') return `must be a whole number from ${minimum} to ${maximum}`;
  if (type === 'boolean') return 'must be true or false';
  if (key === 'bootstrapToken') return 'must have 32 to 256 letters and digits';
  if (examples) return `must look like ${examples[0]}`;
  return 'must be text';
}

function unknown(where: string, names: readonly string[], name = where): string {
  const likely = likeliest(name, names);
  const hint = likely ? ` Did you mean ${likely}?` : ' All keys: charge-portal serve --help.';
  return `${where}: there is no such key.${hint}`;
}

/** The text of `charge-portal serve --help`: every key with its default, and where it may stand. */
export function configurationHelp(): string {
  const lines = keys.map((key) => {
    const { type, enum: words, default: standard, description } = facts(key);
    const value = words ? ` ${words.join('|')}` : type === 'boolean' ? '' : type === 'integer' ? ' N' : ' TEXT';
    const name = allowed(key, 'flag') ? `--${kebab(key)}${value}` : variable(key);
    const end = standard === '' || type === 'boolean' ? '' : ` [${standard}]`;
    return `  ${name}\n      ${description}${end}`;
  });
  return [
    'charge-portal serve: runs the daemon.',
    '',
    'Every key can stand in charge-portal.yaml in the data folder (console-port: 8443), in the environment',
    '(CHARGE_PORTAL_CONSOLE_PORT=8443) and as a flag (--console-port 8443); the later of these wins.',
    'The key data cannot stand in the file. A port of 0 picks a free one.',
    '',
    ...lines,
  ].join('\n');
}
