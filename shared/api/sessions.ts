import { Type } from 'typebox';
import { Json } from '../model/json.ts';
import { NodeId } from '../model/node.ts';
import { SessionRow, SessionSample } from '../model/session.ts';
import { Filter, PageRequest } from '../model/table.ts';
import { mutation, query } from './contract.ts';

const within = Type.Union([NodeId, Type.Null()], { description: 'Only sessions at this node or below; null: all in scope' });

/** Charging sessions (*transactions* on the wire). */
export const sessions = {
  list: query({
    about: 'A page of charging sessions; every column can be filtered and sorted (PRODUCT M8, M9).',
    right: 'sessions.read',
    nodes: ['nodeId'],
    input: Type.Object({ nodeId: within, ...PageRequest.properties }),
    output: Type.Object({ rows: Type.Array(SessionRow), cursor: Type.Union([Type.String(), Type.Null()]) }),
  }),
  totals: query({
    about: 'How many sessions a filter finds, and their sums.',
    right: 'sessions.read',
    nodes: ['nodeId'],
    input: Type.Object({ nodeId: within, filters: Type.Array(Filter, { maxItems: 30 }) }),
    output: Type.Object({
      count: Type.Integer(),
      energyWh: Type.Integer(),
      meanDurationMs: Type.Union([Type.Integer(), Type.Null()]),
      users: Type.Integer(),
    }),
  }),
  values: query({
    about: 'The values that a text column has, for its filter: the most frequent first.',
    right: 'sessions.read',
    nodes: ['nodeId'],
    input: Type.Object({
      nodeId: within,
      column: Type.Enum(['siteName', 'stationName', 'nodeIdentity', 'stopReason']),
      contains: Type.Optional(Type.String({ maxLength: 100 })),
    }),
    output: Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() })),
  }),
  get: query({
    about: 'One session with its curve and what was heard about it (PRODUCT M10).',
    right: 'sessions.read',
    input: Type.Object({ sessionId: Type.String({ maxLength: 36 }) }),
    output: Type.Object({
      session: SessionRow,
      samples: Type.Array(SessionSample),
      events: Type.Array(Type.Object({ at: Type.Integer(), receivedAt: Type.Integer(), kind: Type.String(), data: Json })),
    }),
  }),
  close: mutation({
    about: 'Ends the record of a session whose stop was never heard. The station is not asked, the car is not affected.',
    right: 'stations.control',
    input: Type.Object({ sessionId: Type.String({ maxLength: 36 }) }),
    output: SessionRow,
  }),
};
