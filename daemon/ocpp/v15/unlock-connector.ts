import { acceptedOrRejected, outgoing } from '../action.ts';
import { message, oneOf } from '../v16/fields.ts';
import { UnlockConnector as UnlockConnector16 } from '../v16/unlock-connector.ts';

/** OCPP 1.5 §6.15: *Accepted* and *Rejected*, where 1.6 has words of its own. */
export const UnlockConnector = outgoing({
  ...UnlockConnector16,
  confirmation: message({
    status: oneOf(['Accepted', 'Rejected'], { Unlocked: 'Accepted', UnlockFailed: 'Rejected', NotSupported: 'Rejected' }),
  }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
