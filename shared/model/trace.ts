import { type Static, Type } from 'typebox';
import { traceDirections, traceKinds, traceVerdicts } from './trace-words.ts';

const nullableInteger = Type.Union([Type.Integer(), Type.Null()]);

/** What was wrong with a message: a kind of `deviationKinds` (texts `station.deviation.<kind>`) and where it stood. */
export const TraceRemark = Type.Object({ kind: Type.String(), found: Type.String() });
export type TraceRemark = Static<typeof TraceRemark>;

/** One message of the trace, in a list. Secrets are masked (`•••`) before anything is kept. */
export const TraceRow = Type.Object({
  id: Type.Integer({ description: 'Rises with time; the cursor of lists' }),
  at: Type.Integer({ description: 'When it came in whole, or was sent; ms UTC' }),
  direction: Type.Enum([...traceDirections]),
  kind: Type.Enum([...traceKinds]),
  messageId: Type.String(),
  action: Type.String({ description: "The call's action, also of its answer; empty when unknown" }),
  connectorId: nullableInteger,
  transactionId: nullableInteger,
  size: Type.Integer({ description: 'Bytes on the wire' }),
  verdict: Type.Enum([...traceVerdicts]),
  code: Type.String({ description: 'The code of an error or refusal; else empty' }),
  /** Of an answer: the id of the call in this trace, and how long the answer took. */
  requestId: nullableInteger,
  latencyMs: nullableInteger,
  /** Of a call: the id of its answer, if that is there already. */
  answerId: nullableInteger,
  excerpt: Type.String({ description: 'The beginning of the text; of a SOAP message that of its body' }),
});
export type TraceRow = Static<typeof TraceRow>;

/** One message whole, with our reading of it. */
export const TraceFrame = Type.Object({
  ...TraceRow.properties,
  protocol: Type.String(),
  text: Type.String(),
  isCut: Type.Boolean({ description: 'The text was longer than the trace keeps' }),
  remarks: Type.Array(TraceRemark),
  reading: Type.String({ description: 'The payload as we understood it, JSON, where that differs from the text; else empty' }),
});
export type TraceFrame = Static<typeof TraceFrame>;

/** Which messages of a station; all that is given has to hold. */
export const TraceFilter = Type.Object({
  direction: Type.Optional(Type.Enum([...traceDirections])),
  actions: Type.Optional(Type.Array(Type.String({ maxLength: 50 }), { maxItems: 100 })),
  hide: Type.Optional(
    Type.Array(Type.String({ maxLength: 50 }), {
      maxItems: 100,
      description: 'Actions to leave out, e.g. Heartbeat and MeterValues',
    }),
  ),
  verdicts: Type.Optional(Type.Array(Type.Enum([...traceVerdicts]), { maxItems: 10 })),
  text: Type.Optional(
    Type.String({ maxLength: 200, description: 'Stands in the text or is the message id; capitals do not count' }),
  ),
  from: Type.Optional(Type.Integer({ description: 'ms UTC' })),
  until: Type.Optional(Type.Integer({ description: 'ms UTC' })),
  sessionId: Type.Optional(
    Type.String({ maxLength: 36, description: 'Only messages about this session of the station (PRODUCT M10)' }),
  ),
});
export type TraceFilter = Static<typeof TraceFilter>;
