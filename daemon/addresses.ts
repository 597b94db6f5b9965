import { networkInterfaces } from 'node:os';
import type { Configuration } from './config.ts';

/** The ports that the listeners really have. */
export type Ports = Readonly<{ console: number; local: number; stations: number; stationsTls: number; ftp: number }>;

const stationPath = '/Ocpp/websocket';
const soapPath15 = '/Ocpp/CentralSystemService15';
const soapPath16 = '/Ocpp/CentralSystemService16';

/** The content of `--ready-file` (DESIGN §3), for programs on this machine. */
export function readyAddresses(configuration: Configuration, ports: Ports, fingerprint: string) {
  const host = inAddress(isWildcard(configuration.host) ? '127.0.0.1' : configuration.host);
  return {
    console: `https://${host}:${ports.console}`,
    api: `wss://${host}:${ports.console}/api`,
    local: `http://127.0.0.1:${ports.local}`,
    ocpp16: `ws://${host}:${ports.stations}${stationPath}`,
    ocpp16Tls: `wss://${host}:${ports.stationsTls}${stationPath}`,
    ocpp15: `http://${host}:${ports.stations}${soapPath15}`,
    ocpp16Soap: `http://${host}:${ports.stations}${soapPath16}`,
    ftp: `ftp://${host}:${ports.ftp}`,
    // The same port: TLS begins with AUTH TLS.
    ftps: `ftps://${host}:${ports.ftp}`,
    fingerprint,
    pid: process.pid,
  };
}
export type ReadyAddresses = ReturnType<typeof readyAddresses>;

/** What people and stations enter elsewhere (PRODUCT M21): the public name, or each address of this machine. */
export function publicAddresses(configuration: Configuration, ports: Ports) {
  const hosts = hostsToShow(configuration).map(inAddress);
  return {
    console: hosts.map((host) => `https://${host}:${ports.console}`),
    ocpp16: hosts.map((host) => `ws://${host}:${ports.stations}${stationPath}/`),
    ocpp16Tls: hosts.map((host) => `wss://${host}:${ports.stationsTls}${stationPath}/`),
    ocpp15: soapAddresses(hosts, ports, soapPath15),
    ocpp16Soap: soapAddresses(hosts, ports, soapPath16),
  };
}

const soapAddresses = (hosts: readonly string[], ports: Ports, path: string) =>
  hosts.flatMap((host) => [`http://${host}:${ports.stations}${path}`, `https://${host}:${ports.stationsTls}${path}`]);

/** Where stations exchange files: under the public name, else at the first address of this machine. */
export function fileEndpoints(configuration: Configuration, ports: Ports) {
  const [host = '127.0.0.1'] = hostsToShow(configuration);
  return {
    ftp: { host, port: ports.ftp },
    http: { host, port: ports.stations },
    https: { host, port: ports.stationsTls },
  };
}

function hostsToShow({ publicName, host }: Configuration): readonly string[] {
  if (publicName !== '') return [publicName];
  if (!isWildcard(host)) return [host];
  const found = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter((each) => !each.internal && (each.family === 'IPv4' || host === '::') && !each.address.startsWith('fe80'))
    .map((each) => each.address);
  return found.length > 0 ? found : ['127.0.0.1'];
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';
const inAddress = (host: string) => (host.includes(':') ? `[${host}]` : host);
