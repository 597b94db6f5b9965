import type { Central } from '../central.ts';
import type { Connector, Station } from '../station/station.ts';
import { showConnector } from '../topology/tree-state.ts';
import { closing, leave } from './end.ts';
import { sessionEvent } from './live.ts';
import { inTurn } from './turn.ts';

/** A stop may still lie in the station's queue for so long after the connector was seen free. */
const patienceMs = 15 * 60_000;

/**
 * Gives up sessions whose connector has been free for a while though no stop came (FIELD 6). The stop counts if it still comes. A boot that
 * shows the connector free for a moment ends nothing, nor does a status while the meter goes on.
 */
export async function closeGhosts(central: Central): Promise<void> {
  for (const station of central.stations.all())
    for (const connector of station.connectors.values())
      if (isGhost(central, connector)) await inTurn(station, () => giveUp(central, station, connector));
}

function isGhost(central: Central, { session, freeSince, statusReceivedAt }: Connector): boolean {
  if (session?.state !== 'charging' || freeSince === null || freeSince <= session.startedAt) return false;
  const isMeasured = session.lastSampleAt !== null && session.lastSampleAt > freeSince && (session.powerW ?? 0) > 0;
  return !isMeasured && central.clock.now() - Math.max(freeSince, statusReceivedAt ?? freeSince) > patienceMs;
}

async function giveUp(central: Central, station: Station, connector: Connector): Promise<void> {
  const session = connector.session;
  if (!session || !isGhost(central, connector)) return;
  await central.storage.write(await closing(central, station, connector, session, central.clock.now(), 'status'));
  leave(connector, session);
  showConnector(central, station, connector);
  central.publish(sessionEvent('session.ended', station, session));
  central.publish({ kind: 'station.changed', stationId: station.id });
}
