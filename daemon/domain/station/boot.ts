import { noteBoot } from '../../storage/stations.ts';
import type { Central } from '../central.ts';
import { tellDeed } from '../command/proof.ts';
import { followExternal } from '../files/outcome.ts';
import { installedAtBoot } from '../files/progress.ts';
import { readConfiguration } from './configuration.ts';
import { stationEvent } from './event.ts';
import type { Station } from './station.ts';

/** What a station tells about itself when it starts; null: not told. */
export type BootFacts = Readonly<{
  vendor: string | null;
  model: string | null;
  serialNumber: string | null;
  boxSerialNumber: string | null;
  firmware: string | null;
  iccid: string | null;
  imsi: string | null;
  meterType: string | null;
  meterSerialNumber: string | null;
}>;

export type Registration = Readonly<{ status: 'Accepted' | 'Pending' | 'Rejected'; intervalS: number }>;

const statusOf = { accepted: 'Accepted', pending: 'Pending', rejected: 'Rejected' } as const;
const retryS = 60;

/**
 * A station has started. Its sessions go on: a stop may still come, or the charging itself (OCPP 1.6 §4.2, FACTS §6.1).
 * Once accepted it is remembered as such, over reconnects and restarts of ours.
 */
export async function boot(central: Central, station: Station, facts: BootFacts): Promise<Registration> {
  const now = central.clock.now();
  const isAccepted = station.registration === 'accepted';
  const bootedAt = isAccepted ? now : null;
  const installed = await installedAtBoot(central, station, facts.firmware);
  await central.storage.write([
    ...(installed?.unit ?? []),
    noteBoot({ nodeId: station.id, ...facts, bootedAt, lastSeenAt: now }),
    stationEvent(central, station, {
      kind: 'station.booted',
      severity: 'info',
      data: { registration: station.registration, vendor: facts.vendor, model: facts.model, firmware: facts.firmware },
    }),
  ]);
  const hasNewFirmware = station.firmware !== null && station.firmware !== facts.firmware;
  station.booted = isAccepted;
  station.bootedAt = bootedAt;
  station.heartbeatIntervalS = null;
  station.firmware = facts.firmware;
  station.lastSeenAt = now;
  station.clock.suspectOffsetMs = null;
  central.publish({ kind: 'station.changed', stationId: station.id });
  if (installed)
    void followExternal(central, station, installed.transfer, 'Installed').catch((err) =>
      station.log.error({ err }, 'folder of an installed firmware not tidied up'),
    );
  if (isAccepted) {
    tellDeed(central.proofs, station.id, { did: 'booted', hasNewFirmware: hasNewFirmware || installed !== null });
    const isNews = station.configurationReadAt === null || hasNewFirmware;
    if (isNews && central.settings.readStationKeys) readConfiguration(central, station);
  }
  const intervalS = isAccepted ? central.settings.heartbeatIntervalS : retryS;
  return { status: statusOf[station.registration], intervalS: spread(intervalS, station.id) };
}

/** Up to a tenth more or less, always the same for a station, so that a whole site does not speak in chorus (SECURITY §4). */
function spread(intervalS: number, stationId: number): number {
  const share = (stationId * 0.6180339887) % 1;
  return Math.max(1, Math.round(intervalS * (0.9 + 0.2 * share)));
}
