import { Type } from 'typebox';
import { outgoing } from '../action.ts';
import { DateTime, Empty, Int, message } from './fields.ts';

/** OCPP 1.6 §5.19. The answer is empty: how it goes follows by FirmwareStatusNotification. */
export const UpdateFirmware = outgoing({
  kind: 'updateFirmware',
  request: message({
    retrieveDate: DateTime,
    location: Type.String({ format: 'uri' }),
    retries: Type.Optional(Int),
    retryInterval: Type.Optional(Int),
  }),
  confirmation: Empty,
  toWire: ({ location, retrieveAt, retries, retryIntervalS }) => ({
    location,
    ...(retries !== undefined && { retries }),
    retrieveDate: new Date(retrieveAt).toISOString(),
    ...(retryIntervalS !== undefined && { retryInterval: retryIntervalS }),
  }),
  fromWire: () => ({ outcome: 'accepted', answer: 'Accepted' }),
});
