// Apart from the schemas, since the trace's thread would load all of TypeBox for three lists.

/** Where a message came from: `in` from the station, `out` from us. */
export const traceDirections = ['in', 'out'] as const;
export type TraceDirection = (typeof traceDirections)[number];

/** What a message is: a call, its result, its refusal (CALLERROR, SOAP fault), or something that is none of these. */
export const traceKinds = ['call', 'result', 'error', 'other'] as const;
export type TraceKind = (typeof traceKinds)[number];

/**
 * What became of a message. `repaired`: understood after mending · `refused`: answered with an error, or an error itself ·
 * `repeated`: seen before and answered as then · `unreadable` · `late`: an answer after the time-out ·
 * `ignored`: an answer to nothing, a type that OCPP does not have, or a call that the connection's end overtook.
 */
export const traceVerdicts = ['ok', 'repaired', 'refused', 'repeated', 'unreadable', 'late', 'ignored'] as const;
export type TraceVerdict = (typeof traceVerdicts)[number];
