import { acceptedOrRejected, outgoing } from '../action.ts';
import { message, oneOf, text } from './fields.ts';

/** OCPP 1.6 §5.3. *RebootRequired* is accepted: it holds after the next reset. */
export const ChangeConfiguration = outgoing({
  kind: 'changeConfiguration',
  request: message({ key: text(50), value: text(500) }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected', 'RebootRequired', 'NotSupported']) }),
  toWire: ({ key, value }) => ({ key, value }),
  fromWire: ({ status }) => acceptedOrRejected(status, 'Accepted', 'RebootRequired'),
});
