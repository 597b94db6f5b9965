import { type DestinationStream, type Logger, pino } from 'pino';
import type { Configuration } from './config.ts';

const levels: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** Log on the standard error stream: JSON lines for programs, one plain line each for a person at a terminal. */
export function openLog(level: Configuration['logLevel']): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return process.stderr.isTTY ? pino(options, plainLines) : pino(options, pino.destination({ dest: 2, sync: true }));
}

const plainLines: DestinationStream = {
  write(line) {
    const { level, time, msg, err, ...facts } = JSON.parse(line);
    const rest = Object.entries(facts).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    process.stderr.write(`${[String(time).slice(11, 19), levels[level], msg, ...rest].join(' ')}\n`);
    if (err) process.stderr.write(`${err.stack ?? err.message}\n`);
  },
};
