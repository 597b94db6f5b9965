import type { TraceFrame, TraceRow } from '../../../shared/model/trace.ts';
import { traceDirections, traceKinds, traceVerdicts } from '../../../shared/model/trace-words.ts';
import type { Oddity, Traced } from './trace.ts';

/**
 * Messages as bytes, one after the other: a head of fixed size, then id, action, oddity (JSON or nothing) and text, each but the last
 * ended by a zero byte. The same bytes travel to the writer's thread and lie in the file, so that nothing is made anew on the way.
 */
const HEAD = 48;
const at = {
  length: 0,
  station: 4,
  id: 8,
  time: 16,
  request: 24,
  latency: 32,
  size: 36,
  transaction: 40,
  connector: 44,
  kind: 46,
  verdict: 47,
} as const;
const NO_TRANSACTION = -(2 ** 31);
const NO_CONNECTOR = 0xff_ff;
const NO_LATENCY = 0xff_ff_ff_ff;
const CUT = 0x80;
const ZERO = 0;

const protocols = ['', 'OCPP 1.6J', 'OCPP 1.6S', 'OCPP 1.5S'];
/** Enough for the headers before the body of a SOAP message. */
const EXCERPT_BYTES = 2400;
const EXCERPT = 600;

/** The most bytes that a message of so many characters takes. */
export const mostBytes = (message: Traced): number =>
  HEAD + 3 * (message.text.length + message.messageId.length + message.action.length + 3 + (message.oddity ? 40_000 : 0));

/** Writes a message and returns where it ends. There has to be room for `mostBytes`. */
export function encode(bytes: Buffer, view: DataView, start: number, id: number, message: Traced): number {
  const oddity = message.oddity ? oddityText(message.oddity) : '';
  const before = `${plain(message.messageId)}\0${message.action}\0${oddity}\0`;
  const textStart = start + HEAD + bytes.write(before, start + HEAD);
  const { text } = message;
  const end = textStart + (typeof text === 'string' ? bytes.write(text, textStart) : text.copy(bytes, textStart));
  const { transactionId, connectorId, latencyMs } = message;
  view.setUint32(start + at.length, end - start, true);
  view.setUint32(start + at.station, message.stationId, true);
  view.setFloat64(start + at.id, id, true);
  view.setFloat64(start + at.time, message.at, true);
  view.setFloat64(start + at.request, message.requestId, true);
  view.setUint32(start + at.latency, latencyMs === null ? NO_LATENCY : Math.min(latencyMs, NO_LATENCY - 1), true);
  view.setUint32(start + at.size, Math.min(message.size, 0xff_ff_ff_ff), true);
  view.setInt32(start + at.transaction, transactionId === null ? NO_TRANSACTION : transactionId, true);
  view.setUint16(start + at.connector, connectorId === null ? NO_CONNECTOR : connectorId, true);
  const kind = (message.direction === 'in' ? 0 : 1) | (traceKinds.indexOf(message.kind) << 1);
  const protocol = Math.max(0, protocols.indexOf(message.protocol));
  view.setUint8(start + at.kind, kind | (protocol << 3) | (message.isCut ? CUT : 0));
  view.setUint8(start + at.verdict, traceVerdicts.indexOf(message.verdict));
  return end;
}

/** A zero byte in an id would end it early. */
const plain = (id: string) => (id.includes('\0') ? id.replaceAll('\0', '�') : id);

/** At most some 30,000 characters: what a message can have of these has no bound of its own. */
function oddityText({ code, remarks, reading }: Oddity): string {
  const some = remarks.slice(0, 50).map(({ kind, found }) => ({ kind, found: found.slice(0, 200) }));
  const whole = JSON.stringify([code.slice(0, 100), some, reading]);
  return whole.length <= 30_000 ? whole : JSON.stringify([code.slice(0, 100), some.slice(0, 10), '']);
}

/** Where a message ends, whose it is, its number and time: all that has to be known to put it away. */
export function headAt(view: DataView, start: number) {
  const length = start + HEAD <= view.byteLength ? view.getUint32(start + at.length, true) : 0;
  if (length < HEAD + 3 || start + length > view.byteLength)
    throw new RangeError('the trace was handed something that is no message');
  return {
    end: start + length,
    stationId: view.getUint32(start + at.station, true),
    id: view.getFloat64(start + at.id, true),
    time: view.getFloat64(start + at.time, true),
  };
}

/** A message among others: its head is read at once, its strings only when they are asked for. */
export class Encoded {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;

  constructor(bytes: Buffer, start: number) {
    this.bytes = bytes;
    this.start = start;
    const length = start + HEAD <= bytes.length ? bytes.readUInt32LE(start) : 0;
    this.end = start + length;
    // The file has no check sums of ours: what does not fit is as good as the end.
    if (length < HEAD + 3 || this.end > bytes.length) throw new RangeError('the trace holds something that is no message');
  }

  get stationId(): number {
    return this.bytes.readUInt32LE(this.start + at.station);
  }
  get id(): number {
    return this.bytes.readDoubleLE(this.start + at.id);
  }
  get time(): number {
    return this.bytes.readDoubleLE(this.start + at.time);
  }
  get requestId(): number {
    return this.bytes.readDoubleLE(this.start + at.request);
  }
  get size(): number {
    return this.bytes.readUInt32LE(this.start + at.size);
  }
  get transactionId(): number | null {
    const number = this.bytes.readInt32LE(this.start + at.transaction);
    return number === NO_TRANSACTION ? null : number;
  }
  get connectorId(): number | null {
    const number = this.bytes.readUInt16LE(this.start + at.connector);
    return number === NO_CONNECTOR ? null : number;
  }
  get direction() {
    return traceDirections[this.bytes.readUInt8(this.start + at.kind) & 1] ?? 'in';
  }
  get verdict() {
    return traceVerdicts[this.bytes.readUInt8(this.start + at.verdict)] ?? 'ok';
  }
  get action(): string {
    const idEnd = this.bytes.indexOf(ZERO, this.start + HEAD);
    return this.bytes.toString('utf8', idEnd + 1, this.bytes.indexOf(ZERO, idEnd + 1));
  }

  /** Whether id or text hold some words, given in small letters. */
  says(words: string): boolean {
    const { messageId, text } = this.#strings();
    return text.toLowerCase().includes(words) || messageId.toLowerCase() === words;
  }

  row(answerId: number | null): TraceRow {
    const { messageId, action, code, excerpt } = this.#strings(EXCERPT_BYTES);
    return this.#facts({ messageId, action, code, excerpt, answerId });
  }

  whole(answerId: number | null): TraceFrame {
    const { messageId, action, code, remarks, reading, text, excerpt } = this.#strings();
    const kind = this.bytes.readUInt8(this.start + at.kind);
    return {
      ...this.#facts({ messageId, action, code, excerpt, answerId }),
      ...{ text, remarks, reading, isCut: (kind & CUT) !== 0, protocol: protocols[(kind >> 3) & 3] ?? '' },
    };
  }

  #facts(strings: Pick<TraceRow, 'messageId' | 'action' | 'code' | 'excerpt' | 'answerId'>): TraceRow {
    const { requestId } = this;
    const latency = this.bytes.readUInt32LE(this.start + at.latency);
    return {
      id: this.id,
      at: this.time,
      direction: this.direction,
      kind: traceKinds[(this.bytes.readUInt8(this.start + at.kind) >> 1) & 3] ?? 'other',
      connectorId: this.connectorId,
      transactionId: this.transactionId,
      size: this.size,
      verdict: this.verdict,
      requestId: requestId === 0 ? null : requestId,
      latencyMs: latency === NO_LATENCY ? null : latency,
      ...strings,
    };
  }

  #strings(mostBytesOfText = Number.POSITIVE_INFINITY) {
    const idEnd = this.bytes.indexOf(ZERO, this.start + HEAD);
    const actionEnd = this.bytes.indexOf(ZERO, idEnd + 1);
    const oddityEnd = this.bytes.indexOf(ZERO, actionEnd + 1);
    const text = this.bytes.toString('utf8', oddityEnd + 1, Math.min(this.end, oddityEnd + 1 + mostBytesOfText));
    const oddity = this.bytes.toString('utf8', actionEnd + 1, oddityEnd);
    // Written by `oddityText`.
    const [code, remarks, reading] =
      oddity === '' ? ['', [], ''] : (JSON.parse(oddity) as [string, TraceFrame['remarks'], string]);
    return {
      messageId: this.bytes.toString('utf8', this.start + HEAD, idEnd),
      action: this.bytes.toString('utf8', idEnd + 1, actionEnd),
      ...{ code, remarks, reading, text, excerpt: excerptOf(text) },
    };
  }
}

/** How a message begins; of XML the body, for which the headers would leave no room. */
function excerptOf(text: string): string {
  const from = /^\s*</.test(text) ? Math.max(0, text.search(/<(?:[\w-]+:)?Body[\s>]/)) : 0;
  return text.slice(from, from + EXCERPT);
}

/** The messages in some bytes, in order. */
export function* messagesIn(bytes: Buffer): Generator<Encoded> {
  for (let start = 0; start < bytes.length; ) {
    const message = new Encoded(bytes, start);
    yield message;
    start = message.end;
  }
}
