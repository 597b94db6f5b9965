import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationHelp, readConfiguration } from './config.ts';
import { openLog } from './log.ts';
import { type Daemon, startDaemon } from './main.ts';

const stopWithinMs = 5000;

/** `charge-portal serve`: runs the daemon until SIGTERM or SIGINT. Resolves with the exit code. */
export async function serve(flags: readonly string[]): Promise<number> {
  if (flags.includes('--help') || flags.includes('-h')) {
    console.log(configurationHelp());
    return 0;
  }
  process.umask(0o077); // The database and the keys are nobody else's business.
  const stopAsked = signalled();
  const configuration = readConfiguration(flags, process.env);
  const daemon = await startDaemon(configuration, openLog(configuration.logLevel));
  sayWhere(daemon, configuration.demo ? (await import('./demo.ts')).demoSignIns() : []);
  if (configuration.readyFile !== '') writeWhole(configuration.readyFile, JSON.stringify(daemon.addresses));
  const signal = await stopAsked;
  console.log(`${signal}: stopping.`);
  const late = setTimeout(() => {
    console.error(
      `Not everything closed within ${stopWithinMs / 1000} s; the rest is cut off. What was acknowledged is on disk.`,
    );
    process.exit(1);
  }, stopWithinMs);
  await daemon.close();
  clearTimeout(late);
  return 0;
}

/** The first SIGTERM or SIGINT. Later ones change nothing: a terminal's Ctrl-C reaches us directly and through npm. */
function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
  });
}

function sayWhere({ addresses, administrator }: Daemon, beside: readonly string[]): void {
  const lines = ['Charge Portal runs.', `  On this machine   ${addresses.local}`, `  On the network    ${addresses.console}`];
  lines.push(`  Certificate       SHA-256 ${addresses.fingerprint}`, `  Stations          ${addresses.ocpp16}/<ChargeBoxId>`);
  if (administrator) {
    lines.push(
      '',
      `  Sign in as ${administrator.email} with the one-time password ${administrator.password}`,
      '  It is shown this once.',
    );
  }
  if (beside.length > 0) lines.push('', ...beside.map((line) => `  ${line}`));
  if (!existsSync(join(import.meta.dirname, '../console/dist/index.html')))
    lines.push('', '  The console is not built: npm start builds it.');
  console.log(lines.join('\n'));
}

/** Readers never find half a file: it appears under its name when it is complete. */
function writeWhole(file: string, content: string): void {
  writeFileSync(`${file}.new`, `${content}\n`);
  renameSync(`${file}.new`, file);
}
