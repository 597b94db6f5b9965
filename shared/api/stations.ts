import { type Static, Type } from 'typebox';
import { Command, ConfigurationKey, StationRequest } from '../model/command.ts';
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
  deviations: Type.Integer({ description: 'Messages that broke the protocol and were coped with' }),
  outlets: Type.Array(OutletLive),
  /** The newest 20. */
  commands: Type.Array(Command),
});
export type StationLive = Static<typeof StationLive>;

/** Charging stations: their live state, commands to them, their settings. */
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
    about: 'Sends a command to a station. Answers at once with the stored command; its outcome follows in `watch` and `command`.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, request: StationRequest }),
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
    about: 'The commands of a station, newest first.',
    right: 'stations.control',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      before: Type.Optional(Type.Integer()),
      limit: Type.Integer({ minimum: 1, maximum: 200 }),
    }),
    output: Type.Array(Command),
  }),
  configuration: query({
    about: 'The configuration keys that the station last answered.',
    right: 'stations.configure',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId }),
    output: Type.Object({ readAt: nullableInteger, keys: Type.Array(ConfigurationKey) }),
  }),
  deviations: query({
    about: 'What in the messages of a station broke the protocol, how often, with the first example.',
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
      }),
    ),
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
    about: 'Changes ChargeBoxId, registration, ping interval or clock rule of a station.',
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
