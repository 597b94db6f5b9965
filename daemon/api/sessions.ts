import { sessions } from '../../shared/api/sessions.ts';
import type { Authentication, SessionFlag, SessionRow, SessionState } from '../../shared/model/session.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { closeSession } from '../domain/session/close.ts';
import { energyCurve } from '../domain/session/curve.ts';
import { covers, type Person } from '../domain/user/person.ts';
import {
  type SessionListRow,
  sessionByPublicId,
  sessionEvents,
  sessionPage,
  sessionRows,
  sessionSamples,
  sessionTotals,
  sessionValues,
} from '../storage/session-list.ts';
import { implement } from './procedure.ts';
import { conditionsOf, cursorOf, knowsChargeBoxIds, positionOf, seenAs, sortOf } from './session-query.ts';

/** Charging sessions: the Statistics table, and one session whole. */
export const sessionsRouter = implement(sessions, {
  async list({ central, person, nodes, input }) {
    const sort = sortOf(person, input.sort);
    const after = positionOf(input.cursor, sort);
    // Running sessions are measured at the time of the first page throughout, so that none is met twice or missed.
    const now = after?.now ?? central.clock.now();
    const conditions = conditionsOf(person, nodes.nodeId, input.filters, now);
    const { ids, next } = await sessionPage(central.storage.read, { conditions, sort, after, now, limit: input.limit });
    return { rows: await rowsOf(central, person, ids, now), cursor: next && cursorOf(next, sort) };
  },
  totals({ central, person, nodes, input }) {
    const now = central.clock.now();
    return sessionTotals(central.storage.read, conditionsOf(person, nodes.nodeId, input.filters, now), now);
  },
  values({ central, person, nodes, input }) {
    const column = seenAs(person, input.column) as typeof input.column; // one of them in place of another
    const contains = input.contains ? [{ column, op: 'contains' as const, value: input.contains }] : [];
    return sessionValues(central.storage.read, conditionsOf(person, nodes.nodeId, contains, central.clock.now()), column);
  },
  async get({ central, person, input }) {
    const found = await findSession(central, person, input.sessionId);
    const { read } = central.storage;
    const now = central.clock.now();
    const [[session], samples, events] = await Promise.all([
      rowsOf(central, person, [found.id], now),
      sessionSamples(read, found),
      // What the station told is for who runs it; it names the station.
      knowsChargeBoxIds(person) ? sessionEvents(read, found.id) : [],
    ]);
    if (!session) throw new DomainError('sessionUnknown');
    return {
      session,
      samples: energyCurve(found, samples).map(({ sampledAt, ...sample }) => ({ at: sampledAt, ...sample })),
      events: events.map((event) => ({ ...event, data: JSON.parse(event.data) })),
    };
  },
  async close({ central, person, input }) {
    const found = await findSession(central, person, input.sessionId);
    await closeSession(central, person, input.sessionId);
    const [session] = await rowsOf(central, person, [found.id], central.clock.now());
    if (!session) throw new DomainError('sessionUnknown');
    return session;
  },
});

/** A session within the person's scope; outside it none exists. */
async function findSession(central: Central, person: Person, publicId: string) {
  const found = await sessionByPublicId(central.storage.read, publicId);
  const { scope } = person;
  const reached = found && (scope.kind === 'account' ? found.accountId === scope.accountId : covers(scope, found.siteId));
  if (!reached) throw new DomainError('sessionUnknown');
  return found;
}

async function rowsOf(central: Central, person: Person, ids: readonly number[], now: number): Promise<SessionRow[]> {
  if (ids.length === 0) return [];
  const rows = new Map((await sessionRows(central.storage.read, ids)).map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row ? [asRow(withLiveValues(central, row), now, person)] : [];
  });
}

/** A running session is in its row only now and then; how far it has come stands in memory. */
function withLiveValues(central: Central, row: SessionListRow): SessionListRow {
  const live = central.stations.byId(row.stationId)?.connectors.get(row.connectorId)?.session;
  if (row.state !== 'charging' || live?.id !== row.id) return row;
  return { ...row, lastEnergyWh: live.energyWh, powerW: live.powerW, peakPowerW: live.peakPowerW };
}

function asRow(row: SessionListRow, now: number, person: Person): SessionRow {
  const open = row.state === 'charging' || row.state === 'stopped';
  // Below zero the station did not know it.
  const meterStartWh = row.meterStartWh < 0 ? null : row.meterStartWh;
  const latestWh = row.lastEnergyWh === null || meterStartWh === null ? null : meterStartWh + row.lastEnergyWh;
  return {
    id: row.publicId,
    transactionId: row.id,
    state: row.state as SessionState, // the column's CHECK allows no other, here and at `authentication`
    startedAt: row.startedAt,
    chargingStoppedAt: row.chargingStoppedAt,
    endedAt: row.endedAt,
    durationMs: open ? Math.max(0, now - row.startedAt) : row.durationMs,
    nodeIdentity: knowsChargeBoxIds(person) ? row.chargeBoxId : row.stationName,
    siteId: row.sitePublicId,
    siteName: row.siteName,
    stationId: row.stationPublicId,
    stationName: row.stationName,
    timeZone: row.timeZone,
    connectorId: row.connectorId,
    outletId: row.outletPublicId,
    energyWh: open ? row.lastEnergyWh : row.energyWh,
    authentication: row.authentication as Authentication,
    idTag: row.idTag === '' ? null : row.idTag,
    email: row.email,
    userName: `${row.firstName ?? ''} ${row.lastName ?? ''}`.trim() || null,
    serverLogAt: row.receivedAt,
    meterValueWh: open ? latestWh : row.meterStopWh,
    meterStartWh,
    stopReason: row.stopReason,
    powerW: row.state === 'charging' ? row.powerW : null,
    peakPowerW: row.peakPowerW,
    flags: JSON.parse(row.flags) as SessionFlag[], // written by the session rules from that very list
  };
}
