import { Type } from 'typebox';
import { DomainError } from '../../domain/error.ts';
import { acceptedOrRejected, outgoing } from '../action.ts';
import { ConnectorId, IdToken, message, oneOf } from '../v16/fields.ts';

/** OCPP 1.5 §6.9. It cannot carry a charging profile, and a charge without the limit that was asked for is not what was asked for. */
export const RemoteStartTransaction = outgoing({
  kind: 'remoteStart',
  request: message({ idTag: IdToken, connectorId: Type.Optional(ConnectorId) }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected']) }),
  toWire({ idTag, connectorId, chargingProfile }) {
    if (chargingProfile !== undefined) throw new DomainError('notSupportedByStation');
    return { idTag, ...(connectorId !== undefined && { connectorId }) };
  },
  fromWire: ({ status }) => acceptedOrRejected(status),
});
