import { type Static, Type } from 'typebox';
import { NodeId } from '../model/node.ts';
import { TraceFilter, TraceFrame, TraceRow } from '../model/trace.ts';
import { traceDirections } from '../model/trace-words.ts';
import { mutation, query, subscription } from './contract.ts';

const nullableInteger = Type.Union([Type.Integer(), Type.Null()]);

/** A page of messages, newest first. */
export const TracePage = Type.Object({
  rows: Type.Array(TraceRow),
  /** Goes on to older ones when given as `before`; null: there are none. A page may be short, even empty, and go on all the same. */
  older: nullableInteger,
  /** Goes on to newer ones when given as `after`, also to those that are still to come. */
  newer: Type.Integer(),
});
export type TracePage = Static<typeof TracePage>;

/** What `watch` tells: first the newest messages there are, then those that come. */
export const TraceNews = Type.Object({
  rows: Type.Array(TraceRow, { description: 'Oldest first' }),
  /** Messages between the last ones told and these that were too many to be told; `list` has them. */
  skipped: Type.Boolean(),
});
export type TraceNews = Static<typeof TraceNews>;

/** The message trace of the stations (PRODUCT B9): every frame in both directions, for a while. */
export const trace = {
  list: query({
    about:
      'Messages of a station, newest first; `before` goes back from a message, `after` forward (the page is newest first then, too).',
    right: 'tree.read',
    nodes: ['stationId'],
    input: Type.Object({
      stationId: NodeId,
      ...TraceFilter.properties,
      before: Type.Optional(Type.Integer()),
      after: Type.Optional(Type.Integer()),
      limit: Type.Integer({ minimum: 1, maximum: 200 }),
    }),
    output: TracePage,
  }),
  watch: subscription({
    about: 'Messages of a station as they come, at most 5 times a second. A client that pauses is told that some were skipped.',
    right: 'tree.read',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, ...TraceFilter.properties }),
    output: TraceNews,
  }),
  get: query({
    about: 'One message whole, with our reading of it; null when the trace no longer has it.',
    right: 'tree.read',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, id: Type.Integer() }),
    output: Type.Union([TraceFrame, Type.Null()]),
  }),
  counts: query({
    about: 'How many messages of each action there are, the most frequent first.',
    right: 'tree.read',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, ...TraceFilter.properties }),
    output: Type.Object({
      messages: Type.Integer(),
      bytes: Type.Integer(),
      oldestAt: nullableInteger,
      newestAt: nullableInteger,
      isComplete: Type.Boolean({ description: 'False: there are older ones that were not counted, to be back in time' }),
      actions: Type.Array(
        Type.Object({
          action: Type.String(),
          direction: Type.Enum([...traceDirections]),
          count: Type.Integer(),
          repaired: Type.Integer(),
          refused: Type.Integer(),
        }),
      ),
    }),
  }),
  export: mutation({
    about: 'Makes a link, valid once and for a minute, that answers the messages as JSON lines, oldest first.',
    right: 'tree.read',
    nodes: ['stationId'],
    input: Type.Object({ stationId: NodeId, ...TraceFilter.properties }),
    output: Type.Object({ path: Type.String({ description: 'On the host and port of the API' }) }),
  }),
  state: query({
    about:
      'How large the trace of all stations is, how far it goes back, and how many messages it had no room for since the start.',
    right: 'tree.read',
    input: Type.Object({}),
    output: Type.Object({
      isOn: Type.Boolean(),
      bytes: Type.Integer(),
      maxBytes: Type.Integer(),
      days: Type.Integer(),
      oldestAt: nullableInteger,
      dropped: Type.Integer(),
    }),
  }),
};
