import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { existsSync, readdirSync, readFileSync, type Stats, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { certificateFiles } from './certificates.ts';
import type { Configuration } from './config.ts';
import { databaseFile } from './settings.ts';
import { checkIntegrity } from './storage/integrity.ts';

/** What one look found. A *problem* keeps the daemon from working; a *warning* will, or weakens it. */
export type Finding = Readonly<{ state: 'ok' | 'warning' | 'problem'; what: string; advice?: string }>;

const ok = (what: string): Finding => ({ state: 'ok', what });
const warning = (what: string, advice: string): Finding => ({ state: 'warning', what, advice });
const problem = (what: string, advice: string): Finding => ({ state: 'problem', what, advice });

/** The folder is there, ours alone, and has room (SECURITY R8: warned at 10 % and 5 % free). */
export function checkDataFolder({ data }: Configuration): Finding[] {
  if (!existsSync(data))
    return [ok(`Data folder ${data} is not there yet; the first start makes it.`), checkRoom(nearestFolder(data))];
  const stats = statSync(data);
  if (!stats.isDirectory()) return [problem(`${data} is no folder.`, 'Choose another one with --data.')];
  const open = isOpenToOthers(stats)
    ? warning(`Data folder ${data} can be read by other users of this machine.`, `chmod 700 ${data}`)
    : ok(`Data folder ${data} is closed to other users.`);
  return [open, checkRoom(data)];
}

function checkRoom(folder: string): Finding {
  const { bavail, blocks, bsize } = statfsSync(folder);
  const free = `${((bavail * bsize) / 1e9).toFixed(1)} GB (${((bavail / blocks) * 100).toFixed(0)} %) of the disk are free.`;
  const advice = `Make room on the disk of ${folder}: a message that cannot be stored is not acknowledged.`;
  if (bavail / blocks < 0.05) return problem(free, advice);
  return bavail / blocks < 0.1 ? warning(free, advice) : ok(free);
}

/** Each port can be opened, or is open already by the daemon that runs on this data folder. */
export async function checkPorts(configuration: Configuration, running: readonly number[]): Promise<Finding[]> {
  const { host, consolePort, localPort, stationPort, stationTlsPort, ftpPort } = configuration;
  const ports = [
    { flag: '--console-port', port: consolePort, address: host },
    { flag: '--local-port', port: localPort, address: '127.0.0.1' },
    { flag: '--station-port', port: stationPort, address: host },
    { flag: '--station-tls-port', port: stationTlsPort, address: host },
    { flag: '--ftp-port', port: ftpPort, address: host },
  ];
  return Promise.all(
    ports.map(async ({ flag, port, address }) => {
      if (port === 0) return ok(`${flag}: any free port.`);
      if (running.includes(port)) return ok(`Port ${port} is open by the running daemon.`);
      const code = await codeOfListening(port, address);
      if (code === null) return ok(`Port ${port} is free.`);
      if (code === 'EADDRINUSE')
        return problem(`Port ${port} is used by another program.`, `End that program, or choose another port with ${flag}.`);
      if (code === 'EACCES')
        return problem(`Port ${port} may not be opened by this user.`, `Choose a port from 1024 up with ${flag}.`);
      return problem(`Port ${port} cannot be opened on ${address}: ${code}.`, `Look at --host and ${flag}.`);
    }),
  );
}

function codeOfListening(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

const toleranceMs = 5 * 60_000;

/** Sessions carry times: the clock must not be behind what was already written, and should agree with a time server. */
export async function checkClock({ data }: Configuration): Promise<Finding[]> {
  const files = [
    join(import.meta.dirname, '../package.json'),
    ...(existsSync(data) ? readdirSync(data).map((name) => join(data, name)) : []),
  ];
  const newest = Math.max(...files.map((file) => statSync(file).mtimeMs));
  const advice = 'Set the clock, or let it follow a time server (timedatectl set-ntp true).';
  if (newest > Date.now() + toleranceMs)
    return [problem(`The clock is behind: a file was written at ${new Date(newest).toISOString()}.`, advice)];
  const offsetMs = await offsetOfTimeServer();
  if (offsetMs === null)
    return [ok('The clock is not behind the files. No time server could be asked, which is no fault by itself.')];
  const seconds = `${Math.abs(offsetMs / 1000).toFixed(1)} s`;
  return [
    Math.abs(offsetMs) > 10_000
      ? warning(`The clock is ${seconds} ${offsetMs > 0 ? 'behind' : 'ahead of'} a time server.`, advice)
      : ok(`The clock is ${seconds} from a time server.`),
  ];
}

/** How far a public time server is ahead of us, ms (SNTP, RFC 4330); null when none answers. */
function offsetOfTimeServer(): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (offset: number | null) => {
      clearTimeout(late);
      socket.close();
      resolve(offset);
    };
    const late = setTimeout(() => end(null), 1500);
    const asked = Date.now();
    socket.once('error', () => end(null));
    socket.once('message', (answer) => {
      if (answer.length < 48) return end(null);
      const secondsSince1900 = answer.readUInt32BE(40) + answer.readUInt32BE(44) / 2 ** 32;
      end((secondsSince1900 - 2_208_988_800) * 1000 - (asked + Date.now()) / 2);
    });
    const question = Buffer.alloc(48);
    question[0] = 0x23; // version 4, client
    socket.send(question, 123, 'pool.ntp.org', (error) => error && end(null));
  });
}

const soonMs = 30 * 86_400_000;

/** Certificates are in their time, fit their keys, and the keys are ours alone. */
export function checkCertificates(configuration: Configuration): Finding[] {
  return certificateFiles(configuration).map(({ cert, key, selfMade }) => {
    if (!existsSync(cert) || !existsSync(key)) {
      const missing = existsSync(cert) ? key : cert;
      return selfMade
        ? ok(`${missing} is not there yet; the first start makes it.`)
        : problem(`${missing} is missing.`, 'Look at the tls- keys of the configuration.');
    }
    const certificate = new X509Certificate(readFileSync(cert));
    const until = Date.parse(certificate.validTo);
    const renew = selfMade
      ? `Remove ${cert} and ${key}, and restart: new ones are made, with a new fingerprint.`
      : `Replace ${cert}.`;
    if (!certificate.checkPrivateKey(createPrivateKey(readFileSync(key))))
      return problem(`${key} is not the key of ${cert}.`, 'Look at the tls- keys of the configuration.');
    if (until < Date.now()) return problem(`${cert} ended on ${day(until)}.`, renew);
    if (until < Date.now() + soonMs) return warning(`${cert} ends on ${day(until)}.`, renew);
    if (isOpenToOthers(statSync(key))) return warning(`${key} can be read by other users of this machine.`, `chmod 600 ${key}`);
    return ok(`${cert} is valid until ${day(until)}.`);
  });
}

/** The database is of a version that this program knows, and whole. */
export function checkDatabase({ data }: Configuration): Finding {
  const file = databaseFile(data);
  if (!existsSync(file)) return ok('There is no database yet; the first start makes it.');
  const restore = 'Stop the daemon, keep a copy of the folder, and restore the newest backup.';
  try {
    const { schemaVersion, knownVersion, sqliteVersion, problems } = checkIntegrity(file);
    if (schemaVersion > knownVersion) {
      return problem(
        `The database has version ${schemaVersion}; this program knows up to ${knownVersion}.`,
        'Install the newer program again, or restore a backup made before the update.',
      );
    }
    if (problems.length > 0) return problem(`The database is damaged: ${problems.slice(0, 3).join('; ')}.`, restore);
    return ok(`The database is whole (version ${schemaVersion}, SQLite ${sqliteVersion}).`);
  } catch (error) {
    return problem(`The database cannot be read: ${error instanceof Error ? error.message : String(error)}.`, restore);
  }
}

/** The console's files are there. */
export function checkConsole(): Finding {
  return existsSync(join(import.meta.dirname, '../console/dist/index.html'))
    ? ok('The console is built.')
    : warning('The console is not built.', 'npm run build');
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const isOpenToOthers = (stats: Stats) => process.platform !== 'win32' && (stats.mode & 0o077) !== 0;
const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));
