import { type Static, Type } from 'typebox';
import { ChargingProfile } from '../model/charging-profile.ts';
import { AskedRequest, Command, ConfigurationKey, requestKinds } from '../model/command.ts';
import { KnownKey } from '../model/configuration-keys.ts';
import { deeds } from '../model/deviation.ts';
import { Json } from '../model/json.ts';
import { NodeId, outletModes, plugTypes, StateKeySchema } from '../model/node.ts';
import { connectorStatuses } from '../model/state.ts';
import { mutation, query, subscription } from './contract.ts';

const nullableInteger = Type.Union([Type.Integer(), Type.Null()]);
const nullableString = Type.Union([Type.String(), Type.Null()]);

/** The open session of an outlet, as far as it has come. */
export const OpenSession = Type.Object({
  id: Type.String(),
  transactionId: Type.Integer(),
  startedAt: Type.Integer(),
  chargingStoppedAt: nullableInteger,
  energyWh: nullableInteger,
  powerW: nullableInteger,
  idTag: nullableString,
  userName: nullableString,
});
export type OpenSession = Static<typeof OpenSession>;

/** A reservation that a station has accepted and that holds still. `connectorId` 0: any outlet of the station. */
export const Reservation = Type.Object({
  reservationId: Type.Integer(),
  connectorId: Type.Integer(),
  idTag: Type.String(),
  parentIdTag: nullableString,
  expiresAt: Type.Integer(),
  byName: Type.String(),
});
export type Reservation = Static<typeof Reservation>;

/** A charging profile that a station has accepted from us. No message lists them, so this is what we remember (OCPP 1.6 §5.16). */
export const SetProfile = Type.Object({
  connectorId: Type.Integer(),
  profile: ChargingProfile,
  setAt: Type.Integer(),
  byName: Type.String(),
});
export type SetProfile = Static<typeof SetProfile>;

/** A configuration key with what it was before, and what is known of it. */
export const ConfigurationEntry = Type.Object({
  ...ConfigurationKey.properties,
  /** The latest change that was seen: at a reading, or by an upload. Changed by the last reading: `changedAt` is its `readAt`. */
  previousValue: nullableString,
  changedAt: nullableInteger,
  /** Null: a key of the maker's own that is not documented. */
  known: Type.Union([KnownKey, Type.Null()]),
});
export type ConfigurationEntry = Static<typeof ConfigurationEntry>;

/** An outlet as its station reports it now. Connection, operating state and administrative state stand apart (UX 3.20). */
export const OutletLive = Type.Object({
  id: NodeId,
  connectorId: Type.Integer(),
  name: Type.String(),
  plug: Type.Enum([...plugTypes]),
  mode: Type.Enum([...outletModes]),
  parking: Type.String(),
  state: StateKeySchema,
  status: Type.Union([Type.Enum([...connectorStatuses]), Type.Null()]),
  statusAt: nullableInteger,
  errorCode: nullableString,
  vendorErrorCode: nullableString,
  info: nullableString,
  /** Latest power and when, also of a sample without a transaction; W, ms UTC. */
  powerW: nullableInteger,
  sampledAt: nullableInteger,
  session: Type.Union([OpenSession, Type.Null()]),
  reservation: Type.Union([Reservation, Type.Null()]),
  /** The session before, for an outlet that is free. */
  lastSession: Type.Union([
    Type.Object({ id: Type.String(), endedAt: nullableInteger, energyWh: nullableInteger, durationMs: nullableInteger }),
    Type.Null(),
  ]),
});
export type OutletLive = Static<typeof OutletLive>;

/** A station with everything that its page shows live. */
export const StationLive = Type.Object({
  id: NodeId,
  name: Type.String(),
  chargeBoxId: Type.String(),
  timeZone: Type.String(),
  state: StateKeySchema,
  online: Type.Boolean(),
  registration: Type.Enum(['accepted', 'pending', 'rejected']),
  everConnected: Type.Boolean(),
  securityProfile: Type.Integer(),
  hasPassword: Type.Boolean(),
  protocol: nullableString,
  secure: Type.Boolean({ description: 'Connected over TLS' }),
  connectedSince: nullableInteger,
  lastSeenAt: nullableInteger,
  address: nullableString,
  clockOffsetMs: nullableInteger,
  vendor: nullableString,
  model: nullableString,
  serialNumber: nullableString,
  firmware: nullableString,
  firmwareStatus: nullableString,
  diagnosticsStatus: nullableString,
  bootedAt: nullableInteger,
  /** Seconds between pings; null: the system's, 0: never. */
  pingIntervalS: nullableInteger,
  requireSubprotocol: Type.Boolean(),
  transport: Type.Union([Type.Enum(['json', 'soap']), Type.Null()], {
    description: 'What its first accepted contact bound it to; null: not bound',
  }),
  callBackOverride: Type.Union([Type.String(), Type.Null()], { description: 'Where it is called over SOAP, set by a person' }),
  callBackSeen: Type.Union([Type.String(), Type.Null()], { description: 'Where it says itself that it listens' }),
  callBackSeenAt: nullableInteger,
  canBeCommanded: Type.Boolean({ description: 'Online, and with an address for calls where it needs one' }),
  lacks: Type.Array(Type.Enum([...requestKinds]), {
    description: 'Commands for which the OCPP version that it speaks has no message; empty while it is offline',
  }),
  sourceNetworks: Type.Array(Type.String(), { description: 'Networks from which it may come; empty: any' }),
  deviations: Type.Integer({ description: 'Messages that broke the protocol and were coped with' }),
  outlets: Type.Array(OutletLive),
  /** All that hold, those of any outlet (`connectorId` 0) too. */
  reservations: Type.Array(Reservation),
  /** The newest 20. */
  commands: Type.Array(Command),
});
export type StationLive = Static<typeof StationLive>;

/** Charging stations: their live state, commands to them, their settings. */
/** Something that happened at a station. `at` is when by the station's own clock, as far as that can be believed. */
export const StationEvent = Type.Object({
  id: Type.Integer(),
  at: Type.Integer(),
  receivedAt: Type.Integer(),
  kind: Type.String({ description: 'E.g. `station.booted`, `tag.refused`, `session.orphanStop`' }),
  severity: Type.Enum(['info', 'warning', 'alarm']),
  transactionId: Type.Union([Type.Integer(), Type.Null()]),
  data: Json,
});
export type StationEvent = Static<typeof StationEvent>;

export const stations = {
  watch: subscription({
    about: 'A station as it is now, again each time that something of it changes (at most 5 a second).',
    right: 'tree.read',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: StationLive,
  }),
  get: query({
    about: 'A station as it is now.',
    right: 'tree.read',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: StationLive,
  }),
  send: mutation({
    about:
      'Sends a command to a station. Answers at once with the stored command; its outcome follows in `watch` and `command`. With `waitUntil` a command to a station that is offline waits until it is back, or until that time.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      request: AskedRequest,
      waitUntil: Type.Optional(Type.Integer({ description: 'ms UTC; not for remoteStart, remoteStop, unlock' })),
    }),
    output: Command,
  }),
  withdraw: mutation({
    about: 'Takes back a command that still waits for its station.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, commandId: Type.String() }),
    output: Command,
  }),
  command: query({
    about: 'One command and how far it has come.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, commandId: Type.String() }),
    output: Command,
  }),
  commands: query({
    about: 'The commands of a station, newest first; with `batchId` those that were asked for together.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      batchId: Type.Optional(Type.String()),
      before: Type.Optional(Type.String({ description: 'Goes on from the command with this id' })),
      limit: Type.Integer({ minimum: 1, maximum: 200 }),
    }),
    output: Type.Array(Command),
  }),
  configuration: query({
    about: 'The configuration keys that the station last answered, each with its value before and what is known of it.',
    right: 'stations.configure',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: Type.Object({
      readAt: nullableInteger,
      forReboot: Type.Array(Type.String(), { description: 'Keys written since its last start that take effect at the next one' }),
      keys: Type.Array(ConfigurationEntry),
    }),
  }),
  configurationHistory: query({
    about: 'How the values of a configuration key changed, newest first.',
    right: 'stations.configure',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, key: Type.String({ minLength: 1, maxLength: 255 }) }),
    output: Type.Array(Type.Object({ before: nullableString, after: nullableString, changedAt: Type.Integer() })),
  }),
  uploadConfiguration: mutation({
    about:
      'Writes configuration keys to a station, one after the other, and only those whose value differs. Answers at once with one command a key; their outcomes follow in `watch`, and in `commands` by `batchId`.',
    right: 'stations.configure',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      values: Type.Array(
        Type.Object({ key: Type.String({ minLength: 1, maxLength: 50 }), value: Type.String({ maxLength: 500 }) }),
        { minItems: 1, maxItems: 100 },
      ),
      confirmed: Type.Optional(Type.Boolean({ description: 'Needed for keys that can cut the station off' })),
    }),
    output: Type.Object({ batchId: Type.String(), commands: Type.Array(Command) }),
  }),
  chargingProfiles: query({
    about: 'The charging profiles that the station has accepted from us and that were not cleared since.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: Type.Array(SetProfile),
  }),
  deviations: query({
    about: 'What in the messages of a station broke the protocol, how often, with the first example, and what is done about it.',
    right: 'tree.read',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: Type.Array(
      Type.Object({
        kind: Type.String(),
        action: Type.String(),
        count: Type.Integer(),
        firstAt: Type.Integer(),
        lastAt: Type.Integer(),
        example: Type.String(),
        did: Type.Union([Type.Enum([...deeds]), Type.Null()], { description: 'What the daemon does about it' }),
      }),
    ),
  }),
  events: query({
    about:
      'What happened at a station, newest first: boots, lines lost, refusals, tags refused, sessions without a stop, stops without a session, security events, files.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      kinds: Type.Optional(Type.Array(Type.String({ maxLength: 50 }), { minItems: 1, maxItems: 30 })),
      before: Type.Optional(Type.Integer({ description: 'Goes on from the event with this id' })),
      limit: Type.Integer({ minimum: 1, maximum: 500 }),
    }),
    output: Type.Array(StationEvent),
  }),
  seen: query({
    about: 'Stations that called in and are not registered (PRODUCT M38).',
    right: 'stations.configure',
    input: Type.Object({}),
    output: Type.Array(
      Type.Object({
        chargeBoxId: Type.String(),
        firstAt: Type.Integer(),
        lastAt: Type.Integer(),
        count: Type.Integer(),
        address: Type.String(),
        protocol: Type.String(),
      }),
    ),
  }),
  adopt: mutation({
    about: 'Registers a station that was seen, below a site or floor.',
    right: 'stations.configure',
    nodes: ['parentId'],
    input: Type.Object({
      chargeBoxId: Type.String({ minLength: 1, maxLength: 48 }),
      parentId: NodeId,
      name: Type.String({ minLength: 1, maxLength: 100 }),
      securityProfile: Type.Enum([0, 1, 2, 3]),
    }),
    output: Type.Object({
      nodeId: NodeId,
      password: Type.Union([Type.String(), Type.Null()], { description: 'Shown this once' }),
    }),
  }),
  setSecurity: mutation({
    about: 'Sets the security profile of a station, and with `newPassword` makes and returns a new password (shown this once).',
    right: 'stations.configure',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      securityProfile: Type.Enum([0, 1, 2, 3]),
      newPassword: Type.Boolean(),
      password: Type.Optional(Type.String({ minLength: 8, maxLength: 40 })),
    }),
    output: Type.Object({ password: Type.Union([Type.String(), Type.Null()]) }),
  }),
  update: mutation({
    about: 'Changes ChargeBoxId, registration, ping interval, networks, or how a station is reached over SOAP.',
    right: 'stations.configure',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      version: Type.Integer(),
      chargeBoxId: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
      registration: Type.Optional(Type.Enum(['accepted', 'pending', 'rejected'])),
      pingIntervalS: Type.Optional(
        Type.Union([Type.Integer({ minimum: 0, maximum: 86_400, description: '0: never ping' }), Type.Null()]),
      ),
      requireSubprotocol: Type.Optional(Type.Boolean()),
      callBackOverride: Type.Optional(
        Type.Union([Type.String({ maxLength: 500 }), Type.Null()], {
          description: 'http(s) address at which it is called over SOAP',
        }),
      ),
      sourceNetworks: Type.Optional(
        Type.Array(Type.String({ maxLength: 50 }), { maxItems: 50, description: 'Addresses or networks, e.g. 192.0.2.0/24' }),
      ),
      releaseTransport: Type.Optional(
        Type.Boolean({ description: 'Forgets whether it speaks JSON or SOAP: its next accepted contact binds it again' }),
      ),
    }),
    output: StationLive,
  }),
  updateOutlet: mutation({
    about: 'Changes mode, plug and parking of an outlet (PRODUCT M32).',
    right: 'stations.configure',
    nodes: ['outletId'],
    input: Type.Object({
      outletId: NodeId,
      version: Type.Integer(),
      mode: Type.Optional(Type.Enum([...outletModes])),
      plug: Type.Optional(Type.Enum([...plugTypes])),
      parking: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    output: OutletLive,
  }),
};
