import { recordByPublicId } from '../../storage/sessions.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { showConnector } from '../topology/tree-state.ts';
import { audit } from '../user/audit.ts';
import type { Person } from '../user/person.ts';
import { closing, ending, leave } from './end.ts';
import { liveSession, meterOf, sessionEvent } from './live.ts';
import { inTurn } from './turn.ts';

/**
 * Ends the record of a session whose stop was never heard, by a person's word (FIELD 6). The station is not asked. Should the stop
 * still come, it counts. Refuses with `sessionUnknown` and `sessionNotOpen`.
 */
export async function closeSession(central: Central, person: Person, publicId: string): Promise<void> {
  const found = await recordByPublicId(central.storage.read, publicId);
  const station = found && central.stations.byId(found.stationId);
  if (!found || !station) throw new DomainError('sessionUnknown');
  await inTurn(station, async () => {
    const record = await recordByPublicId(central.storage.read, publicId);
    if (!record || (record.state !== 'charging' && record.state !== 'stopped')) throw new DomainError('sessionNotOpen');
    const connector = station.connectors.get(record.connectorId);
    const open = connector?.session?.id === record.id ? connector.session : null;
    const session = open ?? liveSession(record, await meterOf(central, record));
    const now = central.clock.now();
    const deed = { action: 'sessions.close', subject: `${station.chargeBoxId} ${record.id}`, siteId: record.siteId };
    await central.storage.write([
      ...(record.state === 'stopped'
        ? await ending(central, session, now)
        : await closing(central, station, connector, session, now, 'person')),
      audit(central, person, deed),
    ]);
    if (open && connector) {
      leave(connector, open);
      showConnector(central, station, connector);
    }
    central.publish(sessionEvent('session.ended', station, record));
    central.publish({ kind: 'station.changed', stationId: station.id });
  });
}
