import { acceptedOrRejected, outgoing } from '../action.ts';
import { Int, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.1. *Rejected*: the station knows no such reservation. */
export const CancelReservation = outgoing({
  kind: 'cancelReservation',
  request: message({ reservationId: Int }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected']) }),
  toWire: ({ reservationId }) => ({ reservationId }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
