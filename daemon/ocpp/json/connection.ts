import { isUtf8 } from 'node:buffer';
import { WebSocket } from 'ws';
import type { StationRequest } from '../../../shared/model/command.ts';
import type { DeviationKind } from '../../../shared/model/deviation.ts';
import type { Central } from '../../domain/central.ts';
import { DomainError } from '../../domain/error.ts';
import { disconnected } from '../../domain/station/connect.ts';
import { noteDeviation } from '../../domain/station/deviation.ts';
import { heard } from '../../domain/station/heard.ts';
import type { Station, StationAnswer, StationLink } from '../../domain/station/station.ts';
import type { Outgoing } from '../action.ts';
import { type Dispatcher, dispatch, type Mended, type Prepared, readAnswer } from '../dispatch.ts';
import { CallError, type CallErrorCode, readErrorCode } from '../errors.ts';
import { aboutOf } from '../trace.ts';
import { Calls, type SentCall } from './calls.ts';
import { errorFrame, readFrame, resultFrame } from './frames.ts';
import { Liveness } from './liveness.ts';
import { Recent } from './recent.ts';
import type { StationSocket } from './station-socket.ts';
import {
  type Answered,
  type AnswerFrame,
  type IncomingCall,
  type Mending,
  traceAnswer,
  traceCall,
  traceOdd,
  traceOurAnswer,
  traceSentCall,
} from './trace-frames.ts';

/** What the connections of a listener share. `now` is a coarse clock that only rises, ms. */
export type Hub = {
  readonly central: Central;
  readonly dispatcher: Dispatcher;
  readonly open: Set<Connection>;
  now: number;
};

/** Calls of a station that wait while one is handled; at this many we stop reading from it. */
const INBOX_FULL = 16;
const INBOX_LOW = 4;
/** Unsent answers, bytes: above the first we wait before the next, above the second the station is cut off. */
const OUTBOX_FULL = 64 * 1024;
const OUTBOX_BROKEN = 1024 * 1024;
/** Unreadable frames in a row until the connection is closed. */
const MAX_UNREADABLE = 20;
/** Longest wait for the end of a closing handshake, ms. */
const CLOSE_TIMEOUT_MS = 2_000;

/** What the socket's own errors mean for the station's maker. */
const brokenBy: Readonly<Record<string, DeviationKind>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'frameTooBig',
};
/** Names of actions come from outside and may be of any length. */
const ACTION_LENGTH = 50;
const EXAMPLE_LENGTH = 200;
/** Of an answer no more than type and id: its content may be a secret. */
const ANSWER_LENGTH = 45;

/** One JSON connection of one station: its messages in order, our calls, and whether it is still alive. */
export class Connection implements StationLink {
  readonly protocol = 'OCPP 1.6J';
  readonly secure: boolean;
  readonly address: string;
  readonly connectedAt: number;
  readonly station: Station;
  readonly #hub: Hub;
  readonly #socket: StationSocket;
  readonly #liveness: Liveness;
  readonly #inbox: IncomingCall[] = [];
  #calls: Calls | null = null;
  #recent: Recent | null = null;
  #triggered: Set<string> | null = null;
  /** Of the call in hand, and of the answer that is being read. */
  #mendedCall: Mending | null = null;
  #mendedAnswer: Mending | null = null;
  #refusedAnswer: CallErrorCode | '' = '';
  #state: 'waiting' | 'idle' | 'busy' | 'ended' = 'waiting';
  #paused = false;
  #unreadable = 0;
  #closingAt = 0;
  #drained: (() => void) | null = null;

  constructor(hub: Hub, socket: StationSocket, station: Station, line: Readonly<{ secure: boolean; address: string }>) {
    this.#hub = hub;
    this.#socket = socket;
    this.station = station;
    this.secure = line.secure;
    this.address = line.address;
    this.connectedAt = hub.central.clock.now();
    this.#liveness = new Liveness(socket, hub.now);
    socket.connection = this;
    socket.on('message', onMessage);
    socket.on('ping', onPing);
    socket.on('pong', onPong);
    socket.on('error', onError);
    socket.on('close', onClose);
    hub.open.add(this);
  }

  /** Begins to handle messages, once the domain knows the connection. What came before has waited. */
  start(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'idle';
    const first = this.#inbox.shift();
    if (first) void this.#work(first);
  }

  supports(kind: StationRequest['kind']): boolean {
    return this.#hub.dispatcher.outgoing.has(kind);
  }

  async call(request: StationRequest, onSent: () => void): Promise<StationAnswer> {
    const { central, dispatcher } = this.#hub;
    const action = dispatcher.outgoing.get(request.kind);
    if (!action) throw new DomainError('notSupportedByStation');
    if (this.#state === 'ended') throw new DomainError('stationOffline');
    this.#calls ??= new Calls({
      send: (frame, sent) => this.#sendCall(frame, sent),
      read: (prepared, payload) => this.#readAnswer(prepared, payload),
      timeoutMs: central.settings.callTimeoutMs,
    });
    const answer = await this.#calls.call(action, request, onSent);
    if (request.kind === 'trigger' && answer.outcome === 'accepted') {
      this.#triggered ??= new Set();
      this.#triggered.add(request.message);
    }
    return answer;
  }

  probe(timeoutMs: number): Promise<boolean> {
    return this.#liveness.probe(timeoutMs);
  }

  close(reason: string): void {
    this.#end(1008, reason);
  }

  /** The daemon stops: what is in hand is answered, then the connection goes away. */
  async goAway(): Promise<void> {
    this.#dropInbox();
    if (this.#state === 'busy') await new Promise<void>((resolve) => (this.#drained = resolve));
    this.#end(1001, 'going away');
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Called about once a second: cuts off who is silent, asks who has been silent for long (DESIGN §5). */
  tick(now: number): void {
    if (this.#closingAt > 0) {
      if (now - this.#closingAt >= CLOSE_TIMEOUT_MS) this.#socket.terminate();
      return;
    }
    // While we do not read, its silence is ours.
    if (this.#paused) return;
    const intervalMs = 1000 * (this.station.pingIntervalS ?? this.#hub.central.settings.pingIntervalS);
    if (this.#liveness.look(now, intervalMs)) return;
    this.station.log.info('connection cut: the station answers no ping');
    this.#socket.terminate();
  }

  /** One text frame came. */
  received(data: Buffer, isBinary: boolean): void {
    this.#liveness.heard(this.#hub.now);
    if (this.#state === 'ended') return;
    const { text, bytes } = this.#textOf(data);
    if (isBinary) this.#note('binaryFrame', '', text);
    const frame = readFrame(text);
    if (frame.kind === 'unreadable' || frame.kind === 'broken') {
      this.#note('unreadable', '', text);
      const answer = frame.kind === 'broken' ? errorFrame(frame.wireId, 'FormationViolation', frame.why) : null;
      if (answer !== null) this.#send(answer);
      traceOdd(this.#hub.central, this, 'unreadable', text, data.length, answer);
      this.#countUnreadable();
      return;
    }
    this.#unreadable = 0;
    if (frame.kind === 'call') {
      if (frame.flaw) this.#note(frame.flaw, frame.action, text);
      this.#accept({ frame, text, bytes, at: this.#hub.central.clock.now(), about: aboutOf(frame.payload) });
    } else if (frame.kind === 'unknown') {
      this.#note('unknownMessageType', '', text);
      traceOdd(this.#hub.central, this, 'ignored', text, data.length, null);
    } else {
      this.#receivedAnswer(frame, text, data.length);
    }
  }

  /** Bytes that are not UTF-8 are Latin-1: refused, a stop with such a letter would be sent again and again until it is dropped (SECURITY R3). */
  #textOf(data: Buffer): Readonly<{ text: string; bytes: Buffer }> {
    if (isUtf8(data)) return { text: data.toString(), bytes: data };
    const text = data.toString('latin1');
    this.#note('invalidUtf8', '', text);
    return { text, bytes: Buffer.from(text) };
  }

  #receivedAnswer(frame: AnswerFrame, text: string, size: number): void {
    const { central } = this.#hub;
    const at = central.clock.now();
    const sent = this.#calls?.sent(frame.id) ?? null;
    this.#mendedAnswer = null;
    this.#refusedAnswer = frame.kind === 'error' ? readErrorCode(frame.code) : '';
    const how =
      (frame.kind === 'result'
        ? this.#calls?.answered(frame.id, frame.payload ?? {})
        : this.#calls?.failed(frame.id, frame.code, frame.description)) ?? 'unknown';
    this.#settled(how, text);
    traceAnswer(central, this, { frame, text, size, at, sent, how, mending: this.#mendedAnswer, code: this.#refusedAnswer });
  }

  ponged(): void {
    this.#liveness.heard(this.#hub.now);
    heard(this.#hub.central, this.station);
  }

  pinged(data: Buffer): void {
    this.ponged();
    // A station that asks without ever reading must not fill our memory.
    if (this.#socket.bufferedAmount > OUTBOX_BROKEN) this.#socket.terminate();
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.pong(data);
  }

  failed(error: Error & { code?: string }): void {
    this.#note(brokenBy[error.code ?? ''] ?? 'webSocket', '', error.message);
    this.station.log.info({ err: error }, 'connection failed');
  }

  closed(): void {
    this.#finish();
    this.#hub.open.delete(this);
    disconnected(this.#hub.central, this.station, this).catch((error: unknown) => {
      this.station.log.error({ err: error }, 'end of a connection not recorded');
    });
  }

  #accept(call: IncomingCall): void {
    if (this.#state === 'idle') {
      void this.#work(call);
      return;
    }
    this.#inbox.push(call);
    if (this.#inbox.length >= INBOX_FULL && !this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
  }

  /** Handles calls one after the other until none waits. */
  async #work(first: IncomingCall): Promise<void> {
    this.#state = 'busy';
    for (let call: IncomingCall | undefined = first; call; call = this.#inbox.shift()) {
      const answer = await this.#answer(call);
      const traceId = traceCall(this.#hub.central, this, call, answer, this.#mendedCall);
      if (this.#isEnded()) break;
      traceOurAnswer(this.#hub.central, this, call, answer, traceId);
      if (this.#socket.bufferedAmount > OUTBOX_FULL) await this.#sendAndWait(answer.frame);
      else this.#send(answer.frame);
      if (this.#isEnded() || this.#drained) break;
      if (this.#paused && this.#inbox.length <= INBOX_LOW) this.#read();
    }
    if (!this.#isEnded()) this.#state = 'idle';
    this.#drained?.();
  }

  async #answer({ frame: call, text, bytes }: IncomingCall): Promise<Answered> {
    this.#mendedCall = null;
    this.#recent ??= new Recent();
    const before = this.#recent.find(call.id, bytes, this.#hub.now);
    if (before === 'other') {
      this.#note('idUsedTwice', call.action, text);
      // What concerns money is answered whatever its form; there the database tells a repetition (SECURITY A8, R3).
      if (!this.#hub.dispatcher.incoming.get(call.action)?.action.transactional)
        return refused(call.wireId, 'ProtocolError', 'message id: used before for another message');
    } else if (before !== null) return { frame: before, payload: null, verdict: 'repeated', code: '' };
    let answer: Answered;
    try {
      const { central, dispatcher } = this.#hub;
      const payload = await dispatch(central, this.station, dispatcher, call.action, call.payload, this.#asked, this.#mended);
      answer = { frame: resultFrame(call.wireId, payload), payload, verdict: this.#mendedCall ? 'repaired' : 'ok', code: '' };
    } catch (error) {
      const { code, message } = error instanceof CallError ? error : new CallError('InternalError', '');
      answer = refused(call.wireId, code, message);
      // What we failed at may work when it is sent again.
      if (code === 'InternalError' || code === 'SecurityError') return answer;
    }
    this.#recent.remember(call.id, bytes, answer.frame, this.#hub.now);
    return answer;
  }

  readonly #mended: Mended = (value, flaws) => {
    this.#mendedCall = { value, flaws };
  };

  readonly #asked = (name: string): boolean => this.#triggered?.delete(name) ?? false;

  #read(): void {
    this.#paused = false;
    this.#liveness.heard(this.#hub.now);
    this.#socket.resume();
  }

  #send(frame: string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > OUTBOX_BROKEN) {
      this.station.log.warn({ bytes: this.#socket.bufferedAmount }, 'connection cut: the station does not read');
      this.#socket.terminate();
      return;
    }
    this.#socket.sendText(frame);
  }

  #sendCall(frame: string, sent: SentCall): void {
    this.#send(frame);
    traceSentCall(this.#hub.central, this, sent, frame);
  }

  #readAnswer(prepared: Prepared<Outgoing>, payload: unknown): unknown {
    try {
      return readAnswer(this.#hub.central, this.station, prepared, payload, (value, flaws) => {
        this.#mendedAnswer = { value, flaws };
      });
    } catch (error) {
      if (error instanceof CallError) this.#refusedAnswer = error.code;
      throw error;
    }
  }

  #sendAndWait(frame: string): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.resolve();
    return new Promise((resolve) => this.#socket.sendText(frame, resolve));
  }

  #settled(how: 'taken' | 'late' | 'unknown', text: string): void {
    if (how === 'taken') return;
    this.#note(how === 'late' ? 'lateAnswer' : 'unknownAnswer', '', text.slice(0, ANSWER_LENGTH));
    this.station.log.debug({ how }, 'answer dropped: nothing waits for it');
  }

  #countUnreadable(): void {
    this.#unreadable += 1;
    if (this.#unreadable < MAX_UNREADABLE) return;
    this.station.log.warn({ frames: this.#unreadable }, 'connection closed: nothing that it sends can be read');
    this.#end(1002, 'unreadable frames');
  }

  #note(kind: DeviationKind, action: string, example: string): void {
    noteDeviation(this.#hub.central, this.station, {
      kind,
      action: action.slice(0, ACTION_LENGTH),
      example: example.slice(0, EXAMPLE_LENGTH),
    });
  }

  #end(code: number, reason: string): void {
    this.#finish();
    if (this.#closingAt > 0) return;
    this.#closingAt = this.#hub.now;
    if (this.#paused) this.#socket.resume();
    this.#socket.close(code, reason.slice(0, 120));
  }

  #finish(): void {
    this.#state = 'ended';
    this.#dropInbox();
    this.#calls?.close();
    this.#drained?.();
    this.#liveness.end();
  }

  #dropInbox(): void {
    for (const call of this.#inbox.splice(0)) traceCall(this.#hub.central, this, call, overtaken, null);
  }

  /** The state may have changed while something was awaited, which the compiler does not see. */
  #isEnded(): boolean {
    return this.#state === 'ended';
  }
}

const refused = (wireId: string, code: CallErrorCode, why: string): Answered => ({
  frame: errorFrame(wireId, code, why),
  payload: null,
  verdict: 'refused',
  code,
});

/** What becomes of a call when the connection ends before its turn. */
const overtaken: Answered = { frame: '', payload: null, verdict: 'ignored', code: '' };

// Shared by all sockets: `ws` calls them with the socket as `this`.
function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  // Sockets of stations are made with the default binary type, so data is a Buffer.
  (this as StationSocket).connection?.received(data as Buffer, isBinary);
}
function onPing(this: WebSocket, data: Buffer): void {
  (this as StationSocket).connection?.pinged(data);
}
function onPong(this: WebSocket): void {
  (this as StationSocket).connection?.ponged();
}
function onError(this: WebSocket, error: Error): void {
  (this as StationSocket).connection?.failed(error);
}
function onClose(this: WebSocket): void {
  (this as StationSocket).connection?.closed();
}
