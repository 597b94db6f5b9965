import { Type } from 'typebox';
import { reportFirmwareStatus } from '../../domain/station/files.ts';
import { incoming } from '../action.ts';
import { EMPTY, Empty, Int, message, openOneOf } from './fields.ts';

/** OCPP 1.6 security extension, L01: how far a signed update of the firmware has come. */
export const SignedFirmwareStatusNotification = incoming({
  request: message({
    status: openOneOf([
      'Downloaded',
      'DownloadFailed',
      'Downloading',
      'DownloadScheduled',
      'DownloadPaused',
      'Idle',
      'InstallationFailed',
      'Installing',
      'Installed',
      'InstallRebooting',
      'InstallScheduled',
      'InstallVerificationFailed',
      'InvalidSignature',
      'SignatureVerified',
    ]),
    requestId: Type.Optional(Int),
  }),
  confirmation: Empty,
  async handle(central, station, request) {
    await reportFirmwareStatus(central, station, request.status);
    return EMPTY;
  },
});
