import { Type } from 'typebox';
import { acceptedOrRejected, outgoing } from '../action.ts';
import { WireProfile, wireProfile } from './charging-profiles.ts';
import { ConnectorId, IdToken, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.11. *Accepted* means that the station will try; the proof is its StartTransaction. */
export const RemoteStartTransaction = outgoing({
  kind: 'remoteStart',
  request: message({
    connectorId: Type.Optional(ConnectorId),
    idTag: IdToken,
    chargingProfile: Type.Optional(WireProfile),
  }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected']) }),
  toWire: ({ connectorId, idTag, chargingProfile }) => ({
    ...(connectorId !== undefined && { connectorId }),
    idTag,
    ...(chargingProfile !== undefined && { chargingProfile: wireProfile(chargingProfile) }),
  }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
