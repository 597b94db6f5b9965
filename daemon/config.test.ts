import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError, configurationHelp, readConfiguration } from './config.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'charge-portal-config-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

const file = () => join(data, 'charge-portal.yaml');
const problemsOf = (flags: readonly string[], environment: NodeJS.ProcessEnv = {}): string[] => {
  try {
    readConfiguration(['--data', data, ...flags], environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
  return [];
};

test('without anything said, the defaults of DESIGN §3 hold', () => {
  const { consolePort, localPort, stationPort, stationTlsPort, ftpPort, demo } = readConfiguration([], {});
  expect({ consolePort, localPort, stationPort, stationTlsPort, ftpPort, demo }).toEqual({
    consolePort: 8443,
    localPort: 8180,
    stationPort: 8080,
    stationTlsPort: 8444,
    ftpPort: 2121,
    demo: false,
  });
});

test('the environment overrides the file, and flags override both', () => {
  writeFileSync(file(), 'console-port: 1001\nlocal-port: 1002\nstation-port: 1003\n');
  const environment = { CHARGE_PORTAL_LOCAL_PORT: '2002', CHARGE_PORTAL_STATION_PORT: '2003' };
  const configuration = readConfiguration(['--data', data, '--station-port', '3003'], environment);
  expect(configuration).toMatchObject({ consolePort: 1001, localPort: 2002, stationPort: 3003 });
});

test('a wrong key or value in the file is told with file and line', () => {
  writeFileSync(file(), '# ours\nconsole-prt: 1\nlog-level: loud\nlocal-port: 70000\ndata: elsewhere\nbootstrap-token: secret\n');
  expect(problemsOf([])).toEqual([
    `${file()}:2: console-prt: there is no such key. Did you mean console-port?`,
    `${file()}:3: log-level: "loud" is not accepted; it must be one of error, warn, info, debug.`,
    `${file()}:4: local-port: 70000 is not accepted; it must be a whole number from 0 to 65535.`,
    `${file()}:5: data: cannot stand in the file; use CHARGE_PORTAL_DATA.`,
    `${file()}:6: bootstrap-token: cannot stand in the file; use CHARGE_PORTAL_BOOTSTRAP_TOKEN.`,
  ]);
});

test('a file that is no YAML, or no list of keys, is told with its line', () => {
  writeFileSync(file(), 'host: "127.0.0.1\n');
  expect(problemsOf([])[0]).toMatch(/charge-portal\.yaml:\d+: Missing closing "quote/);
  writeFileSync(file(), '- host\n');
  expect(problemsOf([])).toEqual([`${file()}:1: a list of "key: value" lines is expected.`]);
  writeFileSync(file(), 'host: a\nhost: b\n');
  expect(problemsOf([])[0]).toMatch(/charge-portal\.yaml:2: Map keys must be unique/);
  writeFileSync(file(), '# nothing yet\n');
  expect(problemsOf([])).toEqual([]);
});

test('a wrong flag or variable is told by its name', () => {
  expect(problemsOf(['--consol-port', '1', '--local-port', 'abc', '--demo=perhaps', 'x', '--host'])).toEqual([
    '--consol-port: there is no such key. Did you mean --console-port?',
    '--local-port: "abc" is not accepted; it must be a whole number from 0 to 65535.',
    '--demo: "perhaps" is not accepted; it must be true or false.',
    '"x" is no flag; flags begin with --.',
    '--host: a value is missing; it must be text.',
  ]);
  expect(problemsOf([], { CHARGE_PORTAL_HST: 'x', CHARGE_PORTAL_URL: 'of the api command' })).toEqual([
    'CHARGE_PORTAL_HST: there is no such key. Did you mean CHARGE_PORTAL_HOST?',
  ]);
  expect(problemsOf(['--time-zone', 'Norway/Oslo'])).toEqual([
    'time-zone: "Norway/Oslo" is no time zone; an example is Europe/Oslo.',
  ]);
});

test('a bootstrap token is taken from the environment only, and never shown', () => {
  const short = problemsOf([], { CHARGE_PORTAL_BOOTSTRAP_TOKEN: 'guessable' });
  expect(short).toHaveLength(1);
  expect(short.join()).not.toContain('guessable');
  expect(problemsOf(['--bootstrap-token', 'x'.repeat(40)])).not.toEqual([]);
  expect(readConfiguration([], { CHARGE_PORTAL_BOOTSTRAP_TOKEN: 'x'.repeat(40) }).bootstrapToken).toBe('x'.repeat(40));
});

test('paths of the file count from the data folder', () => {
  writeFileSync(file(), 'provision: sites.json\n');
  expect(readConfiguration(['--data', data], {}).provision).toBe(join(data, 'sites.json'));
});

test('the demo, whose passwords are known, is for this machine only unless one says otherwise', () => {
  expect(readConfiguration([], {}).host).toBe('0.0.0.0');
  expect(readConfiguration(['--demo'], {}).host).toBe('127.0.0.1');
  expect(readConfiguration(['--demo', '--host', '0.0.0.0'], {}).host).toBe('0.0.0.0');
});

test('help documents every key', () => {
  const help = configurationHelp();
  for (const flag of ['--data', '--console-port', '--ready-file', '--provision', '--ping-interval-seconds', '--tls-ec-key']) {
    expect(help).toContain(flag);
  }
  expect(help).toContain('CHARGE_PORTAL_BOOTSTRAP_TOKEN');
});

test('ports and address of FTP data connections are taken as the help shows them, and told when they are neither', () => {
  const flags = ['--data', data, '--ftp-passive-ports', '50000-50199', '--ftp-passive-address', '192.0.2.10'];
  expect(readConfiguration(flags, {})).toMatchObject({ ftpPassivePorts: '50000-50199', ftpPassiveAddress: '192.0.2.10' });
  expect(problemsOf(['--ftp-passive-ports', 'any', '--ftp-passive-address', 'here'])).toEqual([
    '--ftp-passive-ports: "any" is not accepted; it must look like 50000-50199.',
    '--ftp-passive-address: "here" is not accepted; it must look like 192.0.2.10.',
  ]);
  expect(problemsOf(['--ftp-passive-ports', '50199-50000'])[0]).toMatch(/no range of ports/);
});
