import { type Static, Type } from 'typebox';
import { ChargingProfile, profilePurposes, rateUnits } from './charging-profile.ts';
import { transferProtocols } from './file-transfer.ts';
import { Json } from './json.ts';

const IdTag = Type.String({ minLength: 1, maxLength: 20 });
const ConnectorNumber = Type.Integer({ minimum: 1, maximum: 1000 });
const ConnectorOrStation = Type.Integer({ minimum: 0, maximum: 1000, description: '0: the whole station' });
const Time = Type.Integer({ description: 'ms UTC' });
const Location = Type.String({ minLength: 1, maxLength: 500, pattern: '^[A-Za-z]+://\\S+$', description: 'URL for the station' });
const Attempts = {
  retries: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description: 'After the first try' })),
  retryIntervalS: Type.Optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
};

/** An entry of a station's local authorisation list. In a differential list one without `status` deletes the tag. */
export const LocalListEntry = Type.Object({
  idTag: IdTag,
  status: Type.Optional(Type.Enum(['Accepted', 'Blocked', 'Expired', 'Invalid'])),
  expiresAt: Type.Optional(Time),
  parentIdTag: Type.Optional(IdTag),
});
export type LocalListEntry = Static<typeof LocalListEntry>;

const reservation = {
  kind: Type.Literal('reserve'),
  connectorId: Type.Integer({ minimum: 0, maximum: 1000, description: '0: any connector' }),
  idTag: IdTag,
  parentIdTag: Type.Optional(IdTag),
  expiresAt: Time,
};
const ReservationId = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });

const update = { kind: Type.Literal('updateFirmware'), location: Location, retrieveAt: Time, ...Attempts };
const log = {
  kind: Type.Literal('getDiagnostics'),
  location: Location,
  from: Type.Optional(Time),
  until: Type.Optional(Time),
  ...Attempts,
};
/** The transfer of ours that a command belongs to. User and password of its location are made just before the station is told of it. */
const OfTransfer = Type.Object({
  id: Type.String(),
  firmwareId: Type.Optional(Type.String()),
  protocol: Type.Optional(
    Type.Enum([...transferProtocols], { description: 'The one that was asked for; else as the settings say' }),
  ),
  evenThough: Type.Optional(Type.Boolean({ description: 'Also when the firmware is for another model' })),
});
export type OfTransfer = Static<typeof OfTransfer>;

const kinds = [
  Type.Object({
    kind: Type.Literal('remoteStart'),
    connectorId: Type.Optional(ConnectorNumber),
    idTag: IdTag,
    chargingProfile: Type.Optional(ChargingProfile),
  }),
  Type.Object({ kind: Type.Literal('remoteStop'), transactionId: Type.Integer() }),
  Type.Object({ kind: Type.Literal('reset'), mode: Type.Enum(['soft', 'hard']) }),
  Type.Object({ kind: Type.Literal('unlock'), connectorId: ConnectorNumber }),
  Type.Object({
    kind: Type.Literal('changeAvailability'),
    connectorId: ConnectorOrStation,
    operative: Type.Boolean(),
  }),
  Type.Object({ kind: Type.Literal('clearCache') }),
  Type.Object({
    kind: Type.Literal('trigger'),
    message: Type.Enum([
      'BootNotification',
      'DiagnosticsStatusNotification',
      'FirmwareStatusNotification',
      'Heartbeat',
      'MeterValues',
      'StatusNotification',
    ]),
    connectorId: Type.Optional(ConnectorOrStation),
  }),
  Type.Object({
    kind: Type.Literal('getConfiguration'),
    keys: Type.Optional(Type.Array(Type.String({ maxLength: 50 }), { maxItems: 500 })),
  }),
  Type.Object({
    kind: Type.Literal('changeConfiguration'),
    key: Type.String({ minLength: 1, maxLength: 50 }),
    value: Type.String({ maxLength: 500 }),
  }),
  Type.Object({ kind: Type.Literal('cancelReservation'), reservationId: Type.Integer() }),
  Type.Object({ kind: Type.Literal('getLocalListVersion') }),
  Type.Object({
    kind: Type.Literal('sendLocalList'),
    update: Type.Enum(['full', 'differential']),
    listVersion: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
    entries: Type.Array(LocalListEntry, { maxItems: 10_000 }),
    length: Type.Optional(Type.Integer({ description: 'Of a command that was sent: its entries are not kept with it' })),
  }),
  Type.Object({ kind: Type.Literal('setChargingProfile'), connectorId: ConnectorOrStation, profile: ChargingProfile }),
  Type.Object({
    kind: Type.Literal('clearChargingProfile'),
    profileId: Type.Optional(Type.Integer()),
    connectorId: Type.Optional(ConnectorOrStation),
    purpose: Type.Optional(Type.Enum([...profilePurposes])),
    stackLevel: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  }),
  Type.Object({
    kind: Type.Literal('getCompositeSchedule'),
    connectorId: ConnectorOrStation,
    durationS: Type.Integer({ minimum: 1, maximum: 31 * 86_400 }),
    unit: Type.Optional(Type.Enum([...rateUnits])),
  }),
  Type.Object({
    kind: Type.Literal('dataTransfer'),
    vendorId: Type.String({ minLength: 1, maxLength: 255 }),
    messageId: Type.Optional(Type.String({ maxLength: 50 })),
    data: Type.Optional(Type.String({ maxLength: 20_000 })),
  }),
] as const;

/**
 * What an operator can ask of a station, in the domain's words. An adapter per OCPP version turns it into its message,
 * or refuses with `notSupportedByStation`. One definition: API input, stored request and form come from it.
 */
export const StationRequest = Type.Union([
  ...kinds,
  Type.Object({ ...update, transfer: Type.Optional(OfTransfer) }),
  Type.Object({ ...log, transfer: Type.Optional(OfTransfer) }),
  Type.Object({ ...reservation, reservationId: ReservationId }),
]);
export type StationRequest = Static<typeof StationRequest>;
export type RequestKind = StationRequest['kind'];

/** Every kind of request, by its name. */
export const requestKinds: readonly RequestKind[] = [
  ...kinds.map(({ properties }) => properties.kind.const),
  update.kind.const,
  log.kind.const,
  reservation.kind.const,
];

/**
 * What people may ask: a `StationRequest`, but the daemon numbers a reservation that has no number, and a transfer of ours is asked for
 * by `firmware.assign` and `diagnostics.request` alone.
 */
export const AskedRequest = Type.Union([
  ...kinds,
  Type.Object(update),
  Type.Object(log),
  Type.Object({ ...reservation, reservationId: Type.Optional(ReservationId) }),
]);
export type AskedRequest = Static<typeof AskedRequest>;

/** What must happen at once or not at all: hours later nobody stands at the outlet any more, or somebody else does. */
export const neverWaits: ReadonlySet<RequestKind> = new Set<RequestKind>(['remoteStart', 'remoteStop', 'unlock']);

/**
 * `waiting` for a station that is offline · `expired` before it was back · `withdrawn` by a person before it was sent ·
 * `queued` stored, waits for the station's line · `sent` on its way · `accepted`/`rejected` the station's answer ·
 * `done` its proof came (the session began or ended, the boot, …) · `failed` error answer or proof that did not come ·
 * `timedOut` no answer.
 */
export const commandStates = [
  'waiting',
  'queued',
  'sent',
  'accepted',
  'rejected',
  'done',
  'failed',
  'timedOut',
  'expired',
  'withdrawn',
] as const;
export type CommandState = (typeof commandStates)[number];

/** A command and how far it has come. Times are ms UTC. */
export const Command = Type.Object({
  id: Type.String(),
  stationId: Type.String(),
  request: StationRequest,
  state: Type.Enum([...commandStates]),
  /** The station's own word, e.g. `Accepted`, `UnlockFailed`, or the code of its error. */
  answer: Type.Union([Type.String(), Type.Null()]),
  /**
   * The rest of what it said, as far as people need it: description of an error, configuration keys read. When the daemon ended the
   * command by itself, `reason` says why: a refusal's code (`errors.<code>`, with `facts`), `noProof` or `daemonRestarted`.
   */
  detail: Json,
  byName: Type.String({ description: 'Who asked for it' }),
  /** Until when it waits, or waited, for a station that is offline. */
  waitUntil: Type.Union([Type.Integer(), Type.Null()]),
  /** The same for all commands that were asked for together, such as an upload of configuration. */
  batchId: Type.Union([Type.String(), Type.Null()]),
  queuedAt: Type.Integer(),
  sentAt: Type.Union([Type.Integer(), Type.Null()]),
  answeredAt: Type.Union([Type.Integer(), Type.Null()]),
  doneAt: Type.Union([Type.Integer(), Type.Null()]),
});
export type Command = Static<typeof Command>;

/** Why the daemon ended a command by itself; null: it did not, or the station said why. */
export function reasonOf(
  state: string,
  detail: Command['detail'],
): Readonly<{ code: string; facts: Readonly<Record<string, unknown>> }> | null {
  if (state !== 'failed' || typeof detail !== 'object' || detail === null || !('reason' in detail)) return null;
  const { reason, facts } = detail;
  if (typeof reason !== 'string') return null;
  return { code: reason, facts: typeof facts === 'object' && facts !== null ? { ...facts } : {} };
}

/** A station's configuration key as it answered GetConfiguration. */
export const ConfigurationKey = Type.Object({
  key: Type.String(),
  readonly: Type.Boolean(),
  value: Type.Union([Type.String(), Type.Null()]),
});
export type ConfigurationKey = Static<typeof ConfigurationKey>;
