import { outgoing } from '../action.ts';
import { ChangeConfiguration as ChangeConfiguration16 } from '../v16/change-configuration.ts';
import { message, oneOf } from '../v16/fields.ts';

/** OCPP 1.5 §6.3. It has no *RebootRequired*; a station that says it all the same has taken the value. */
export const ChangeConfiguration = outgoing({
  ...ChangeConfiguration16,
  confirmation: message({ status: oneOf(['Accepted', 'Rejected', 'NotSupported'], { RebootRequired: 'Accepted' }) }),
});
