import { type Static, Type } from 'typebox';
import type { Column } from './table.ts';

/** How the right to charge was shown; the numbers 0 and 1 are the manual's (PRODUCT M9). */
export const authentications = ['anonymous', 'rfid', 'remote', 'app', 'free'] as const;
export type Authentication = (typeof authentications)[number];

/**
 * `charging`: open, cable in · `stopped`: StopTransaction came, the cable is still in · `ended`: the cable has left the car ·
 * `stopNotReported`: another session began on the outlet, the outlet was free for long, or a person closed it, before a stop was heard.
 */
export const sessionStates = ['charging', 'stopped', 'ended', 'stopNotReported'] as const;
export type SessionState = (typeof sessionStates)[number];

/** What makes the figures of a session doubtful. Energy of an implausible one counts in no sum. */
export const sessionFlags = [
  'implausible',
  'meterReset',
  'meterMissing',
  'unitGuessed',
  'clockCorrected',
  'offline',
  'tagRefused',
] as const;
export type SessionFlag = (typeof sessionFlags)[number];

export const stopReasons = [
  'EmergencyStop',
  'EVDisconnected',
  'HardReset',
  'Local',
  'Other',
  'PowerLoss',
  'Reboot',
  'Remote',
  'SoftReset',
  'UnlockCommand',
  'DeAuthorized',
] as const;
export type StopReason = (typeof stopReasons)[number];

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** One row of Statistics (PRODUCT M9). Times are ms UTC, energy Wh. What is not known is null, never 0. */
export const SessionRow = Type.Object({
  id: Type.String(),
  /** *Session identity*: the transaction id that the station knows. */
  transactionId: Type.Integer(),
  state: Type.Enum([...sessionStates]),
  startedAt: Type.Integer(),
  chargingStoppedAt: nullable(Type.Integer()),
  endedAt: nullable(Type.Integer()),
  /** From start until the end (until now while it runs). */
  durationMs: nullable(Type.Integer()),
  nodeIdentity: Type.String({ description: 'ChargeBoxId' }),
  siteId: Type.String(),
  siteName: Type.String(),
  stationId: Type.String(),
  stationName: Type.String(),
  timeZone: Type.String({ description: 'IANA name of the zone of the site' }),
  connectorId: Type.Integer(),
  outletId: nullable(Type.String()),
  energyWh: nullable(Type.Integer()),
  authentication: Type.Enum([...authentications]),
  idTag: nullable(Type.String()),
  email: nullable(Type.String()),
  userName: nullable(Type.String()),
  serverLogAt: Type.Integer({ description: 'When the daemon received the start of the session' }),
  meterValueWh: nullable(Type.Integer({ description: 'Register at the end, or the latest one' })),
  meterStartWh: nullable(Type.Integer()),
  stopReason: nullable(Type.String()),
  powerW: nullable(Type.Integer({ description: 'Latest power while charging' })),
  peakPowerW: nullable(Type.Integer()),
  flags: Type.Array(Type.Enum([...sessionFlags])),
});
export type SessionRow = Static<typeof SessionRow>;

/** Columns of the Statistics table, in the manual's order, then those beyond it. Titles: `sessions.column.<key>`. */
export const sessionColumns = [
  { key: 'startedAt', kind: 'time', visible: true },
  { key: 'durationMs', kind: 'duration', visible: true },
  { key: 'endedAt', kind: 'time', visible: true },
  { key: 'nodeIdentity', kind: 'text', visible: true },
  { key: 'siteName', kind: 'text', visible: true },
  { key: 'energyWh', kind: 'energy', visible: true },
  { key: 'stationName', kind: 'text', visible: true },
  { key: 'authentication', kind: 'set', values: authentications, visible: true },
  { key: 'transactionId', kind: 'number', visible: true },
  { key: 'connectorId', kind: 'number', visible: true },
  { key: 'serverLogAt', kind: 'time', visible: true },
  { key: 'email', kind: 'text', visible: true },
  { key: 'meterValueWh', kind: 'energy', visible: true },
  { key: 'state', kind: 'set', values: sessionStates, visible: false },
  { key: 'idTag', kind: 'text', visible: false },
  { key: 'userName', kind: 'text', visible: false },
  { key: 'peakPowerW', kind: 'power', visible: false },
  { key: 'stopReason', kind: 'text', visible: false },
  { key: 'meterStartWh', kind: 'energy', visible: false },
] as const satisfies readonly Column[];
export type SessionColumn = (typeof sessionColumns)[number]['key'];

/** A point of the energy and power curve. */
export const SessionSample = Type.Object({
  at: Type.Integer(),
  energyWh: nullable(Type.Integer({ description: 'Of the session so far' })),
  powerW: nullable(Type.Integer()),
  currentMa: nullable(Type.Integer({ description: 'Highest of the phases, mA' })),
  voltageMv: nullable(Type.Integer()),
  socPercent: nullable(Type.Number()),
});
export type SessionSample = Static<typeof SessionSample>;
