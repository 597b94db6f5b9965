import type { StationRequest } from '../../../shared/model/command.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import type { Station, StationAnswer } from '../station/station.ts';
import type { Deed } from './proof.ts';

/** What one kind of command has of its own. */
export type CommandRule<Request extends StationRequest> = Readonly<{
  /** The request as it is stored and shown. */
  shown(request: Request): Request;
  /** What goes to disk before the command does. */
  before(central: Central, station: Station, request: Request): readonly Statement[];
  /** What the answer changes on our side, besides the state of the command. */
  answered(central: Central, station: Station, request: Request, answer: StationAnswer): readonly Statement[];
  /** What else it said, as far as it may be stored and shown. */
  detail(request: Request, answer: StationAnswer): unknown;
  /** Whether the answer is only a promise, and a deed of the station proves it. */
  waits(request: Request, answer: string): boolean;
  proves(request: Request, deed: Deed): boolean;
  patienceMs(station: Station): number;
}>;

/** A command that the station's answer ends. */
export const ruleOfAnswer: CommandRule<StationRequest> = {
  shown: (request) => request,
  before: () => [],
  answered: () => [],
  detail: (_request, answer) => ('detail' in answer ? answer.detail : null),
  waits: () => false,
  proves: () => false,
  patienceMs: () => 0,
};

type Of<Kind extends StationRequest['kind']> = Extract<StationRequest, { kind: Kind }>;

/** The rule of one kind: what is not given is as for a command that the answer ends. */
export const rule = <Kind extends StationRequest['kind']>(
  _kind: Kind,
  own: Partial<CommandRule<Of<Kind>>>,
): CommandRule<Of<Kind>> => ({
  ...ruleOfAnswer,
  shown: (request) => request,
  ...own,
});
