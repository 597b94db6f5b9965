import { incoming } from '../action.ts';
import { message, openOneOf } from '../v16/fields.ts';
import { FirmwareStatusNotification as FirmwareStatusNotification16 } from '../v16/firmware-status-notification.ts';

/** OCPP 1.5 §5.6: only how an update ended. */
export const FirmwareStatusNotification = incoming({
  ...FirmwareStatusNotification16,
  request: message({ status: openOneOf(['Downloaded', 'DownloadFailed', 'InstallationFailed', 'Installed']) }),
});
