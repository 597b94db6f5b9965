import type { ClientOptions } from 'ws';
import type { Supply } from './car.ts';
import type { Payload } from './line.ts';
import type { Quirk } from './quirks.ts';
import type { SessionRecord } from './session.ts';

/** `correct` by the book · `quirky` as real ones · `flaky` on a bad network · `hostile` means harm. */
export type Personality = 'correct' | 'quirky' | 'flaky' | 'hostile';

export type StationOptions = Readonly<{
  /** `ws://127.0.0.1:8080/Ocpp/websocket`, without the identity; or for OCPP 1.5 `http://127.0.0.1:8080/Ocpp/CentralSystemService15`. */
  url: string;
  chargeBoxId: string;
  /** HTTP Basic; none: security profile 0. */
  password?: string;
  personality?: Personality;
  /** Exactly these, in place of what the personality and seed would choose. */
  quirks?: readonly Quirk[];
  seed?: number;
  outlets?: number;
  /** How much faster than real its life goes; its clock stays the real one. */
  speed?: number;
  supply?: Supply;
  /** Where the energy register of an outlet stands at first, Wh; by the seed when it is not given. */
  registerWh?: (connectorId: number) => number;
  /** Configuration keys that differ from the station's defaults. */
  configuration?: Readonly<Record<string, string>>;
  /** Does not connect before `goOnline`. */
  offline?: boolean;
  /** First wait before a reconnect, ms of real time; it doubles up to a minute. */
  reconnectMs?: number;
  /** A clock that stays wrong, ms. */
  clockOffsetMs?: number;
  vendor?: string;
  model?: string;
  firmware?: string;
  /** Options of the socket, e.g. `ca` or `rejectUnauthorized` for wss. */
  client?: ClientOptions;
}>;

/** What one can wait for. */
export type StationEvents = {
  online: [Record<string, never>];
  offline: [{ code: number }];
  refused: [{ statusCode: number }];
  booted: [{ status: string }];
  status: [{ connectorId: number; status: string; errorCode: string }];
  waitingForCar: [{ connectorId: number }];
  /** The central system acknowledged the start or the stop. */
  started: [SessionRecord];
  stopped: [SessionRecord];
  sampled: [{ connectorId: number }];
  /** A message waits for the central system. */
  queued: [{ action: string }];
  full: [{ connectorId: number }];
  dropped: [{ action: string }];
  command: [{ action: string; payload: Payload; answer: Payload }];
  /** A call was answered, or its queue ran empty. */
  idle: [Record<string, never>];
  /** After each of the others. */
  change: [];
};
/** What happens at a station. */
export type Told = Exclude<keyof StationEvents, 'change'>;
