import { Type } from 'typebox';
import { startSession } from '../../domain/session/start.ts';
import { incoming } from '../action.ts';
import { readTime } from '../time.ts';
import {
  connectorOf,
  DateTime,
  IdTagInfo,
  Int,
  idTagInfo,
  MeterWh,
  message,
  TransactionConnectorId,
  TransactionIdToken,
} from './fields.ts';
import { knownMeter } from './readings.ts';

/** OCPP 1.6 §4.8: a transaction began, now or some time ago. The 1.5 message has the same fields. */
export const StartTransaction = incoming({
  transactional: true,
  request: message({
    connectorId: TransactionConnectorId,
    idTag: TransactionIdToken,
    timestamp: DateTime,
    meterStart: MeterWh,
    reservationId: Type.Optional(Int),
  }),
  confirmation: message({ transactionId: Int, idTagInfo: IdTagInfo }),
  async handle(central, station, request) {
    const { transactionId, tag } = await startSession(central, station, {
      connectorId: connectorOf(station, request.connectorId),
      idTag: request.idTag,
      startedAt: readTime(request.timestamp),
      // -1 stays: it is part of what tells one start from another.
      meterStartWh: knownMeter(central, station, 'StartTransaction', request.meterStart) ?? -1,
      reservationId: request.reservationId ?? null,
    });
    return { transactionId, idTagInfo: idTagInfo(tag) };
  },
});
