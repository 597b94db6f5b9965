import { join } from 'node:path';
import type { Configuration } from './config.ts';
import type { Settings } from './domain/central.ts';
import { networkList } from './domain/station/networks.ts';

/** The one database of a data folder. */
export const databaseFile = (data: string) => join(data, 'charge-portal.db');

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
  };
}
