import { insertEvent } from '../../storage/events.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import type { Station } from './station.ts';

/** Something that happened to a station, for its history. `at` is when, if not now. */
export type StationEvent = Readonly<{
  kind: string;
  severity: 'info' | 'warning' | 'alarm';
  at?: number;
  sessionId?: number;
  data?: object;
}>;

/** The statement that notes an event; it goes into the unit of what it tells about. */
export function stationEvent(central: Central, station: Station, event: StationEvent): Statement {
  const receivedAt = central.clock.now();
  return insertEvent({
    at: event.at ?? receivedAt,
    receivedAt,
    kind: event.kind,
    severity: event.severity,
    stationId: station.id,
    siteId: station.siteId,
    sessionId: event.sessionId ?? null,
    data: JSON.stringify(event.data ?? {}),
  });
}
