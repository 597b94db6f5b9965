import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { fileEndpoints, type Ports, publicAddresses, type ReadyAddresses, readyAddresses } from './addresses.ts';
import { openCertificates } from './certificates.ts';
import type { Configuration } from './config.ts';
import { type ControlAnswer, type ControlRequest, holdDataFolder } from './control.ts';
import type { Central } from './domain/central.ts';
import { openCentral } from './domain/open-central.ts';
import { provision } from './domain/topology/provision.ts';
import { readProvision } from './domain/topology/provision-file.ts';
import { ensureBootstrapToken } from './domain/user/access-token.ts';
import { ensureAdministrator } from './domain/user/first-administrator.ts';
import { resetPassword } from './domain/user/reset-password.ts';
import { externalServer } from './ftp/external.ts';
import { startFtpServer } from './ftp/server.ts';
import { startConsoleListener } from './http/server.ts';
import { stationFiles } from './http/station-files.ts';
import { startStationListener } from './ocpp/listener.ts';
import { databaseFile, portRange, settingsOf, traceFile } from './settings.ts';
import { openStorage } from './storage/open.ts';
import { openTrace } from './storage/trace/open.ts';

/** A daemon that listens. */
export type Daemon = Readonly<{
  addresses: ReadyAddresses;
  /** The account made at the very first start, with its one-time password. */
  administrator: Readonly<{ email: string; password: string }> | null;
  /** Stops accepting, answers what is in flight, closes, checkpoints; in the reverse order of starting. */
  close(): Promise<void>;
}>;

/** Joins the parts by plain calls. Whatever was started is closed again when a later part fails. */
export async function startDaemon(configuration: Configuration, log: Logger): Promise<Daemon> {
  await using started = new AsyncDisposableStack();
  const { data, host } = configuration;
  const file = configuration.provision === '' ? null : readProvision(readFileSync(configuration.provision, 'utf8'));
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const running: Running = { central: null, ports: null };
  const control = await holdDataFolder(data, (request) => answerControl(running, request));
  started.defer(() => control.close());

  const tls = await openCertificates(configuration);
  const storage = await openStorage({ file: databaseFile(data), log });
  started.defer(() => storage.close());
  const trace = await openTrace({
    file: traceFile(data),
    maxBytes: configuration.traceMegabytes * 1024 * 1024,
    days: configuration.traceDays,
    log,
  });
  started.defer(() => trace.close());
  const central = await openCentral({ storage, clock: { now: Date.now }, log, settings: settingsOf(configuration), trace });
  started.defer(() => central.close());
  running.central = central;

  // Loaded only when asked for, as it brings the simulator.
  const demo = configuration.demo ? await import('./demo.ts') : null;
  if (demo) await demo.makeDemo(central);
  if (file) await provision(central, file);
  const administrator = await ensureAdministrator(central);
  if (configuration.bootstrapToken !== '') await ensureBootstrapToken(central, configuration.bootstrapToken);

  const ftp = await startFtpServer(central, {
    host,
    port: configuration.ftpPort,
    tls,
    passivePorts: portRange(configuration.ftpPassivePorts),
    passiveAddress: configuration.ftpPassiveAddress || null,
    maxConnections: configuration.ftpMaxConnections,
  });
  started.defer(() => ftp.close());
  const stations = await startStationListener(central, {
    host,
    port: configuration.stationPort,
    tlsPort: configuration.stationTlsPort,
    tls,
    maxFrameBytes: configuration.maxFrameBytes,
    routes: stationFiles(central),
  });
  started.defer(() => stations.close());
  const people = await startConsoleListener(central, {
    host,
    port: configuration.consolePort,
    localPort: configuration.localPort,
    tls,
    consoleDir: join(import.meta.dirname, '../console/dist'),
    addresses: () => publicAddresses(configuration, ports),
  });
  started.defer(() => people.close());
  const ports = {
    console: people.port,
    local: people.localPort,
    stations: stations.port,
    stationsTls: stations.tlsPort ?? configuration.stationTlsPort,
    ftp: ftp.port,
  };
  central.files.external = externalServer;
  central.files.endpoints = fileEndpoints(configuration, ports);
  running.ports = ports;

  if (demo) {
    const charging = demo.chargeDemo(host, stations.port);
    started.defer(() => charging.close());
  }

  const addresses = readyAddresses(configuration, ports, tls.fingerprint);
  log.info({ ...addresses }, 'listening');
  const open = started.move();
  return { addresses, administrator, close: () => open.disposeAsync() };
}

/** What the commands of this machine may ask about, as far as the start has come. */
type Running = { central: Central | null; ports: Ports | null };

async function answerControl({ central, ports }: Running, request: ControlRequest): Promise<ControlAnswer> {
  if (request.ask === 'status') return { pid: process.pid, ports: Object.values(ports ?? {}) };
  if (central === null) return { error: 'The daemon is still starting; try again in a moment.' };
  return { password: await resetPassword(central, request.email) };
}
