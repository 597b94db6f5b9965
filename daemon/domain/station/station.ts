import type { Logger } from 'pino';
import type { StationRequest } from '../../../shared/model/command.ts';
import type { OutletMode, SecurityProfile } from '../../../shared/model/node.ts';
import type { Authentication, SessionFlag } from '../../../shared/model/session.ts';
import type { ConnectorStatus } from '../../../shared/model/state.ts';
import type { Meter } from '../session/energy.ts';
import type { ClockWatch } from './clock.ts';
import type { KeyHashes } from './key.ts';

/** How a station answered one of our calls. `answer` is its own word; `detail` the rest of what it said. */
export type StationAnswer =
  | Readonly<{ outcome: 'accepted' | 'rejected'; answer: string; detail?: unknown }>
  | Readonly<{ outcome: 'failed'; answer: string; detail?: unknown }>
  | Readonly<{ outcome: 'timedOut' }>;

export type Protocol = 'OCPP 1.6J' | 'OCPP 1.6S' | 'OCPP 1.5S';

/** Where a SOAP station is called: `override` as an operator says, else `seen` as the station said itself (FIELD 20). */
export type CallBack = Readonly<{ override: string | null; seen: string | null; seenAt: number | null }>;

/** The line to a connected station, put there by the adapter of its protocol. */
export type StationLink = Readonly<{
  protocol: Protocol;
  secure: boolean;
  address: string;
  connectedAt: number;
  /** True while the station can be heard but not called: it never told an address, or told one that must not be called. */
  isDeaf?: boolean;
  /** Whether this protocol has a message for the request. */
  supports(kind: StationRequest['kind']): boolean;
  /**
   * Sends a request and resolves with the answer; calls of one station go one after the other. `onSent` is called when it leaves.
   * Never rejects for what the station does; rejects with `stationOffline` when the line is closed before it was sent.
   */
  call(request: StationRequest, onSent: () => void): Promise<StationAnswer>;
  /** Whether the station is still there: it answered a ping within the time. */
  probe(timeoutMs: number): Promise<boolean>;
  close(reason: string): void;
}>;

/** Live state of one connector; number 0 is the station itself. Times are ms UTC, corrected by the clock offset. */
export type Connector = {
  readonly connectorId: number;
  /** The outlet's node; null for connector 0. */
  outletId: number | null;
  mode: OutletMode;
  status: ConnectorStatus | null;
  errorCode: string | null;
  info: string | null;
  vendorErrorCode: string | null;
  statusAt: number | null;
  statusReceivedAt: number | null;
  /** When the connector became free, if it is; the cable left at that moment. */
  freeSince: number | null;
  powerW: number | null;
  energyRegisterWh: number | null;
  sampledAt: number | null;
  /** The open session here, if any. */
  session: LiveSession | null;
};

/** What is kept in memory of an open session, so that a meter value needs no query. */
export type LiveSession = {
  readonly id: number;
  readonly publicId: string;
  readonly siteId: number;
  readonly connectorId: number;
  readonly startedAt: number;
  readonly startedAtStation: number;
  readonly meterStartWh: number;
  readonly idTag: string;
  readonly tagId: number | null;
  readonly accountId: number | null;
  readonly authentication: Authentication;
  state: 'charging' | 'stopped';
  /** Set when StopTransaction came and the cable is still in. */
  chargingStoppedAt: number | null;
  energyWh: number | null;
  powerW: number | null;
  peakPowerW: number | null;
  lastSampleAt: number | null;
  readonly flags: Set<SessionFlag>;
  readonly meter: Meter;
  /** When its progress was last put on disk. */
  savedAt: number;
};

/** A registered station, in memory. Only the rules of `domain/` change it, one message of the station at a time. */
export type Station = {
  readonly id: number;
  readonly publicId: string;
  chargeBoxId: string;
  siteId: number;
  /** IANA zone of its site. */
  timeZone: string;
  securityProfile: SecurityProfile;
  registration: 'accepted' | 'pending' | 'rejected';
  /** Remembered over reconnects and restarts: whether the last BootNotification was accepted. */
  booted: boolean;
  pingIntervalS: number | null;
  requireSubprotocol: boolean;
  /** What its first accepted contact bound it to; null: not bound yet (SECURITY A10). */
  protocol: Protocol | null;
  callBack: CallBack;
  /** Networks from which it may come; empty: any. */
  sourceNetworks: readonly string[];
  link: StationLink | null;
  firstConnectedAt: number | null;
  lastSeenAt: number | null;
  bootedAt: number | null;
  firmware: string | null;
  /** Network address from which it last proved who it is. */
  address: string | null;
  /** Hashes of its password; null: none set. `pendingKey` is accepted too until one of both is used (SECURITY R16). */
  key: KeyHashes | null;
  pendingKey: KeyHashes | null;
  /** Station's clock minus ours, ms; times it reports are corrected by it when it is beyond tolerance. */
  clockOffsetMs: number;
  readonly clock: ClockWatch;
  /** When its configuration keys were last read; null: never. */
  configurationReadAt: number | null;
  /** `ConnectionTimeOut` of the station, if known: how long it waits for the cable. */
  connectionTimeoutS: number | null;
  /** Its key `HeartbeatInterval`, if it was read or changed since the last boot, whose answer sets it anew. */
  heartbeatIntervalS: number | null;
  connectors: Map<number, Connector>;
  /** The message of it that is being handled, whichever line it came by; the next one waits for it. */
  inHand: Promise<unknown> | null;
  readonly log: Logger;
};
