import { incoming } from '../action.ts';
import { DateTime, Empty, message } from './fields.ts';

/** OCPP 1.6 §4.6: a sign of life, as every message is; the station sets its clock by the answer. */
export const Heartbeat = incoming({
  request: Empty,
  confirmation: message({ currentTime: DateTime }),
  async handle(central) {
    return { currentTime: new Date(central.clock.now()).toISOString() };
  },
});
