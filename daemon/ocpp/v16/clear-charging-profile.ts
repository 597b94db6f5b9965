import { Type } from 'typebox';
import { profilePurposes } from '../../../shared/model/charging-profile.ts';
import { acceptedOrRejected, outgoing } from '../action.ts';
import { ConnectorId, Int, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.5. What is given must all fit; nothing given clears all. *Unknown*: nothing fitted. */
export const ClearChargingProfile = outgoing({
  kind: 'clearChargingProfile',
  request: message({
    id: Type.Optional(Int),
    connectorId: Type.Optional(ConnectorId),
    chargingProfilePurpose: Type.Optional(oneOf(profilePurposes)),
    stackLevel: Type.Optional(Int),
  }),
  confirmation: message({ status: oneOf(['Accepted', 'Unknown']) }),
  toWire: ({ profileId, connectorId, purpose, stackLevel }) => ({
    ...(profileId !== undefined && { id: profileId }),
    ...(connectorId !== undefined && { connectorId }),
    ...(purpose !== undefined && { chargingProfilePurpose: purpose }),
    ...(stackLevel !== undefined && { stackLevel }),
  }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
