import { cancelReservation as cancelled } from '../../storage/reservations.ts';
import { rule } from './rule.ts';

/** Ends a reservation. *Rejected* says that the station knows no such one (FACTS §6.12), so that it is over for us as well. */
export const cancelReservation = rule('cancelReservation', {
  answered: (central, station, { reservationId }, answer) =>
    answer.outcome === 'accepted' || answer.outcome === 'rejected'
      ? [cancelled(station.id, reservationId, central.clock.now())]
      : [],
});
