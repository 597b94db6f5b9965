import { incoming } from '../action.ts';
import { DiagnosticsStatusNotification as DiagnosticsStatusNotification16 } from '../v16/diagnostics-status-notification.ts';
import { message, openOneOf } from '../v16/fields.ts';

/** OCPP 1.5 §5.5: only how an upload ended. */
export const DiagnosticsStatusNotification = incoming({
  ...DiagnosticsStatusNotification16,
  request: message({ status: openOneOf(['Uploaded', 'UploadFailed']) }),
});
