import { Type } from 'typebox';
import type { ConnectorStatus } from '../../../shared/model/state.ts';
import { reportStatus } from '../../domain/station/status.ts';
import { incoming } from '../action.ts';
import { readTime } from '../time.ts';
import { ConnectorId, DateTime, EMPTY, Empty, message, openOneOf, text } from './fields.ts';

const statuses = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
] as const;

/** Other words seen for a status; *Occupied* is that of OCPP 1.5, which 1.6 stations use as well (FIELD, blog evidence for 12). */
export const otherStatuses: Readonly<Record<string, ConnectorStatus>> = {
  Occupied: 'Occupied',
  InUse: 'Occupied',
  Busy: 'Occupied',
  Idle: 'Available',
  Free: 'Available',
  Fault: 'Faulted',
  Error: 'Faulted',
  Inoperative: 'Unavailable',
  OutOfService: 'Unavailable',
};

const errorCodes = [
  'NoError',
  'ConnectorLockFailure',
  'EVCommunicationError',
  'GroundFailure',
  'HighTemperature',
  'InternalError',
  'LocalListConflict',
  'OtherError',
  'OverCurrentFailure',
  'PowerMeterFailure',
  'PowerSwitchFailure',
  'ReaderFailure',
  'ResetFailure',
  'UnderVoltage',
  'OverVoltage',
  'WeakSignal',
] as const;
const knownErrors: ReadonlySet<string> = new Set(errorCodes);

const ErrorCode = openOneOf(
  errorCodes,
  { Mode3Error: 'EVCommunicationError', None: 'NoError', '': 'NoError', GroundFault: 'GroundFailure' },
  { absent: 'NoError' },
);

/** OCPP 1.6 §4.9: the state of a connector, or of the station itself (0). */
export const StatusNotification = incoming({
  request: message({
    connectorId: ConnectorId,
    status: Type.Unsafe<ConnectorStatus>(Type.Enum([...statuses], { aliases: otherStatuses })),
    errorCode: ErrorCode,
    info: Type.Optional(text(50, { keepTo: 255 })),
    timestamp: Type.Optional(DateTime),
    vendorId: Type.Optional(text(255)),
    vendorErrorCode: Type.Optional(text(50, { keepTo: 255 })),
  }),
  confirmation: Empty,
  async handle(central, station, request) {
    const known = knownErrors.has(request.errorCode);
    await reportStatus(central, station, {
      connectorId: request.connectorId,
      status: request.status,
      errorCode: known ? request.errorCode : 'OtherError',
      info: request.info ?? null,
      vendorId: request.vendorId ?? null,
      // An error that OCPP does not have is the vendor's, and stands before the code that they gave it.
      vendorErrorCode: [...(known ? [] : [request.errorCode]), request.vendorErrorCode ?? ''].join(' ').trim() || null,
      reportedAt: readTime(request.timestamp),
    });
    return EMPTY;
  },
});
