import type { InputOf } from '../../shared/api/contract.ts';
import { trace } from '../../shared/api/trace.ts';
import type { TraceFilter } from '../../shared/model/trace.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import type { Station } from '../domain/station/station.ts';
import { audit } from '../domain/user/audit.ts';
import { makeLink } from '../domain/user/one-time-links.ts';
import { sessionByPublicId, sessionEvents } from '../storage/session-list.ts';
import type { TraceCondition } from '../storage/trace/trace.ts';
import { implement } from './procedure.ts';
import { stationOf } from './station-live.ts';
import { watchTrace } from './trace-watch.ts';

const exportedAtOnce = 200;
/** Messages about a session come before it and after it: the tag is shown, the cable is taken out. */
const aroundMs = 120_000;

/** The message trace of stations (PRODUCT B9). */
export const traceRouter = implement(trace, {
  async list({ central, nodes, input }) {
    const station = stationOf(central, nodes.stationId);
    const condition = await conditionOf(central, station, input);
    const { before, after, limit } = input;
    const newest = central.trace.newest();
    const forward = after !== undefined && before === undefined;
    const from = (forward ? after : before) ?? null;
    const { rows, next } = await central.trace.page({ stationId: station.id, condition, from, forward, limit });
    if (!forward) return { rows: [...rows], older: next, newer: rows[0]?.id ?? Math.min(before ?? newest, newest) };
    return { rows: rows.toReversed(), older: rows[0]?.id ?? after, newer: next ?? rows.at(-1)?.id ?? after };
  },
  async *watch({ central, nodes, input, visitor, signal }) {
    const station = stationOf(central, nodes.stationId);
    yield* watchTrace({ central, visitor, signal }, station, await conditionOf(central, station, input));
  },
  get: ({ central, nodes, input }) => central.trace.get(stationOf(central, nodes.stationId).id, input.id),
  async counts({ central, nodes, input }) {
    const station = stationOf(central, nodes.stationId);
    return central.trace.counts(station.id, await conditionOf(central, station, input));
  },
  async export({ central, person, nodes, input: { stationId: _, ...filter } }) {
    const station = stationOf(central, nodes.stationId);
    const condition = await conditionOf(central, station, filter);
    const { chargeBoxId: subject, siteId } = station;
    await central.storage.write([audit(central, person, { action: 'trace.export', subject, siteId, after: filter })]);
    const name = `${subject.replaceAll(/[^A-Za-z0-9_.-]/g, '_')}-messages.jsonl`;
    const content = () => lines(central, station, condition);
    return makeLink(central, { kind: 'download', name, type: 'application/jsonl; charset=utf-8', sizeBytes: null, content });
  },
  state: ({ central }) => central.trace.state(),
});

type Filter = TraceFilter & Partial<Pick<InputOf<typeof trace.list>, 'stationId'>>;

/** What the trace is asked: a session is named by its number and connector there. */
async function conditionOf(central: Central, station: Station, filter: Filter): Promise<TraceCondition> {
  const { direction, actions, hide, verdicts, text, from, until, sessionId } = filter;
  const condition: TraceCondition = {
    ...(direction && { direction }),
    ...(actions && { actions }),
    ...(hide && { hide }),
    ...(verdicts && { verdicts }),
    ...(text && { text }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  };
  if (sessionId === undefined) return condition;
  const session = await sessionByPublicId(central.storage.read, sessionId);
  // The station is within the person's scope; another one's session is nobody's here.
  if (session?.stationId !== station.id) throw new DomainError('sessionUnknown');
  const { id: transactionId, connectorId, idTag, receivedAt, endedAt } = session;
  // A station that was offline reports the end late: what counts is when we heard of it.
  const events = endedAt === null ? [] : await sessionEvents(central.storage.read, transactionId);
  const lastAt =
    endedAt === null ? central.clock.now() : Math.max(endedAt, receivedAt, ...events.map((event) => event.receivedAt));
  return {
    ...condition,
    from: Math.max(from ?? 0, receivedAt - aroundMs),
    until: Math.min(until ?? Number.MAX_SAFE_INTEGER, lastAt + aroundMs),
    session: { transactionId, connectorId, idTag },
  };
}

/** The messages of an export, a line each, read as they are taken away; those that come meanwhile are not in it. */
async function* lines(central: Central, station: Station, condition: TraceCondition): AsyncGenerator<string> {
  const last = central.trace.newest();
  for (let from: number | null = 0; from !== null; ) {
    const query = { stationId: station.id, condition, from, forward: true, limit: exportedAtOnce };
    const { rows, next } = await central.trace.whole(query);
    const some = rows.filter(({ id }) => id <= last);
    if (some.length > 0) yield some.map(({ excerpt: _, ...message }) => `${JSON.stringify(message)}\n`).join('');
    from = some.length < rows.length ? null : next;
  }
}
