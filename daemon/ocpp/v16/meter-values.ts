import { Type } from 'typebox';
import { recordMeterValues } from '../../domain/session/meter.ts';
import { incoming } from '../action.ts';
import { connectorId, EMPTY, Empty, Int, message } from './fields.ts';
import { MeterValue, toReadings } from './readings.ts';

/** OCPP 1.6 §4.7: what the meter of a connector, or of the station (0), shows. */
export const MeterValues = incoming({
  transactional: true,
  request: message({
    connectorId: connectorId({ absent: 0 }),
    transactionId: Type.Optional(Int),
    meterValue: Type.Array(MeterValue, { absent: [], formerly: ['values'] }),
  }),
  confirmation: Empty,
  async handle(central, station, request) {
    await recordMeterValues(central, station, {
      connectorId: request.connectorId,
      transactionId: request.transactionId ?? null,
      readings: toReadings(central, station, 'MeterValues', request.meterValue),
    });
    return EMPTY;
  },
});
