import { keepReservation, lastReservationId } from '../../storage/reservations.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import type { Station } from '../station/station.ts';
import { rule } from './rule.ts';
import { needsTrue } from './station-limit.ts';

/** The highest number given per station, so that two reservations at the same moment get different ones. */
const given = new WeakMap<Station, number>();

/** A number that no reservation of the station has had. */
export async function nextReservationId(central: Central, station: Station): Promise<number> {
  const last = await lastReservationId(central.storage.read, station.id);
  const next = Math.max(last, given.get(station) ?? 0) + 1;
  given.set(station, next);
  return next;
}

/** Keeps an outlet free for a tag. It is ours to remember once the station has accepted it (OCPP 1.6 §5.13). */
export const reserve = rule('reserve', {
  async check(central, station, { connectorId, expiresAt }) {
    if (expiresAt <= central.clock.now()) {
      throw new DomainError('inputInvalid', { field: 'request.expiresAt' }, { 'request.expiresAt': 'past' });
    }
    if (connectorId === 0) await needsTrue(central, station, 'ReserveConnectorZeroSupported', 'request.connectorId');
  },
  answered: (central, station, request, answer, { byName }) =>
    answer.outcome === 'accepted'
      ? [
          keepReservation({
            stationId: station.id,
            reservationId: request.reservationId,
            connectorId: request.connectorId,
            idTag: request.idTag,
            parentIdTag: request.parentIdTag ?? null,
            state: 'active',
            byName,
            createdAt: central.clock.now(),
            expiresAt: request.expiresAt,
            endedAt: null,
          }),
        ]
      : [],
});
