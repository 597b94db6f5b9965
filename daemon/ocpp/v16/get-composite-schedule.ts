import { Type } from 'typebox';
import { rateUnits } from '../../../shared/model/charging-profile.ts';
import { outgoing } from '../action.ts';
import { readTime } from '../time.ts';
import { scheduleOf, WireSchedule } from './charging-profiles.ts';
import { ConnectorId, DateTime, Int, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.7: what the station expects to draw. The answer's `detail` is `{ connectorId, startAt, schedule }`. */
export const GetCompositeSchedule = outgoing({
  kind: 'getCompositeSchedule',
  request: message({ connectorId: ConnectorId, duration: Int, chargingRateUnit: Type.Optional(oneOf(rateUnits)) }),
  confirmation: message({
    status: oneOf(['Accepted', 'Rejected']),
    connectorId: Type.Optional(ConnectorId),
    scheduleStart: Type.Optional(DateTime),
    chargingSchedule: Type.Optional(WireSchedule),
  }),
  toWire: ({ connectorId, durationS, unit }) => ({
    connectorId,
    duration: durationS,
    ...(unit !== undefined && { chargingRateUnit: unit }),
  }),
  fromWire: ({ status, connectorId, scheduleStart, chargingSchedule }) => ({
    outcome: status === 'Accepted' ? 'accepted' : 'rejected',
    answer: status,
    detail: {
      connectorId: connectorId ?? null,
      startAt: scheduleStart === undefined ? null : readTime(scheduleStart),
      schedule: chargingSchedule === undefined ? null : scheduleOf(chargingSchedule),
    },
  }),
});
