import type { Logger } from 'pino';
import type { StationRequest } from '../../../shared/model/command.ts';
import type { OutletMode, SecurityProfile } from '../../../shared/model/node.ts';
import type { ConnectorStatus } from '../../../shared/model/state.ts';

/** How a station answered one of our calls. `answer` is its own word; `detail` the rest of what it said. */
export type StationAnswer =
  | Readonly<{ outcome: 'accepted' | 'rejected'; answer: string; detail?: unknown }>
  | Readonly<{ outcome: 'failed'; answer: string; detail?: unknown }>
  | Readonly<{ outcome: 'timedOut' }>;

/** The line to a connected station, put there by the adapter of its protocol. */
export type StationLink = Readonly<{
  protocol: 'OCPP 1.6J' | 'OCPP 1.6S' | 'OCPP 1.5S';
  secure: boolean;
  address: string;
  connectedAt: number;
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
  readonly startedAt: number;
  readonly meterStartWh: number;
  readonly idTag: string;
  readonly accountId: number | null;
  /** Set when StopTransaction came and the cable is still in. */
  chargingStoppedAt: number | null;
  energyWh: number | null;
  powerW: number | null;
  peakPowerW: number | null;
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
  link: StationLink | null;
  lastSeenAt: number | null;
  /** Station's clock minus ours, ms; times it reports are corrected by it when it is beyond tolerance. */
  clockOffsetMs: number;
  connectors: Map<number, Connector>;
  readonly log: Logger;
};
