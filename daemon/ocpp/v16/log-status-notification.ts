import { Type } from 'typebox';
import { reportDiagnosticsStatus } from '../../domain/station/files.ts';
import { incoming } from '../action.ts';
import { EMPTY, Empty, Int, message, openOneOf } from './fields.ts';

/** OCPP 1.6 security extension, N01: how far an upload of a log has come. It takes the place of DiagnosticsStatusNotification. */
export const LogStatusNotification = incoming({
  request: message({
    status: openOneOf(
      ['BadMessage', 'Idle', 'NotSupportedOperation', 'PermissionDenied', 'Uploaded', 'UploadFailure', 'Uploading'],
      { UploadFailed: 'UploadFailure' },
    ),
    requestId: Type.Optional(Int),
  }),
  confirmation: Empty,
  async handle(central, station, request) {
    await reportDiagnosticsStatus(central, station, request.status);
    return EMPTY;
  },
});
