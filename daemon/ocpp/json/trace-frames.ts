import type { TraceVerdict } from '../../../shared/model/trace-words.ts';
import type { Central } from '../../domain/central.ts';
import { secretsOf } from '../../domain/secrets/echo.ts';
import type { Station, StationLink } from '../../domain/station/station.ts';
import type { CallErrorCode } from '../errors.ts';
import type { Flaw } from '../repair.ts';
import { type About, aboutOf, nothing, traceMessage } from '../trace.ts';
import type { SentCall } from './calls.ts';
import type { Frame } from './frames.ts';

/** A call as it came: its text, the bytes of it, when, and what it is about. */
export type IncomingCall = Readonly<{
  frame: Extract<Frame, { kind: 'call' }>;
  text: string;
  bytes: Buffer;
  at: number;
  about: About;
}>;

export type AnswerFrame = Extract<Frame, { kind: 'result' | 'error' }>;

/** What a call came to: the frame that goes back, and what the trace says of it. */
export type Answered = Readonly<{ frame: string; payload: object | null; verdict: TraceVerdict; code: CallErrorCode | '' }>;

/** What was made of a payload that its schema refused. */
export type Mending = Readonly<{ value: unknown; flaws: readonly Flaw[] }>;

type Line = Readonly<{ station: Station; protocol: StationLink['protocol'] }>;

/** A call of the station, once it is known what became of it. */
export function traceCall(central: Central, line: Line, call: IncomingCall, answer: Answered, mending: Mending | null): number {
  const { frame, text, bytes, at, about } = call;
  const { flaw } = frame;
  const flaws = flaw ? [{ kind: flaw, found: '' }, ...(mending?.flaws ?? [])] : mending?.flaws;
  return traceMessage(central, line.station, line.protocol, {
    at,
    direction: 'in',
    kind: 'call',
    messageId: frame.id,
    action: frame.action,
    text,
    size: bytes.length,
    bytes,
    about,
    verdict: flaw && answer.verdict === 'ok' ? 'repaired' : answer.verdict,
    code: answer.code,
    flaws,
    reading: mending?.value,
    request: undefined,
  });
}

/** Our answer to it, when it leaves. */
export function traceOurAnswer(central: Central, line: Line, call: IncomingCall, answer: Answered, callId: number): void {
  traceMessage(central, line.station, line.protocol, {
    at: central.clock.now(),
    direction: 'out',
    kind: answer.code === '' ? 'result' : 'error',
    messageId: call.frame.id,
    action: call.frame.action,
    text: answer.frame,
    size: Buffer.byteLength(answer.frame),
    about: aboutOf(answer.payload, call.about),
    verdict: answer.code === '' ? 'ok' : 'refused',
    code: answer.code,
    flaws: undefined,
    reading: undefined,
    request: { id: callId, at: call.at },
  });
}

/** A call of ours, just sent; it learns its number in the trace. */
export function traceSentCall(central: Central, line: Line, sent: SentCall, frame: string): void {
  const { id: messageId, action, payload } = sent;
  sent.sentAt = central.clock.now();
  sent.traceId = traceMessage(central, line.station, line.protocol, {
    at: sent.sentAt,
    direction: 'out',
    kind: 'call',
    messageId,
    action,
    text: frame,
    size: Buffer.byteLength(frame),
    about: aboutOf(payload),
    verdict: 'ok',
  });
}

/** The station's answer to a call of ours, or to nothing. */
export function traceAnswer(
  central: Central,
  line: Line,
  answer: Readonly<{
    frame: AnswerFrame;
    text: string;
    size: number;
    at: number;
    sent: SentCall | null;
    how: 'taken' | 'late' | 'unknown';
    mending: Mending | null;
    code: CallErrorCode | '';
  }>,
): void {
  const { frame, text, size, at, sent, how, mending, code } = answer;
  const understood = code !== '' ? 'refused' : mending ? 'repaired' : 'ok';
  traceMessage(central, line.station, line.protocol, {
    at,
    direction: 'in',
    kind: frame.kind,
    messageId: frame.id,
    action: sent?.action ?? '',
    text,
    size,
    about: sent ? aboutOf(sent.payload) : nothing,
    verdict: how === 'taken' ? understood : how === 'late' ? 'late' : 'ignored',
    code,
    // Where it stood, not what: a configuration key may be a secret.
    flaws: mending?.flaws.map(({ kind, found }) => ({ kind, found: found.split(' = ', 1)[0] ?? '' })),
    reading: mending?.value,
    request: sent ? { id: sent.traceId, at: sent.sentAt } : undefined,
    secrets: sent ? secretsOf(sent.payload) : [],
  });
}

/** A frame that is no call and no answer, with the refusal that it got, if any. */
export function traceOdd(
  central: Central,
  { station, protocol }: Line,
  verdict: TraceVerdict,
  text: string,
  size: number,
  refusal: string | null,
): void {
  const at = central.clock.now();
  const facts = { at, messageId: '', action: '', about: nothing } as const;
  const id = traceMessage(central, station, protocol, { ...facts, direction: 'in', kind: 'other', text, size, verdict });
  if (refusal === null) return;
  const answer = { ...facts, direction: 'out', kind: 'error', text: refusal, size: Buffer.byteLength(refusal) } as const;
  traceMessage(central, station, protocol, { ...answer, verdict: 'refused', code: 'FormationViolation', request: { id, at } });
}
