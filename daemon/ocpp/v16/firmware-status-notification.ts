import { reportFirmwareStatus } from '../../domain/station/files.ts';
import { incoming } from '../action.ts';
import { EMPTY, Empty, message, openOneOf } from './fields.ts';

/** OCPP 1.6 §4.5: how far an update of the firmware has come. */
export const FirmwareStatusNotification = incoming({
  request: message({
    status: openOneOf(['Downloaded', 'DownloadFailed', 'Downloading', 'Idle', 'InstallationFailed', 'Installing', 'Installed']),
  }),
  confirmation: Empty,
  async handle(central, station, request) {
    await reportFirmwareStatus(central, station, request.status);
    return EMPTY;
  },
});
