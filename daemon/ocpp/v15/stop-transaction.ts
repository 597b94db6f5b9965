import { Type } from 'typebox';
import { incoming } from '../action.ts';
import { DateTime, IdToken, int, MeterWh, message, NO_TRANSACTION } from '../v16/fields.ts';
import { StopTransaction as StopTransaction16 } from '../v16/stop-transaction.ts';
import { asMeterValue16, MeterValue } from './meter-value.ts';

/** OCPP 1.5 §5.11. It gives no reason, and its readings stand one level deeper than in 1.6. */
export const StopTransaction = incoming({
  transactional: true,
  request: message({
    transactionId: int({ absent: NO_TRANSACTION }),
    idTag: Type.Optional(IdToken),
    timestamp: DateTime,
    meterStop: MeterWh,
    transactionData: Type.Optional(Type.Array(message({ values: Type.Optional(Type.Array(MeterValue)) }))),
  }),
  confirmation: StopTransaction16.confirmation,
  handle(central, station, { transactionData = [], ...request }) {
    const readings = transactionData.flatMap(({ values = [] }) => values.map(asMeterValue16));
    return StopTransaction16.handle(central, station, {
      ...request,
      ...(readings.length > 0 && { transactionData: readings }),
    });
  },
});
