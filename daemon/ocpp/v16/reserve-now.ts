import { Type } from 'typebox';
import { acceptedOrRejected, outgoing } from '../action.ts';
import { ConnectorId, DateTime, IdToken, Int, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.13. Connector 0: any; the same reservation id again replaces the reservation. */
export const ReserveNow = outgoing({
  kind: 'reserve',
  request: message({
    connectorId: ConnectorId,
    expiryDate: DateTime,
    idTag: IdToken,
    parentIdTag: Type.Optional(IdToken),
    reservationId: Int,
  }),
  confirmation: message({ status: oneOf(['Accepted', 'Faulted', 'Occupied', 'Rejected', 'Unavailable']) }),
  toWire: ({ connectorId, expiresAt, idTag, parentIdTag, reservationId }) => ({
    connectorId,
    expiryDate: new Date(expiresAt).toISOString(),
    idTag,
    ...(parentIdTag !== undefined && { parentIdTag }),
    reservationId,
  }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
