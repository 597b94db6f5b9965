import { acceptedOrRejected, outgoing } from '../action.ts';
import { WireProfile, wireProfile } from './charging-profiles.ts';
import { ConnectorId, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.16. */
export const SetChargingProfile = outgoing({
  kind: 'setChargingProfile',
  request: message({ connectorId: ConnectorId, csChargingProfiles: WireProfile }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected', 'NotSupported']) }),
  toWire: ({ connectorId, profile }) => ({ connectorId, csChargingProfiles: wireProfile(profile) }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
