import { outgoing } from '../action.ts';
import { Empty, Int, message } from './fields.ts';

/** OCPP 1.6 §5.10. 0: the list is empty; -1: the station has none. The answer's `detail` is `{ listVersion }`. */
export const GetLocalListVersion = outgoing({
  kind: 'getLocalListVersion',
  request: Empty,
  confirmation: message({ listVersion: Int }),
  toWire: () => ({}),
  fromWire: ({ listVersion }) => ({ outcome: 'accepted', answer: String(listVersion), detail: { listVersion } }),
});
