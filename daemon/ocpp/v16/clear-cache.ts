import { acceptedOrRejected, outgoing } from '../action.ts';
import { EMPTY, Empty, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.4. A station without a cache answers *Rejected*. */
export const ClearCache = outgoing({
  kind: 'clearCache',
  request: Empty,
  confirmation: message({ status: oneOf(['Accepted', 'Rejected']) }),
  toWire: () => EMPTY,
  fromWire: ({ status }) => acceptedOrRejected(status),
});
