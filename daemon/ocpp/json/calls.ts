import { randomUUID } from 'node:crypto';
import type { StationRequest } from '../../../shared/model/command.ts';
import { DomainError } from '../../domain/error.ts';
import type { StationAnswer } from '../../domain/station/station.ts';
import type { Outgoing } from '../action.ts';
import type { Prepared } from '../dispatch.ts';
import { CallError, readErrorCode } from '../errors.ts';
import { callFrame } from './frames.ts';

/** What a connection lends to its calls. */
export type CallLine = Readonly<{
  send(frame: string, sent: SentCall): void;
  read(action: Prepared<Outgoing>, payload: unknown): unknown;
  timeoutMs: number;
}>;

/** A call that went out. `traceId` is its number in the trace, given by whoever sends it. */
export type SentCall = {
  readonly id: string;
  readonly action: string;
  readonly payload: object;
  sentAt: number;
  traceId: number;
};

type Call = {
  readonly action: Prepared<Outgoing>;
  readonly request: StationRequest;
  readonly onSent: () => void;
  readonly resolve: (answer: StationAnswer) => void;
  readonly reject: (error: Error) => void;
};

/** Calls that wait behind the one that is out; more are refused as `stationBusy`. */
const MAX_WAITING = 64;

/** Our calls over one connection: one is out at a time (OCPP-J §4.1.1), the others wait in order. */
export class Calls {
  readonly #line: CallLine;
  readonly #waiting: Call[] = [];
  #out: (Call & { readonly sent: SentCall; readonly timer: NodeJS.Timeout }) | null = null;
  /** The latest call that timed out, to tell its late answer from one to nothing. */
  #late: SentCall | null = null;
  #closed = false;

  constructor(line: CallLine) {
    this.#line = line;
  }

  call(action: Prepared<Outgoing>, request: StationRequest, onSent: () => void): Promise<StationAnswer> {
    if (this.#closed) return Promise.reject(new DomainError('stationOffline'));
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(new DomainError('stationBusy'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ action, request, onSent, resolve, reject });
      if (!this.#out) this.#next();
    });
  }

  /** The call that an answer of this id belongs to: the one that is out, or the one that timed out last. */
  sent(id: string): SentCall | null {
    if (this.#out?.sent.id === id) return this.#out.sent;
    return this.#late?.id === id ? this.#late : null;
  }

  /** A CALLRESULT came. Says whether anything waited for it. */
  answered(id: string, payload: unknown): 'taken' | 'late' | 'unknown' {
    const call = this.#take(id);
    if (!call) return this.#stray(id);
    try {
      // The action's own schema has just accepted the answer.
      call.resolve(call.action.action.fromWire(this.#line.read(call.action, payload) as never));
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      call.resolve({ outcome: 'failed', answer: error.code, detail: { description: error.message } });
    } finally {
      this.#next();
    }
    return 'taken';
  }

  /** A CALLERROR came. */
  failed(id: string, code: unknown, description: string): 'taken' | 'late' | 'unknown' {
    const call = this.#take(id);
    if (!call) return this.#stray(id);
    call.resolve({ outcome: 'failed', answer: readErrorCode(code), detail: { description: description.slice(0, 500) } });
    this.#next();
    return 'taken';
  }

  /** The connection is gone: what was sent has failed, what waited was never sent. */
  close(): void {
    this.#closed = true;
    if (this.#out) {
      clearTimeout(this.#out.timer);
      this.#out.resolve({ outcome: 'failed', answer: 'ConnectionLost' });
      this.#out = null;
    }
    for (const call of this.#waiting.splice(0)) call.reject(new DomainError('stationOffline'));
  }

  #take(id: string): Call | null {
    const out = this.#out;
    if (out?.sent.id !== id) return null;
    clearTimeout(out.timer);
    this.#out = null;
    return out;
  }

  #stray(id: string): 'late' | 'unknown' {
    return id === this.#late?.id ? 'late' : 'unknown';
  }

  #next(): void {
    const call = this.#waiting.shift();
    if (!call || this.#closed) return;
    const id = randomUUID();
    const timer = setTimeout(() => this.#timedOut(), this.#line.timeoutMs);
    // The request is of this action's kind: the connection looked the action up by it.
    const payload = call.action.action.toWire(call.request as never) as object;
    const sent = { id, action: call.action.name, payload, sentAt: 0, traceId: 0 };
    this.#out = { ...call, sent, timer };
    this.#line.send(callFrame(id, sent.action, payload), sent);
    call.onSent();
  }

  #timedOut(): void {
    const out = this.#out;
    if (!out) return;
    this.#late = out.sent;
    this.#out = null;
    out.resolve({ outcome: 'timedOut' });
    this.#next();
  }
}
