import type { Central } from '../central.ts';
import { stationTime } from './clock.ts';
import { stationEvent } from './event.ts';
import type { Station } from './station.ts';

/** Something that a station tells about its security. `type` is open; `reportedAt` is the station's time, ms UTC. */
export type SecurityEvent = Readonly<{ type: string; reportedAt: number | null; techInfo: string | null }>;

/** Those that the OCPP security paper calls critical (SECURITY §3). */
const critical: ReadonlySet<string> = new Set([
  'FirmwareUpdated',
  'SettingSystemTime',
  'StartupOfTheDevice',
  'ResetOrReboot',
  'SecurityLogWasCleared',
  'MemoryExhaustion',
  'TamperDetectionActivated',
]);

/** Keeps a security event of a station for people to see. */
export async function noteSecurityEvent(
  central: Central,
  station: Station,
  { type, reportedAt, techInfo }: SecurityEvent,
): Promise<void> {
  await central.storage.write([
    stationEvent(central, station, {
      kind: 'station.security',
      severity: critical.has(type) ? 'warning' : 'info',
      at: stationTime(central, station, reportedAt).at,
      data: { type, techInfo },
    }),
  ]);
}
