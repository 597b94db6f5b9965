import type { Logger } from 'pino';
import type { Storage } from '../storage/storage.ts';
import type { Trace } from '../storage/trace/trace.ts';
import type { Proofs } from './command/proof.ts';
import type { WaitingCommands } from './command/waiting.ts';
import type { Files } from './files/files.ts';
import type { Deviations } from './station/deviation.ts';
import type { Gate } from './station/gate.ts';
import type { Stations } from './station/registry.ts';
import type { LiveTree } from './topology/live-tree.ts';
import type { OneTimeLinks } from './user/one-time-links.ts';
import type { People } from './user/people.ts';

/** Wall clock, ms UTC. Tests move it. */
export type Clock = Readonly<{ now(): number }>;

/** What has happened, told after it is on disk. Row ids, not public ones. */
export type DomainEvent =
  | Readonly<{ kind: 'tree.changed' }>
  | Readonly<{ kind: 'station.changed'; stationId: number }>
  | Readonly<{
      kind: 'session.started' | 'session.changed' | 'session.ended';
      stationId: number;
      sessionId: number;
      publicId: string;
      siteId: number;
    }>
  | Readonly<{ kind: 'command.changed'; stationId: number; commandId: string }>
  | Readonly<{ kind: 'stations.seen' }>
  | Readonly<{ kind: 'account.changed'; accountId: number }>
  | Readonly<{ kind: 'tags.changed' }>
  | Readonly<{ kind: 'localLists.changed'; stationId: number }>
  | Readonly<{ kind: 'signIn.ended'; signInId: number }>
  | Readonly<{ kind: 'accessToken.revoked' }>;

/** What every rule works with. Made once, by `main.ts` (and by `testCentral()`). */
export type Central = Readonly<{
  storage: Storage;
  clock: Clock;
  log: Logger;
  /** Every registered station with its connection and live state. */
  stations: Stations;
  /** The navigation tree with the state of each node, in memory. */
  tree: LiveTree;
  /** Who is behind the tokens in use, and how often passwords were guessed: `newPeople()`. */
  people: People;
  publish(event: DomainEvent): void;
  /** Calls the listener for each later event until the returned function is called. A listener that throws harms nobody. */
  subscribe(listener: (event: DomainEvent) => void): () => void;
  settings: Settings;
  /** Attempts to come in, counted (SECURITY R7, A3). */
  gate: Gate;
  /** Commands that wait for their proof. */
  proofs: Proofs;
  waiting: WaitingCommands;
  deviations: Deviations;
  /** Every message of every station, for a while. */
  trace: Trace;
  /** Downloads that somebody may fetch, once. */
  links: OneTimeLinks;
  /** Files that are exchanged with stations. */
  files: Files;
  /** Ends what runs by itself, and puts on disk what was only counted. */
  close(): Promise<void>;
}>;

/** The part of the configuration that rules need. */
export type Settings = Readonly<{
  heartbeatIntervalS: number;
  /** Ping of a station's socket: 0 never. */
  pingIntervalS: number;
  /** Whether a station is asked for its configuration keys after its first acceptance. */
  readStationKeys: boolean;
  callTimeoutMs: number;
  /** Networks in which SOAP stations are called; empty: see `call-back.ts`. */
  soapCallNetworks: readonly string[];
  signInIdleMs: number;
  signInAbsoluteMs: number;
  defaultTimeZone: string;
  files: Readonly<{
    /** Folder of firmware and of what stations send. */
    folder: string;
    /** Key of the secrets in the database. */
    keyFile: string;
    maxFileBytes: number;
    /** Of the files of one station together. */
    quotaBytes: number;
    /** What all transfers of stations move together at most; 0: as fast as they can. */
    bytesPerSecond: number;
    /** How long a transfer stays open after the station was to come. */
    jobMs: number;
  }>;
}>;
