import { reportDiagnosticsStatus } from '../../domain/station/files.ts';
import { incoming } from '../action.ts';
import { EMPTY, Empty, message, openOneOf } from './fields.ts';

/** OCPP 1.6 §4.4: how far an upload of diagnostics has come. */
export const DiagnosticsStatusNotification = incoming({
  request: message({ status: openOneOf(['Idle', 'Uploaded', 'UploadFailed', 'Uploading']) }),
  confirmation: Empty,
  async handle(central, station, request) {
    await reportDiagnosticsStatus(central, station, request.status);
    return EMPTY;
  },
});
