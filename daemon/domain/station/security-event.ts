import type { Central } from '../central.ts';
import { stationTime } from './clock.ts';
import { stationEvent } from './event.ts';
import type { Station } from './station.ts';

/** Something that a station says about its own security. `type` is open text (OCPP 1.6 security extension, A04). */
export type SecurityEvent = Readonly<{ type: string; reportedAt: number | null; techInfo: string | null }>;

/** Those that the paper wants pushed, and people to see (SECURITY §3). */
const critical = new Set([
  'FirmwareUpdated',
  'SettingSystemTime',
  'StartupOfTheDevice',
  'ResetOrReboot',
  'SecurityLogWasCleared',
  'MemoryExhaustion',
  'TamperDetectionActivated',
]);

/** Keeps a security event of a station in its history. */
export async function noteSecurityEvent(central: Central, station: Station, event: SecurityEvent): Promise<void> {
  const { at } = stationTime(central, station, event.reportedAt);
  const severity = critical.has(event.type) ? 'warning' : 'info';
  const data = { type: event.type, techInfo: event.techInfo };
  await central.storage.write([stationEvent(central, station, { kind: 'station.security', severity, at, data })]);
}
