import { acceptedOrRejected, outgoing } from '../action.ts';
import { ConnectorId, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.2. *Scheduled* is accepted as well: it holds once the running transaction has ended. */
export const ChangeAvailability = outgoing({
  kind: 'changeAvailability',
  request: message({ connectorId: ConnectorId, type: oneOf(['Inoperative', 'Operative']) }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected', 'Scheduled']) }),
  toWire: ({ connectorId, operative }) => ({
    connectorId,
    type: operative ? ('Operative' as const) : ('Inoperative' as const),
  }),
  fromWire: ({ status }) => acceptedOrRejected(status, 'Accepted', 'Scheduled'),
});
