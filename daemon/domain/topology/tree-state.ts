import { type StateKey, worstState } from '../../../shared/model/state.ts';
import type { Central } from '../central.ts';
import type { Connector, Station } from '../station/station.ts';

/** What an outlet shows for what its station last said of it, while the station is connected (PRODUCT M5). */
export function outletState(connector: Pick<Connector, 'status' | 'powerW' | 'session'>): StateKey {
  switch (connector.status) {
    case null:
      return 'unknown';
    case 'Available':
      return 'available';
    case 'Charging':
      // Measured, and nothing flows: the car is full or pauses, whatever the status says.
      return connector.session !== null && connector.powerW === 0 ? 'occupied' : 'charging';
    case 'Occupied':
      // OCPP 1.5 knows one word for all of them (FACTS §2).
      return connector.session?.state === 'charging' && connector.powerW !== 0 ? 'charging' : 'occupied';
    case 'Preparing':
    case 'SuspendedEV':
    case 'SuspendedEVSE':
    case 'Finishing':
      return 'occupied';
    case 'Reserved':
      return 'reserved';
    case 'Unavailable':
      return 'unavailable';
    case 'Faulted':
      return 'fault';
  }
}

/** What a station without connection shows: it may be asked what it last said, but nobody knows whether that still holds. */
const disconnected = (station: Pick<Station, 'firstConnectedAt'>): StateKey =>
  station.firstConnectedAt === null ? 'unknown' : 'offline';

/** A station shows the worst of its outlets and of itself (connector 0); without connection it is offline. */
export function stationState(station: Pick<Station, 'link' | 'firstConnectedAt' | 'connectors'>): StateKey {
  if (!station.link) return disconnected(station);
  return worstState(station.connectors.values().map(outletState));
}

/** Brings the tree in line with a station; what is unchanged costs nothing. */
export function showStation(central: Central, station: Station): void {
  for (const connector of station.connectors.values()) showOutlet(central, station, connector);
  central.tree.setState(station.id, stationState(station));
}

/** The same when only one connector has changed: while its outlet shows what it did, the station does, too. */
export function showConnector(central: Central, station: Station, connector: Connector): void {
  if (connector.outletId !== null && !showOutlet(central, station, connector)) return;
  central.tree.setState(station.id, stationState(station));
}

/** Whether the outlet shows something else than before. */
function showOutlet(central: Central, station: Station, connector: Connector): boolean {
  if (connector.outletId === null) return false;
  return central.tree.setState(connector.outletId, station.link ? outletState(connector) : disconnected(station));
}
