import { Type } from 'typebox';
import { stopReasons } from '../../../shared/model/session.ts';
import { stopSession } from '../../domain/session/stop.ts';
import { incoming } from '../action.ts';
import { readTime } from '../time.ts';
import { DateTime, EMPTY, IdTagInfo, IdToken, idTagInfo, int, MeterWh, message, NO_TRANSACTION, openOneOf } from './fields.ts';
import { knownMeter, MeterValue, toReadings } from './readings.ts';

/** OCPP 1.6 §4.10: a transaction ended. Nothing that it says can prevent that. */
export const StopTransaction = incoming({
  transactional: true,
  request: message({
    transactionId: int({ absent: NO_TRANSACTION }),
    idTag: Type.Optional(IdToken),
    timestamp: DateTime,
    meterStop: MeterWh,
    reason: Type.Optional(openOneOf(stopReasons, { EVDisconnect: 'EVDisconnected', DeAuthorised: 'DeAuthorized' })),
    transactionData: Type.Optional(Type.Array(MeterValue, { wrapped: 'values' })),
  }),
  confirmation: message({ idTagInfo: Type.Optional(IdTagInfo) }),
  async handle(central, station, request) {
    const { tag } = await stopSession(central, station, {
      transactionId: request.transactionId,
      idTag: request.idTag || null,
      stoppedAt: readTime(request.timestamp),
      meterStopWh: knownMeter(central, station, 'StopTransaction', request.meterStop),
      reason: request.reason ?? null,
      readings: toReadings(central, station, 'StopTransaction', request.transactionData ?? []),
      raw: request,
    });
    return tag ? { idTagInfo: idTagInfo(tag) } : EMPTY;
  },
});
