import type { TraceDirection, TraceKind, TraceVerdict } from '../../shared/model/trace-words.ts';
import type { Central } from '../domain/central.ts';
import { maskedEcho } from '../domain/secrets/echo.ts';
import type { Station, StationLink } from '../domain/station/station.ts';
import { masked } from './mask.ts';
import type { Flaw } from './repair.ts';

/** What a message is about, as far as it says. */
export type About = Readonly<{ connectorId: number | null; transactionId: number | null }>;

/** A message of a station or to it, as the adapter of its protocol saw it. */
export type Message = Readonly<{
  at: number;
  direction: TraceDirection;
  kind: TraceKind;
  messageId: string;
  /** The call's action, of its answer too. */
  action: string;
  /** As it was on the wire; `size` are its bytes there. */
  text: string;
  size: number;
  /** The same as bytes of UTF-8, where they are at hand: they need not be made again. */
  bytes?: Buffer | undefined;
  about: About;
  verdict: TraceVerdict;
  /** Of an answer: the call's number, as this function returned it, and when that came or left. */
  request?: Readonly<{ id: number; at: number }> | undefined;
  /** Code of the refusal. */
  code?: string | undefined;
  flaws?: readonly Flaw[] | undefined;
  /** The payload as we understood it, where the text does not show it. */
  reading?: unknown;
  /** Secrets of the call that this answers, should it repeat them. */
  secrets?: readonly string[];
}>;

/** Longest text that is kept, in characters. */
const LONGEST = 32 * 1024;
const LONGEST_READING = 8 * 1024;
/** Names of actions come from outside and may be of any length; so may ids. */
const LONGEST_ACTION = 50;
const LONGEST_ID = 255;

export const nothing: About = { connectorId: null, transactionId: null };

/** Puts a message into the trace, without its secrets, and returns its number there. Never throws or waits. */
export function traceMessage(central: Central, station: Station, protocol: StationLink['protocol'], message: Message): number {
  const { text, bytes, action, about, request, code = '', flaws, reading, secrets = [] } = message;
  const isCut = text.length > LONGEST;
  const isFlawed = code !== '' || (flaws !== undefined && flaws.length > 0);
  const isOdd = isFlawed || reading !== undefined;
  const clean = maskedEcho(masked(isCut ? text.slice(0, LONGEST) : text, action, isFlawed), secrets);
  return central.trace.note({
    stationId: station.id,
    at: message.at,
    direction: message.direction,
    kind: message.kind,
    messageId: message.messageId.slice(0, LONGEST_ID),
    action: action.slice(0, LONGEST_ACTION),
    protocol,
    connectorId: about.connectorId,
    transactionId: about.transactionId,
    size: message.size,
    text: clean === text && bytes ? bytes : clean,
    isCut,
    verdict: message.verdict,
    requestId: request?.id ?? 0,
    latencyMs: request ? Math.max(0, Math.round(message.at - request.at)) : null,
    oddity: isOdd
      ? {
          code,
          remarks: (flaws ?? []).map(({ kind, found }) => ({ kind, found: masked(found, action, true) })),
          reading: reading === undefined ? '' : masked(JSON.stringify(reading).slice(0, LONGEST_READING), action, isFlawed),
        }
      : null,
  });
}

/** What a payload says that it is about; what it leaves out is taken from the call that it answers. */
export function aboutOf(payload: unknown, call: About = nothing): About {
  if (typeof payload !== 'object' || payload === null) return call;
  const { connectorId, transactionId } = payload as Readonly<Record<string, unknown>>;
  if (connectorId === undefined && transactionId === undefined) return call;
  return {
    connectorId: isNumber(connectorId, 0, 65_534) ? connectorId : call.connectorId,
    transactionId: isNumber(transactionId, -(2 ** 31) + 1, 2 ** 31 - 1) ? transactionId : call.transactionId,
  };
}

const isNumber = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
