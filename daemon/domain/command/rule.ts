import type { Command, StationRequest } from '../../../shared/model/command.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { valueWithoutSecrets } from '../secrets/without-secrets.ts';
import type { Station, StationAnswer, StationLink } from '../station/station.ts';
import type { Deed } from './proof.ts';

/** A request as it goes over the line; secrets may be in it. */
export type Prepared<Request extends StationRequest> = Readonly<{ request: Request; unit: readonly Statement[] }>;

/** What one kind of command has of its own. */
export type CommandRule<Request extends StationRequest> = Readonly<{
  /** Refuses what this station cannot do as far as we know, before anything is stored or sent; it names the field or the key. */
  check(central: Central, station: Station, request: Request): Promise<void> | void;
  /** Whether it may wait for a station that is offline: what is stored is what will be sent then. */
  mayWait(request: Request): boolean;
  /** Makes what exists only once it goes, such as the key of a transfer, with what has to be on disk before. It may refuse. */
  prepare(central: Central, station: Station, request: Request): Promise<Prepared<Request>> | Prepared<Request>;
  /** The request as it is stored and shown. */
  shown(request: Request): Request;
  /** What goes to disk before the command does. */
  before(central: Central, station: Station, request: Request): readonly Statement[];
  /** Asks the station. */
  call(link: StationLink, request: Request, onSent: () => void): Promise<StationAnswer>;
  /** What the answer changes on our side, besides the state of the command. */
  answered(
    central: Central,
    station: Station,
    request: Request,
    answer: StationAnswer,
    command: Pick<Command, 'byName'>,
  ): readonly Statement[];
  /** What else it said, as far as it may be stored and shown. */
  detail(request: Request, answer: StationAnswer): unknown;
  /** Whether the answer is only a promise, and a deed of the station proves it. */
  waits(request: Request, answer: string): boolean;
  proves(request: Request, deed: Deed): boolean;
  /** Deeds that tell of failure, and those on the way that people want to see. */
  fails(request: Request, deed: Deed): boolean;
  steps(request: Request, deed: Deed): boolean;
  /** Whether it may still succeed after a failure, because the station tries again by itself. */
  mayTryAgain(request: Request): boolean;
  patienceMs(station: Station, request: Request, now: number): number;
  /** Whether an accepted command is followed on after a restart of ours; else it has failed by that. A reconnect must prove nothing. */
  outlivesRestart: boolean;
}>;

/** A command that the station's answer ends. */
export const ruleOfAnswer: CommandRule<StationRequest> = {
  check: () => {},
  mayWait: () => true,
  prepare: (_central, _station, request) => ({ request, unit: [] }),
  shown: (request) => request,
  before: () => [],
  call: (link, request, onSent) => link.call(request, onSent),
  answered: () => [],
  detail: (request, answer) => ('detail' in answer ? valueWithoutSecrets(answer.detail, request) : null),
  waits: () => false,
  proves: () => false,
  fails: () => false,
  steps: () => false,
  mayTryAgain: () => false,
  patienceMs: () => 0,
  outlivesRestart: false,
};

type Of<Kind extends StationRequest['kind']> = Extract<StationRequest, { kind: Kind }>;

/** The rule of one kind: what is not given is as for a command that the answer ends. */
export const rule = <Kind extends StationRequest['kind']>(
  _kind: Kind,
  own: Partial<CommandRule<Of<Kind>>>,
): CommandRule<Of<Kind>> => ({
  ...ruleOfAnswer,
  prepare: (_central, _station, request) => ({ request, unit: [] }),
  shown: (request) => request,
  ...own,
});
