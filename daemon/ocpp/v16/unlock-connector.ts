import { acceptedOrRejected, outgoing } from '../action.ts';
import { ConnectorId, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.18. Stations made for 1.5 answer *Accepted*. */
export const UnlockConnector = outgoing({
  kind: 'unlock',
  request: message({ connectorId: ConnectorId }),
  confirmation: message({
    status: oneOf(['Unlocked', 'UnlockFailed', 'NotSupported'], { Accepted: 'Unlocked', Rejected: 'UnlockFailed' }),
  }),
  toWire: ({ connectorId }) => ({ connectorId }),
  fromWire: ({ status }) => acceptedOrRejected(status, 'Unlocked'),
});
