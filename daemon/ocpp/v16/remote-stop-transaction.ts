import { acceptedOrRejected, outgoing } from '../action.ts';
import { Int, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.12. The proof is the StopTransaction. */
export const RemoteStopTransaction = outgoing({
  kind: 'remoteStop',
  request: message({ transactionId: Int }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected']) }),
  toWire: ({ transactionId }) => ({ transactionId }),
  fromWire: ({ status }) => acceptedOrRejected(status),
});
