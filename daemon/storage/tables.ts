import type { Generated } from 'kysely';

/**
 * One interface a table. Integers: energy Wh, power W, current mA, voltage mV, time ms since the epoch (UTC); booleans are 0/1.
 * `publicId` is the UUIDv7 that leaves the daemon; row ids stay inside.
 */
export interface Tables {
  system: { id: Generated<number>; name: string; description: string; timeZone: string; createdAt: number };
  nodes: NodesTable;
  sites: {
    nodeId: number;
    staticId: string;
    address: string;
    latitude: number | null;
    longitude: number | null;
    timeZone: string;
  };
  stations: StationsTable;
  outlets: { nodeId: number; stationId: number; connectorId: number; plug: string; mode: string; parking: string };
  connectorStates: ConnectorStatesTable;
  seenStations: { chargeBoxId: string; firstAt: number; lastAt: number; count: number; address: string; protocol: string };
  deviations: {
    stationId: number;
    kind: string;
    action: string;
    count: number;
    firstAt: number;
    lastAt: number;
    example: string;
  };
  accounts: AccountsTable;
  siteRights: { accountId: number; siteId: number };
  tags: TagsTable;
  signIns: SignInsTable;
  accessTokens: AccessTokensTable;
  tableViews: { accountId: number; tableName: string; name: string; view: string };
  sessions: SessionsTable;
  orphanStops: OrphanStopsTable;
  samples: SamplesTable;
  outletHours: OutletHoursTable;
  commands: CommandsTable;
  configurationKeys: { stationId: number; key: string; readonly: number; value: string | null; readAt: number };
  configurationChanges: {
    id: Generated<number>;
    stationId: number;
    key: string;
    before: string | null;
    after: string | null;
    changedAt: number;
  };
  reservations: ReservationsTable;
  chargingProfiles: ChargingProfilesTable;
  localLists: LocalListsTable;
  localListEntries: { stationId: number; idTag: string; status: string; expiresAt: number | null; parentIdTag: string | null };
  events: EventsTable;
  audit: AuditTable;
  firmware: FirmwareTable;
  transfers: TransfersTable;
  stationFiles: StationFilesTable;
  fileServer: FileServerTable;
}

/** Removed nodes stay as rows (`removedAt`), so that sessions keep their names (FIELD 24). */
export interface NodesTable {
  id: Generated<number>;
  publicId: string;
  kind: string;
  parentId: number | null;
  /** The site at or above; null for the system. */
  siteId: number | null;
  name: string;
  description: string;
  position: number;
  version: number;
  createdAt: number;
  updatedAt: number;
  updatedBy: string | null;
  removedAt: number | null;
}

export interface StationsTable {
  nodeId: number;
  chargeBoxId: string;
  /** Empties when the node is removed, so that the ChargeBoxId may be used again. */
  active: number;
  securityProfile: number;
  /** One hash a form of the password that is accepted, as JSON; null: none set (FACTS §9). */
  passwordHashes: string | null;
  /** Accepted beside `passwordHashes` until it is used the first time (A01 key rotation). */
  pendingPasswordHashes: string | null;
  registration: string;
  transport: string | null;
  pingIntervalS: number | null;
  requireSubprotocol: number;
  vendor: string | null;
  model: string | null;
  serialNumber: string | null;
  boxSerialNumber: string | null;
  firmware: string | null;
  iccid: string | null;
  imsi: string | null;
  meterType: string | null;
  meterSerialNumber: string | null;
  bootedAt: number | null;
  firstConnectedAt: number | null;
  lastSeenAt: number | null;
  address: string | null;
  clockOffsetMs: number | null;
  firmwareStatus: string | null;
  diagnosticsStatus: string | null;
  /** Where a SOAP station is called: as an operator says, and else as it said itself, and when. */
  callBackOverride: string | null;
  callBackSeen: string | null;
  callBackSeenAt: number | null;
  /** Networks from which it may come, comma-separated; null: any. */
  sourceNetworks: string | null;
}

/** `connectorId` 0 is the station itself. */
export interface ConnectorStatesTable {
  stationId: number;
  connectorId: number;
  status: string;
  errorCode: string;
  info: string | null;
  vendorId: string | null;
  vendorErrorCode: string | null;
  /** The station's time, corrected; and when it was received. */
  statusAt: number;
  receivedAt: number;
}

export interface AccountsTable {
  id: Generated<number>;
  publicId: string;
  role: string;
  email: string;
  passwordHash: string;
  mustChangePassword: Generated<number>;
  firstName: string;
  lastName: string;
  emailAtAlarm: Generated<number>;
  blocked: Generated<number>;
  language: Generated<string | null>;
  theme: Generated<string>;
  timeZone: Generated<string | null>;
  version: Generated<number>;
  createdAt: number;
  updatedAt: number;
  updatedBy: string | null;
  lastSeenAt: Generated<number | null>;
}

/** `idTag` is upper case; its other forms are computed at look-up. */
export interface TagsTable {
  id: Generated<number>;
  publicId: string;
  accountId: number | null;
  idTag: string;
  label: string;
  parentIdTag: string | null;
  blocked: number;
  validFrom: number | null;
  validUntil: number | null;
  maxSessions: number | null;
  createdAt: number;
}

export interface SignInsTable {
  id: Generated<number>;
  publicId: string;
  tokenHash: string;
  accountId: number;
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  address: string;
  userAgent: string;
}

export interface AccessTokensTable {
  id: Generated<number>;
  publicId: string;
  name: string;
  role: string;
  tokenHash: string;
  createdAt: number;
  createdBy: string;
  expiresAt: number | null;
  lastUsedAt: number | null;
  revokedAt: number | null;
}

/** `id` is the transaction id on the wire: positive, below 2^31, never reused (AUTOINCREMENT). */
export interface SessionsTable {
  id: Generated<number>;
  publicId: string;
  stationId: number;
  siteId: number;
  outletId: number | null;
  connectorId: number;
  idTag: string;
  tagId: number | null;
  accountId: number | null;
  authentication: string;
  tagStatus: string;
  state: string;
  /** Corrected by the station's clock offset; `startedAtStation` is what it said, part of what makes a repeat the same. */
  startedAt: number;
  startedAtStation: number;
  receivedAt: number;
  chargingStoppedAt: number | null;
  endedAt: number | null;
  stopReceivedAt: number | null;
  durationMs: number | null;
  meterStartWh: number;
  meterStopWh: number | null;
  energyWh: number | null;
  lastEnergyWh: number | null;
  powerW: number | null;
  peakPowerW: number | null;
  lastSampleAt: number | null;
  stopReason: string | null;
  stopIdTag: string | null;
  reservationId: number | null;
  flags: string;
  /** What this session has added to `outletHours`, as JSON, so that a late stop can correct it. */
  rolledUp: string | null;
}

/** Stops that belong to no session that we know (FIELD 7, SECURITY A5): kept for people. */
export interface OrphanStopsTable {
  id: Generated<number>;
  stationId: number;
  transactionId: number;
  idTag: string | null;
  stoppedAt: number;
  meterStopWh: number;
  reason: string | null;
  payload: string;
  receivedAt: number;
}

/** One row a time stamp, outlet and reading context; `other` holds what has no column, as JSON. */
export interface SamplesTable {
  stationId: number;
  connectorId: number;
  sampledAt: number;
  /** 0 periodic, 1 clock, 2 begin, 3 end, 4 interruption begin, 5 interruption end, 6 trigger, 7 other. */
  context: number;
  sessionId: number | null;
  receivedAt: number;
  energyWh: number | null;
  powerW: number | null;
  currentMa: number | null;
  voltageMv: number | null;
  socPercent: number | null;
  offeredMa: number | null;
  temperatureC: number | null;
  other: string | null;
}

/** Roll-up: what one outlet did in one hour (`hourAt` its beginning, UTC). Diagrams read this. */
export interface OutletHoursTable {
  hourAt: number;
  stationId: number;
  connectorId: number;
  siteId: number;
  sessions: number;
  energyWh: number;
  occupiedMs: number;
  chargingMs: number;
}

export interface CommandsTable {
  id: Generated<number>;
  publicId: string;
  stationId: number;
  request: string;
  state: string;
  answer: string | null;
  detail: string | null;
  byName: string;
  waitUntil: Generated<number | null>;
  batchId: Generated<string | null>;
  queuedAt: number;
  sentAt: number | null;
  answeredAt: number | null;
  doneAt: number | null;
}

/** What a station accepted to keep an outlet free for. `connectorId` 0: any of its outlets. */
export interface ReservationsTable {
  stationId: number;
  reservationId: number;
  connectorId: number;
  idTag: string;
  parentIdTag: string | null;
  state: string;
  byName: string;
  createdAt: number;
  expiresAt: number;
  endedAt: number | null;
}

/** What a station has accepted from us; `profile` as JSON. */
export interface ChargingProfilesTable {
  stationId: number;
  profileId: number;
  connectorId: number;
  purpose: string;
  stackLevel: number;
  transactionId: number | null;
  profile: string;
  setAt: number;
  byName: string;
}

/** The local authorisation list of a station: the version that it accepted last, how the last try went, and the version that it told last. */
export interface LocalListsTable {
  stationId: number;
  automatic: Generated<number>;
  version: Generated<number | null>;
  acceptedAt: Generated<number | null>;
  triedVersion: Generated<number | null>;
  triedAt: Generated<number | null>;
  triedBy: Generated<string | null>;
  answer: Generated<string | null>;
  toldVersion: Generated<number | null>;
  toldAt: Generated<number | null>;
}

export interface EventsTable {
  id: Generated<number>;
  at: number;
  receivedAt: number;
  kind: string;
  severity: string;
  stationId: number | null;
  siteId: number | null;
  sessionId: number | null;
  data: string;
}

export interface AuditTable {
  id: Generated<number>;
  at: number;
  actor: string;
  accountId: number | null;
  action: string;
  subject: string;
  siteId: number | null;
  address: string;
  before: string | null;
  after: string | null;
}

/** The library. Its file is called by `publicId` on the disk. */
export interface FirmwareTable {
  id: Generated<number>;
  publicId: string;
  name: string;
  fileName: string;
  maker: string;
  model: string;
  version: string;
  notes: string;
  sizeBytes: number;
  sha256: string;
  uploadedAt: number;
  uploadedBy: string;
}

/** A job of moving a file. `user` and a secret, of which a hash is kept, open it while `endedAt` is empty and until `expiresAt`. */
export interface TransfersTable {
  id: Generated<number>;
  publicId: string;
  stationId: number;
  firmwareId: number | null;
  kind: string;
  protocol: string;
  server: string;
  user: string;
  secretHash: string;
  state: string;
  status: string | null;
  problem: string | null;
  commandId: string | null;
  fromAt: number | null;
  untilAt: number | null;
  movedBytes: Generated<number>;
  sizeBytes: number | null;
  scheduledAt: number;
  expiresAt: number;
  createdAt: number;
  createdBy: string;
  endedAt: number | null;
}

/** What stations sent. The file is called by `publicId` on the disk; `name` is the station's word. */
export interface StationFilesTable {
  id: Generated<number>;
  publicId: string;
  transferId: number;
  stationId: number;
  name: string;
  sizeBytes: number;
  sha256: string | null;
  partial: number;
  receivedAt: number;
}

/** One row. `password` is encrypted with the key beside the database. */
export interface FileServerTable {
  id: number;
  server: string;
  protocol: string;
  keepDays: number;
  url: string;
  user: string;
  password: string | null;
  allowPrivate: number;
  trustCertificate: number;
}
