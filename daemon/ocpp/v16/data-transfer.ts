import { Type } from 'typebox';
import { receiveData } from '../../domain/station/data-transfer.ts';
import { incoming } from '../action.ts';
import { message, oneOf, text } from './fields.ts';

/** OCPP 1.6 §4.3: something that only the station's vendor has defined. */
export const DataTransfer = incoming({
  request: message({
    vendorId: text(255),
    messageId: Type.Optional(text(50)),
    data: Type.Optional(Type.String()),
  }),
  confirmation: message({
    status: oneOf(['Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId']),
    data: Type.Optional(Type.String()),
  }),
  async handle(central, station, request) {
    return receiveData(central, station, {
      vendorId: request.vendorId,
      messageId: request.messageId ?? null,
      data: request.data ?? null,
    });
  },
});
