import type { StationRequest } from '../../../shared/model/command.ts';
import { cancelReservation } from './cancel-reservation.ts';
import { changeAvailability } from './change-availability.ts';
import { changeConfiguration } from './change-configuration.ts';
import { clearChargingProfile } from './clear-charging-profile.ts';
import { dataTransfer } from './data-transfer.ts';
import { getCompositeSchedule } from './get-composite-schedule.ts';
import { getConfiguration } from './get-configuration.ts';
import { getDiagnostics } from './get-diagnostics.ts';
import { getLocalListVersion } from './get-local-list-version.ts';
import { remoteStart } from './remote-start.ts';
import { remoteStop } from './remote-stop.ts';
import { reserve } from './reserve.ts';
import { reset } from './reset.ts';
import { ruleOfAnswer } from './rule.ts';
import { sendLocalList } from './send-local-list.ts';
import { setChargingProfile } from './set-charging-profile.ts';
import { updateFirmware } from './update-firmware.ts';

/** What the kinds of commands have of their own; the others end with the station's answer. */
const rules = {
  remoteStart,
  remoteStop,
  reset,
  changeAvailability,
  changeConfiguration,
  getConfiguration,
  reserve,
  cancelReservation,
  getLocalListVersion,
  sendLocalList,
  setChargingProfile,
  clearChargingProfile,
  getCompositeSchedule,
  updateFirmware,
  getDiagnostics,
  unlock: ruleOfAnswer,
  clearCache: ruleOfAnswer,
  trigger: ruleOfAnswer,
  dataTransfer,
} as const;

// Each rule is listed under its own kind, so the request that its kind names is what it takes.
export const ruleFor = (request: StationRequest) => rules[request.kind] as typeof ruleOfAnswer;
