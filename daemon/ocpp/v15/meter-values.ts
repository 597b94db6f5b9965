import { Type } from 'typebox';
import { incoming } from '../action.ts';
import { connectorId, Int, message } from '../v16/fields.ts';
import { MeterValues as MeterValues16 } from '../v16/meter-values.ts';
import { asMeterValue16, MeterValue } from './meter-value.ts';

/** OCPP 1.5 §5.8. The rule is that of 1.6; the readings are called `values`. */
export const MeterValues = incoming({
  transactional: true,
  request: message({
    connectorId: connectorId({ absent: 0 }),
    transactionId: Type.Optional(Int),
    values: Type.Optional(Type.Array(MeterValue)),
  }),
  confirmation: MeterValues16.confirmation,
  handle(central, station, { values = [], ...request }) {
    return MeterValues16.handle(central, station, { ...request, meterValue: values.map(asMeterValue16) });
  },
});
