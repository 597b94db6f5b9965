import { Type } from 'typebox';
import { incoming } from '../action.ts';
import { Empty, message } from './fields.ts';

/** OCPP 1.6 §4.6: a sign of life, as every message is; the station sets its clock by the answer. */
export const Heartbeat = incoming({
  request: Empty,
  confirmation: message({ currentTime: Type.String() }),
  async handle(central) {
    return { currentTime: new Date(central.clock.now()).toISOString() };
  },
});
