import type { Logger } from 'pino';
import type { SecurityProfile } from '../../../shared/model/node.ts';
import type { StationsTable } from '../../storage/tables.ts';
import { newClockWatch } from './clock.ts';
import { keyFromColumn } from './key.ts';
import type { Protocol, Station } from './station.ts';

/** A station as it stands in memory, without its connectors. */
export function stationOf(
  row: StationsTable,
  place: Readonly<{ publicId: string; siteId: number; timeZone: string }>,
  log: Logger,
): Station {
  const registration = row.registration as Station['registration']; // The schema allows nothing else.
  return {
    id: row.nodeId,
    ...place,
    chargeBoxId: row.chargeBoxId,
    securityProfile: row.securityProfile as SecurityProfile, // The schema allows nothing else.
    registration,
    booted: registration === 'accepted' && row.bootedAt !== null,
    pingIntervalS: row.pingIntervalS,
    requireSubprotocol: row.requireSubprotocol === 1,
    protocol: row.transport as Protocol | null, // Written from a link's protocol only.
    callBack: { override: row.callBackOverride, seen: row.callBackSeen, seenAt: row.callBackSeenAt },
    sourceNetworks: row.sourceNetworks === null ? [] : row.sourceNetworks.split(','),
    link: null,
    firstConnectedAt: row.firstConnectedAt,
    lastSeenAt: row.lastSeenAt,
    bootedAt: row.bootedAt,
    firmware: row.firmware,
    address: row.address,
    key: keyFromColumn(row.passwordHashes),
    pendingKey: keyFromColumn(row.pendingPasswordHashes),
    clockOffsetMs: row.clockOffsetMs ?? 0,
    clock: newClockWatch(),
    configurationReadAt: null,
    connectionTimeoutS: null,
    heartbeatIntervalS: null,
    connectors: new Map(),
    inHand: null,
    log: log.child({ station: row.chargeBoxId }),
  };
}
