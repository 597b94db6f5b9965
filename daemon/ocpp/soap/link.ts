import type { StationRequest } from '../../../shared/model/command.ts';
import type { Central } from '../../domain/central.ts';
import { DomainError } from '../../domain/error.ts';
import { canCall } from '../../domain/station/call-back.ts';
import { disconnected } from '../../domain/station/connect.ts';
import { isSilent } from '../../domain/station/silence.ts';
import type { Station, StationAnswer, StationLink } from '../../domain/station/station.ts';
import { callStation } from './client.ts';
import type { SoapOcpp } from './versions.ts';

/** What the lines of a listener share. */
export type SoapHub = { readonly central: Central; readonly open: Set<SoapLink> };

/** Calls that wait behind the one that is out; more are refused as `stationBusy`. */
const MAX_WAITING = 64;

export type SoapLine = Readonly<{
  version: SoapOcpp;
  secure: boolean;
  address: string;
  /** Our own address as the station wrote it; null: not known yet. */
  ownAddress: string | null;
}>;

/** A station that speaks SOAP. It has no connection: it is online while it is heard often enough, and we call it by HTTP in turn. */
export class SoapLink implements StationLink {
  readonly version: SoapOcpp;
  readonly secure: boolean;
  readonly address: string;
  readonly connectedAt: number;
  ownAddress: string | null;
  readonly #hub: SoapHub;
  readonly #station: Station;
  readonly #end = new AbortController();
  readonly #triggered = new Set<string>();
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(hub: SoapHub, station: Station, line: SoapLine) {
    this.#hub = hub;
    this.#station = station;
    this.version = line.version;
    this.secure = line.secure;
    this.address = line.address;
    this.ownAddress = line.ownAddress;
    this.connectedAt = hub.central.clock.now();
    hub.open.add(this);
  }

  get protocol(): SoapOcpp['protocol'] {
    return this.version.protocol;
  }

  get isDeaf(): boolean {
    return !canCall(this.#hub.central, this.#station);
  }

  get isEnded(): boolean {
    return this.#end.signal.aborted;
  }

  supports(kind: StationRequest['kind']): boolean {
    return this.version.dispatcher.outgoing.has(kind);
  }

  /** One exchange at a time: embedded servers often handle one connection (FACTS §4.3). */
  async call(request: StationRequest, onSent: () => void): Promise<StationAnswer> {
    if (this.isEnded) throw new DomainError('stationOffline');
    if (this.#waiting >= MAX_WAITING) throw new DomainError('stationBusy');
    this.#waiting += 1;
    const called = this.#last.then(async () => {
      if (this.isEnded) throw new DomainError('stationOffline');
      const line = { version: this.version, ownAddress: this.ownAddress, signal: this.#end.signal };
      return callStation(this.#hub.central, this.#station, line, request, onSent);
    });
    this.#last = called.catch(() => {});
    try {
      const answer = await called;
      if (request.kind === 'trigger' && answer.outcome === 'accepted') this.#triggered.add(request.message);
      return answer;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Whether we asked for a message of this name; asking is used up by it. */
  readonly asked = (name: string): boolean => this.#triggered.delete(name);

  /** There is nothing that a newer contact of the same station would have to take from an older one. */
  async probe(): Promise<boolean> {
    return false;
  }

  close(): void {
    if (this.isEnded) return;
    this.#end.abort();
    this.#hub.open.delete(this);
    disconnected(this.#hub.central, this.#station, this).catch((error: unknown) => {
      this.#station.log.error({ err: error }, 'end of a line not recorded');
    });
  }

  /** Called about once a second: who is silent for too long is offline. */
  tick(): void {
    if (isSilent(this.#hub.central, this.#station)) this.close();
  }
}
