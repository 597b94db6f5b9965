import { acceptedOrRejected, outgoing } from '../action.ts';
import { message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.14. The proof is the next BootNotification. */
export const Reset = outgoing({
  kind: 'reset',
  request: message({ type: oneOf(['Hard', 'Soft']) }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected']) }),
  toWire: ({ mode }) => ({ type: mode === 'hard' ? ('Hard' as const) : ('Soft' as const) }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
