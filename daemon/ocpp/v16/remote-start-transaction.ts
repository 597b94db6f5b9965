import { Type } from 'typebox';
import { acceptedOrRejected, outgoing } from '../action.ts';
import { ConnectorId, IdToken, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.11. *Accepted* means that the station will try; the proof is its StartTransaction. */
export const RemoteStartTransaction = outgoing({
  kind: 'remoteStart',
  request: message({ connectorId: Type.Optional(ConnectorId), idTag: IdToken }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected']) }),
  toWire: ({ connectorId, idTag }) => (connectorId === undefined ? { idTag } : { connectorId, idTag }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
