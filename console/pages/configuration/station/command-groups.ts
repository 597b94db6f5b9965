import {
  mdiBookmarkOffOutline,
  mdiBookmarkOutline,
  mdiBroom,
  mdiChartTimelineVariant,
  mdiDeleteOutline,
  mdiFileDownloadOutline,
  mdiFormatListNumbered,
  mdiLockOpenVariantOutline,
  mdiMessageArrowRightOutline,
  mdiPlay,
  mdiPower,
  mdiRestart,
  mdiStop,
  mdiSwapHorizontal,
  mdiTuneVariant,
  mdiUpload,
} from '@mdi/js';
import type { KnownKey } from '../../../../shared/model/configuration-keys.ts';

/** The commands in the order of the list. Configuration and local list have pages of their own. */
export const commandGroups = [
  { key: 'charging', kinds: ['remoteStart', 'remoteStop', 'unlock', 'reserve', 'cancelReservation'] },
  { key: 'limits', kinds: ['setChargingProfile', 'clearChargingProfile', 'getCompositeSchedule'] },
  { key: 'station', kinds: ['reset', 'changeAvailability', 'trigger', 'dataTransfer'] },
  { key: 'files', kinds: ['updateFirmware', 'getDiagnostics'] },
  { key: 'tags', kinds: ['getLocalListVersion', 'clearCache'] },
] as const;

/** The commands that have a form. */
export type FormKind = (typeof commandGroups)[number]['kinds'][number];

export const commandIcon: Readonly<Record<FormKind, string>> = {
  remoteStart: mdiPlay,
  remoteStop: mdiStop,
  unlock: mdiLockOpenVariantOutline,
  reserve: mdiBookmarkOutline,
  cancelReservation: mdiBookmarkOffOutline,
  setChargingProfile: mdiTuneVariant,
  clearChargingProfile: mdiDeleteOutline,
  getCompositeSchedule: mdiChartTimelineVariant,
  reset: mdiRestart,
  changeAvailability: mdiPower,
  trigger: mdiMessageArrowRightOutline,
  dataTransfer: mdiSwapHorizontal,
  updateFirmware: mdiUpload,
  getDiagnostics: mdiFileDownloadOutline,
  getLocalListVersion: mdiFormatListNumbered,
  clearCache: mdiBroom,
};

/** The feature profile of OCPP 1.6 that a command needs; the others belong to Core. */
export const featureOf: Readonly<Partial<Record<FormKind, KnownKey['profile']>>> = {
  reserve: 'Reservation',
  cancelReservation: 'Reservation',
  setChargingProfile: 'SmartCharging',
  clearChargingProfile: 'SmartCharging',
  getCompositeSchedule: 'SmartCharging',
  trigger: 'RemoteTrigger',
  updateFirmware: 'FirmwareManagement',
  getDiagnostics: 'FirmwareManagement',
  getLocalListVersion: 'LocalAuthListManagement',
};
