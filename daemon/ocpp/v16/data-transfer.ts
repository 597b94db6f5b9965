import { Type } from 'typebox';
import { receiveData } from '../../domain/station/data-transfer.ts';
import { acceptedOrRejected, incoming, outgoing } from '../action.ts';
import { message, oneOf, text } from './fields.ts';

const request = message({
  vendorId: text(255),
  messageId: Type.Optional(text(50)),
  data: Type.Optional(Type.String({ verbatim: true })),
});
const confirmation = message({
  status: oneOf(['Accepted', 'Rejected', 'UnknownMessageId', 'UnknownVendorId']),
  data: Type.Optional(Type.String({ verbatim: true })),
});

/** OCPP 1.6 §4.3: something that only the station's vendor has defined. */
export const DataTransfer = incoming({
  request,
  confirmation,
  async handle(central, station, request) {
    return receiveData(central, station, {
      vendorId: request.vendorId,
      messageId: request.messageId ?? null,
      data: request.data ?? null,
    });
  },
});

/** OCPP 1.6 §5.6: the same towards the station. The answer's `detail` is `{ data }`. */
export const SendDataTransfer = outgoing({
  kind: 'dataTransfer',
  request,
  confirmation,
  toWire: ({ vendorId, messageId, data }) => ({
    vendorId,
    ...(messageId !== undefined && { messageId }),
    ...(data !== undefined && { data }),
  }),
  fromWire: ({ status, data }) => ({ ...acceptedOrRejected(status), detail: { data: data ?? null } }),
});
