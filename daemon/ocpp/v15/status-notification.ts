import { Type } from 'typebox';
import type { ConnectorStatus } from '../../../shared/model/state.ts';
import { incoming } from '../action.ts';
import { ConnectorId, DateTime, message, openOneOf, text } from '../v16/fields.ts';
import { otherStatuses, StatusNotification as StatusNotification16 } from '../v16/status-notification.ts';

const statuses = ['Available', 'Occupied', 'Faulted', 'Unavailable', 'Reserved'] as const;
/** Stations that know both versions use the finer words of 1.6 here as well; they are worth keeping. */
const statuses16 = ['Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing'] as const;

const errorCodes = [
  'ConnectorLockFailure',
  'GroundFailure',
  'HighTemperature',
  'Mode3Error',
  'NoError',
  'OtherError',
  'OverCurrentFailure',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'WeakSignal',
] as const;

/** OCPP 1.5 §5.10. *Occupied* stands for all that happens while a car is there; *Mode3Error* became *EVCommunicationError* (FACTS §2). */
export const StatusNotification = incoming({
  request: message({
    connectorId: ConnectorId,
    status: Type.Unsafe<ConnectorStatus>(
      Type.Enum([...statuses], { aliases: { ...otherStatuses, ...Object.fromEntries(statuses16.map((each) => [each, each])) } }),
    ),
    errorCode: openOneOf(errorCodes, { None: 'NoError', '': 'NoError', GroundFault: 'GroundFailure' }, { absent: 'NoError' }),
    info: Type.Optional(text(50, { keepTo: 255 })),
    timestamp: Type.Optional(DateTime),
    vendorId: Type.Optional(text(255)),
    vendorErrorCode: Type.Optional(text(50, { keepTo: 255 })),
  }),
  confirmation: StatusNotification16.confirmation,
  handle(central, station, request) {
    const errorCode = request.errorCode === 'Mode3Error' ? 'EVCommunicationError' : request.errorCode;
    return StatusNotification16.handle(central, station, { ...request, errorCode });
  },
});
