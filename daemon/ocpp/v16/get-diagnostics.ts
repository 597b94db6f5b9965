import { Type } from 'typebox';
import { outgoing } from '../action.ts';
import { DateTime, Int, message } from './fields.ts';

/** OCPP 1.6 §5.9. The answer's `detail` is `{ fileName }`; without a name the station has nothing to send. */
export const GetDiagnostics = outgoing({
  kind: 'getDiagnostics',
  request: message({
    location: Type.String({ format: 'uri' }),
    startTime: Type.Optional(DateTime),
    stopTime: Type.Optional(DateTime),
    retries: Type.Optional(Int),
    retryInterval: Type.Optional(Int),
  }),
  confirmation: message({ fileName: Type.Optional(Type.String({ maxLength: 255 })) }),
  toWire: ({ location, from, until, retries, retryIntervalS }) => ({
    location,
    ...(retries !== undefined && { retries }),
    ...(retryIntervalS !== undefined && { retryInterval: retryIntervalS }),
    ...(from !== undefined && { startTime: new Date(from).toISOString() }),
    ...(until !== undefined && { stopTime: new Date(until).toISOString() }),
  }),
  fromWire: ({ fileName = '' }) =>
    fileName === ''
      ? { outcome: 'rejected', answer: 'NothingToSend' }
      : { outcome: 'accepted', answer: 'Accepted', detail: { fileName } },
});
