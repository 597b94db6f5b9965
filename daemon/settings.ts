import { join } from 'node:path';
import type { Configuration } from './config.ts';
import type { Settings } from './domain/central.ts';
import { networkList } from './domain/station/networks.ts';

/** The one database of a data folder. */
export const databaseFile = (data: string) => join(data, 'charge-portal.db');

/** The message trace beside it. */
export const traceFile = (data: string) => join(data, 'trace.sqlite3');

/** The part of the configuration that rules need, in their units. */
export function settingsOf(configuration: Configuration): Settings {
  return {
    heartbeatIntervalS: configuration.heartbeatIntervalSeconds,
    pingIntervalS: configuration.pingIntervalSeconds,
    readStationKeys: configuration.readStationKeys,
    callTimeoutMs: configuration.callTimeoutSeconds * 1000,
    soapCallNetworks: networkList(configuration.soapCallNetworks),
    signInIdleMs: configuration.signInIdleMinutes * 60_000,
    signInAbsoluteMs: configuration.signInAbsoluteHours * 3_600_000,
    defaultTimeZone: configuration.timeZone,
    files: {
      folder: join(configuration.data, 'files'),
      keyFile: join(configuration.data, 'secret.key'),
      maxFileBytes: configuration.maxFileMegabytes * 1_000_000,
      quotaBytes: configuration.stationFilesMegabytes * 1_000_000,
      bytesPerSecond: configuration.fileMegabytesPerSecond * 1_000_000,
      jobMs: configuration.transferMinutes * 60_000,
    },
  };
}

/** `50000-50199` as numbers; null for 0, any port. */
export function portRange(text: string): Readonly<{ first: number; last: number }> | null {
  const [first = 0, last = 0] = text.split('-').map(Number);
  return first === 0 ? null : { first, last };
}
