import { type SessionRecord, sessionById, updateSession } from '../../storage/sessions.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { stationEvent } from '../station/event.ts';
import type { Connector, LiveSession, Station } from '../station/station.ts';
import { energySoFar } from './energy.ts';
import { flagsColumn, flagsOf, sessionEvent } from './live.ts';
import { rollUp } from './roll-up.ts';

/** The cable of a session that had stopped has left the car: the session ends (PRODUCT M9, *End time*). */
export async function endSession(central: Central, station: Station, connector: Connector, session: LiveSession, at: number) {
  await central.storage.write(await ending(central, session, at));
  leave(connector, session);
  central.publish(sessionEvent('session.ended', station, session));
}

/** The statements that end a session which had stopped. */
export async function ending(central: Central, session: LiveSession, at: number): Promise<readonly Statement[]> {
  const record = await recordOf(central, session);
  const stoppedAt = record.chargingStoppedAt ?? at;
  const endedAt = Math.max(at, stoppedAt);
  const rolled = await rollUp(central, { ...record, stoppedAt, endedAt }, record.rolledUp);
  return [
    updateSession(session.id, { state: 'ended', endedAt, durationMs: endedAt - record.startedAt, rolledUp: rolled.rolledUp }),
    ...rolled.statements,
  ];
}

/**
 * The statements that close a session whose stop was never heard, with what is known (FIELD 6): it ended when its cable was seen to leave,
 * else with its last sample, else now. Its stop counts if it still comes.
 */
export async function closing(
  central: Central,
  station: Station,
  connector: Connector | undefined,
  session: LiveSession,
  at: number,
  why: 'nextStart' | 'status' | 'person',
): Promise<readonly Statement[]> {
  const record = await recordOf(central, session);
  const freeSince = connector?.freeSince ?? null;
  const leftAt = freeSince !== null && freeSince > session.startedAt ? freeSince : null;
  const stoppedAt = Math.min(leftAt ?? session.lastSampleAt ?? at, at);
  const endedAt = Math.max(session.startedAt, leftAt ?? stoppedAt);
  const energyWh = energySoFar(session.meter);
  const rolled = await rollUp(central, { ...record, energyWh, stoppedAt, endedAt }, record.rolledUp);
  return [
    updateSession(session.id, {
      state: 'stopNotReported',
      chargingStoppedAt: Math.max(session.startedAt, stoppedAt),
      endedAt,
      durationMs: endedAt - session.startedAt,
      energyWh,
      flags: flagsColumn([...flagsOf(record.flags), ...session.flags, 'meterMissing']),
      rolledUp: rolled.rolledUp,
    }),
    ...rolled.statements,
    stationEvent(central, station, {
      kind: 'session.stopNotReported',
      severity: 'warning',
      sessionId: session.id,
      data: { connectorId: session.connectorId, why },
    }),
  ];
}

/** An outlet whose session is over. */
export function leave(connector: Connector, session: LiveSession): void {
  if (connector.session !== session) return;
  connector.session = null;
  connector.powerW = null;
}

async function recordOf(central: Central, session: LiveSession): Promise<SessionRecord> {
  const record = await sessionById(central.storage.read, session.id);
  if (!record) throw new Error(`session ${session.id} is open but not on disk`);
  return record;
}
