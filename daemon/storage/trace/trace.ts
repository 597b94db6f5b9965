import type { TraceFrame, TraceRemark, TraceRow } from '../../../shared/model/trace.ts';
import type { TraceDirection, TraceKind, TraceVerdict } from '../../../shared/model/trace-words.ts';

/** A message as the trace takes it in. The text is masked already; `size` is what it had on the wire, bytes. */
export type Traced = Readonly<{
  stationId: number;
  at: number;
  direction: TraceDirection;
  kind: TraceKind;
  messageId: string;
  action: string;
  protocol: string;
  connectorId: number | null;
  transactionId: number | null;
  size: number;
  /** Bytes are UTF-8. */
  text: string | Buffer;
  isCut: boolean;
  verdict: TraceVerdict;
  /** Id in the trace of the call that this answers; 0: none. */
  requestId: number;
  latencyMs: number | null;
  /** What only odd messages have. */
  oddity: Oddity | null;
}>;

export type Oddity = Readonly<{ code: string; remarks: readonly TraceRemark[]; reading: string }>;

/** The messages of a session: those with its number, those of its connector with none, and those that name its tag. */
export type SessionMark = Readonly<{ transactionId: number; connectorId: number; idTag: string }>;

export type TraceCondition = Readonly<{
  direction?: TraceDirection;
  actions?: readonly string[];
  hide?: readonly string[];
  verdicts?: readonly TraceVerdict[];
  text?: string;
  from?: number;
  until?: number;
  session?: SessionMark;
}>;

/** `whole` messages for an export, else rows for a list; `forward` goes from `from` (exclusive) to newer ones. */
export type PageQuery = Readonly<{
  stationId: number;
  condition: TraceCondition;
  from: number | null;
  forward: boolean;
  limit: number;
  /** Where a way back ends: this message is known already. */
  downTo?: number;
}>;

/** `next` goes on in the same direction; null: nothing is left. `rows` are in the order in which they were met. */
export type Page<Row = TraceRow> = Readonly<{ rows: readonly Row[]; next: number | null }>;

export type TraceCounts = Readonly<{
  messages: number;
  bytes: number;
  oldestAt: number | null;
  newestAt: number | null;
  isComplete: boolean;
  actions: { action: string; direction: TraceDirection; count: number; repaired: number; refused: number }[];
}>;

export type TraceState = Readonly<{
  isOn: boolean;
  bytes: number;
  maxBytes: number;
  days: number;
  oldestAt: number | null;
  dropped: number;
}>;

/** Tells whether messages of a station came since it was last asked. */
export type Follow = Readonly<{ take(): boolean; close(): void }>;

/**
 * The message trace: a file of its own beside the database, bounded by size and days, whose tail may be lost (DESIGN §4). Whatever goes
 * wrong with it is logged, and harms nobody: `note` never throws and never waits; what there is no room for is dropped and counted.
 */
export type Trace = Readonly<{
  /** Takes in a message and returns its id, which rises with time. */
  note(message: Traced): number;
  /** Ids given later are greater. */
  newest(): number;
  follow(stationId: number): Follow;
  page(query: PageQuery): Promise<Page>;
  whole(query: PageQuery): Promise<Page<TraceFrame>>;
  get(stationId: number, id: number): Promise<TraceFrame | null>;
  counts(stationId: number, condition: TraceCondition): Promise<TraceCounts>;
  state(): Promise<TraceState>;
  /** Puts everything on disk that was noted. */
  close(): Promise<void>;
}>;

/** What stands in for the trace where it is switched off. */
export const noTrace: Trace = {
  note: () => 0,
  newest: () => 0,
  follow: () => ({ take: () => false, close() {} }),
  page: async () => ({ rows: [], next: null }),
  whole: async () => ({ rows: [], next: null }),
  get: async () => null,
  counts: async () => ({ messages: 0, bytes: 0, oldestAt: null, newestAt: null, isComplete: true, actions: [] }),
  state: async () => ({ isOn: false, bytes: 0, maxBytes: 0, days: 0, oldestAt: null, dropped: 0 }),
  close: async () => {},
};
