import type { DeviationKind } from '../../../shared/model/deviation.ts';

/** Kinds of frames (OCPP-J §4.2). */
const CALL = 2;
const CALLRESULT = 3;
const CALLERROR = 4;

/** Longest id that is repeated in an answer; the paper has 36 characters. */
const ID_KEEP = 255;
const ID_MAX = 36;

/** Something odd about a frame that was understood all the same. */
type FrameFlaw = Extract<DeviationKind, 'messageTypeAsText' | 'idAsNumber' | 'idTooLong' | 'extraElements' | 'trailingBytes'>;

/** What a station wrote. `id` is the text that waits for it; `wireId` its JSON, to be repeated exactly. */
export type Frame =
  | Readonly<{ kind: 'call'; id: string; wireId: string; action: string; payload: unknown; flaw: FrameFlaw | null }>
  | Readonly<{ kind: 'result'; id: string; payload: unknown }>
  | Readonly<{ kind: 'error'; id: string; code: unknown; description: string; details: unknown }>
  /** A call that cannot be read, but whose id can: it gets a CALLERROR. */
  | Readonly<{ kind: 'broken'; wireId: string; why: string }>
  /** Nothing that could be answered. */
  | Readonly<{ kind: 'unreadable'; why: string }>
  /** A type of message that OCPP-J 1.6 does not have: to be ignored (§4.1.3). */
  | Readonly<{ kind: 'unknown' }>;

/** Reads one text frame. Never throws. */
export function readFrame(text: string): Frame {
  let parsed: unknown;
  let flaw: FrameFlaw | null = null;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Some stations send the end of their C string along.
    const trimmed = text.replace(/^\uFEFF/, '').replace(/[\0\s]+$/, '');
    if (trimmed.length === text.length) return unparsable(text);
    try {
      parsed = JSON.parse(trimmed);
      flaw = 'trailingBytes';
    } catch {
      return unparsable(text);
    }
  }
  if (!Array.isArray(parsed)) return { kind: 'unreadable', why: 'not a list' };
  return readList(parsed, flaw);
}

function readList(list: readonly unknown[], flaw: FrameFlaw | null): Frame {
  let type = list[0];
  if (typeof type === 'string' && /^[234]$/.test(type)) {
    type = Number(type);
    flaw = 'messageTypeAsText';
  }
  if (type !== CALL && type !== CALLRESULT && type !== CALLERROR) {
    return typeof type === 'number' ? { kind: 'unknown' } : { kind: 'unreadable', why: 'no message type' };
  }
  const rawId = list[1];
  if (typeof rawId !== 'string' && typeof rawId !== 'number') return { kind: 'unreadable', why: 'no message id' };
  const id = String(rawId);
  if (id.length > ID_KEEP) return { kind: 'unreadable', why: 'message id too long' };
  if (type === CALLRESULT) return { kind: 'result', id, payload: list[2] };
  if (type === CALLERROR) {
    return { kind: 'error', id, code: list[2], description: typeof list[3] === 'string' ? list[3] : '', details: list[4] };
  }
  const wireId = JSON.stringify(rawId);
  const action = list[2];
  if (typeof action !== 'string') return { kind: 'broken', wireId, why: 'action: a text is needed' };
  if (typeof rawId === 'number') flaw = 'idAsNumber';
  else if (id.length > ID_MAX) flaw = 'idTooLong';
  else if (list.length > 4) flaw = 'extraElements';
  return { kind: 'call', id, wireId, action, payload: list[3], flaw };
}

/** Text that is no JSON; a call whose id can still be read deserves an answer (FACTS §5.2). */
function unparsable(text: string): Frame {
  const id = /^\s*\[\s*2\s*,\s*("[^"\\]{1,255}"|\d{1,15})\s*,/.exec(text)?.[1];
  return id === undefined ? { kind: 'unreadable', why: 'not JSON' } : { kind: 'broken', wireId: id, why: 'not JSON' };
}

export const callFrame = (id: string, action: string, payload: unknown): string =>
  `[2,"${id}","${action}",${JSON.stringify(payload)}]`;

export const resultFrame = (wireId: string, payload: object): string => `[3,${wireId},${JSON.stringify(payload)}]`;

/** The description is at most 255 characters by the paper; details are always an object. */
export const errorFrame = (wireId: string, code: string, description: string): string =>
  `[4,${wireId},"${code}",${JSON.stringify(description.slice(0, 255))},{}]`;
