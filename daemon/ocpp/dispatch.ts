import { Compile, type Validator } from 'typebox/compile';
import type { RequestKind } from '../../shared/model/command.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { noteDeviation } from '../domain/station/deviation.ts';
import { heard } from '../domain/station/heard.ts';
import type { Station } from '../domain/station/station.ts';
import type { Actions, Incoming, Outgoing } from './action.ts';
import { CallError, callErrorOf } from './errors.ts';
import { type Flaw, repair } from './repair.ts';

/** An action with its name and the validator of what the station sends: its request, or its answer to ours. */
export type Prepared<Action> = Readonly<{ name: string; action: Action; check: Validator }>;

/** The actions of one version, their validators compiled: made once, at start. */
export type Dispatcher = Readonly<{
  incoming: ReadonlyMap<string, Prepared<Incoming>>;
  outgoing: ReadonlyMap<RequestKind, Prepared<Outgoing>>;
  /** Names that exist but go the other way. */
  foreign: ReadonlySet<string>;
}>;

/** Is told what was made of a payload that its schema refused. */
export type Mended = (value: unknown, flaws: readonly Flaw[]) => void;

export function prepare(actions: Actions): Dispatcher {
  const incoming = new Map<string, Prepared<Incoming>>();
  const outgoing = new Map<RequestKind, Prepared<Outgoing>>();
  for (const [name, action] of Object.entries(actions.incoming)) {
    incoming.set(name, { name, action, check: Compile(action.request) });
  }
  for (const [name, action] of Object.entries(actions.outgoing)) {
    outgoing.set(action.kind, { name, action, check: Compile(action.confirmation) });
  }
  const foreign = new Set(Object.keys(actions.outgoing).filter((name) => !incoming.has(name)));
  return { incoming, outgoing, foreign };
}

/**
 * Handles one message of a station after all others of the same station, in the order in which they came (DESIGN §5): looks its action
 * up, checks and mends the payload, and gives the payload of the answer. Rejects with a `CallError` when there is none. `asked` tells of
 * messages that we triggered: they may come before acceptance (FACTS §6.1). `mended` is called before anything is awaited.
 */
export async function dispatch(
  central: Central,
  station: Station,
  dispatcher: Dispatcher,
  name: string,
  payload: unknown,
  asked: (name: string) => boolean,
  mended?: Mended,
): Promise<object> {
  heard(central, station);
  const { action, check } = preparedFor(central, station, dispatcher, name, asked);
  const request = check.Check(payload) ? payload : mend(central, station, name, action, payload, mended);
  while (station.inHand) await station.inHand.catch(ignore);
  let handled: Promise<object> | null = null;
  try {
    // The request has passed the schema of this action, and so is what its handler takes.
    handled = action.handle(central, station, request as never) as Promise<object>;
    station.inHand = handled;
    return await handled;
  } catch (error) {
    throw asCallError(station, name, error);
  } finally {
    if (station.inHand === handled) station.inHand = null;
  }
}

const ignore = () => {};

/** The action of a name, if the station may send it now. */
function preparedFor(
  central: Central,
  station: Station,
  { incoming, foreign }: Dispatcher,
  name: string,
  asked: (name: string) => boolean,
): Prepared<Incoming> {
  const prepared = incoming.get(name);
  if (!prepared) {
    noteDeviation(central, station, { kind: 'unknownAction', action: '', example: name });
    throw new CallError(foreign.has(name) ? 'NotSupported' : 'NotImplemented', 'unknown action');
  }
  if (!station.booted && !prepared.action.beforeAcceptance && !asked(name)) {
    throw new CallError('SecurityError', 'not accepted yet: BootNotification comes first');
  }
  return prepared;
}

/** What a station answered to one of our calls, mended where needed; a `CallError` when it makes no sense. */
export function readAnswer(
  central: Central,
  station: Station,
  { name, action, check }: Prepared<Outgoing>,
  payload: unknown,
  mended?: Mended,
): unknown {
  if (check.Check(payload)) return payload;
  const { value, flaws } = repair(action.confirmation, payload);
  mended?.(value, flaws);
  // Where it stood, not what: a configuration key may be a secret.
  const places = flaws.map(({ kind, found }) => ({ kind, found: found.split(' = ', 1)[0] ?? '' }));
  noteFlaws(central, station, `${name}.conf`, places);
  return value;
}

function mend(
  central: Central,
  station: Station,
  name: string,
  action: Incoming,
  payload: unknown,
  mended: Mended | undefined,
): unknown {
  try {
    const { value, flaws } = repair(action.request, payload);
    mended?.(value, flaws);
    noteFlaws(central, station, name, flaws);
    return value;
  } catch (error) {
    if (error instanceof CallError) {
      station.log.warn({ action: name, code: error.code, why: error.message }, 'message refused');
      noteDeviation(central, station, { kind: 'refused', action: name, example: `${error.code}, ${error.message}` });
    }
    throw error;
  }
}

/** Counts each kind of flaw of a message once. */
function noteFlaws(central: Central, station: Station, action: string, flaws: readonly Flaw[]): void {
  const noted = new Set<string>();
  for (const { kind, found } of flaws) {
    if (noted.has(kind)) continue;
    noted.add(kind);
    noteDeviation(central, station, { kind, action, example: found });
  }
}

/** A handler's failure as the station may see it: a refusal by its code, a defect of ours without its words. */
function asCallError(station: Station, action: string, error: unknown): CallError {
  if (error instanceof CallError) return error;
  if (error instanceof DomainError) return new CallError(callErrorOf[error.code], '');
  station.log.error({ err: error, action }, 'message not handled');
  return new CallError('InternalError', '');
}
