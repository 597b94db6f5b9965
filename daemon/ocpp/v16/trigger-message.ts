import { Type } from 'typebox';
import { acceptedOrRejected, outgoing } from '../action.ts';
import { ConnectorId, message, oneOf } from './fields.ts';

/** OCPP 1.6 §5.17. The message itself follows the answer. */
export const TriggerMessage = outgoing({
  kind: 'trigger',
  request: message({
    requestedMessage: oneOf([
      'BootNotification',
      'DiagnosticsStatusNotification',
      'FirmwareStatusNotification',
      'Heartbeat',
      'MeterValues',
      'StatusNotification',
    ]),
    connectorId: Type.Optional(ConnectorId),
  }),
  confirmation: message({ status: oneOf(['Accepted', 'Rejected', 'NotImplemented']) }),
  // Connector 0 is "all that apply", which the message says by naming none (1.6 errata: only numbers above 0).
  toWire: ({ message: requestedMessage, connectorId }) =>
    connectorId === undefined || connectorId === 0 ? { requestedMessage } : { requestedMessage, connectorId },
  fromWire: ({ status }) => acceptedOrRejected(status),
});
