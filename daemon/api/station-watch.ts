import type { StationLive } from '../../shared/api/stations.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { deviationCount } from '../domain/station/deviation.ts';
import type { Station } from '../domain/station/station.ts';
import { heartbeatMs, tick } from './pace.ts';
import { stationLive } from './station-live.ts';
import type { Visitor } from './visitor.ts';

/**
 * A station as it is now, again when something of it has changed, at most 5 times a second, and every few seconds in any case.
 * Ends with `nodeRemoved` when the station is removed.
 */
export async function* watchStation(
  { central, visitor, signal }: Readonly<{ central: Central; visitor: Visitor; signal: AbortSignal }>,
  station: Station,
): AsyncGenerator<StationLive> {
  let changed = true;
  let shape = central.tree.version();
  let toldAt = 0;
  let deviations = 0;
  const close = central.subscribe((event) => {
    if ('stationId' in event && event.stationId === station.id) changed = true;
  });
  try {
    do {
      const node = central.tree.byId(station.id);
      if (!node) throw new DomainError('nodeRemoved', { nodeId: station.publicId, name: station.chargeBoxId });
      // Names and states of the station and its outlets are the tree's, which has no event for each node.
      const version = Math.max(...[node, ...node.children].map((one) => Math.max(one.shapeVersion, one.stateVersion)));
      const now = central.clock.now();
      // Counted in memory, without an event for each: a station may be full of them.
      const counted = deviationCount(central, station);
      if (!changed && counted === deviations && version <= shape && now - toldAt < heartbeatMs && now >= toldAt) continue;
      changed = false;
      deviations = counted;
      shape = central.tree.version();
      toldAt = now;
      yield await stationLive(central, station);
    } while (await tick(visitor, signal));
  } finally {
    close();
  }
}
