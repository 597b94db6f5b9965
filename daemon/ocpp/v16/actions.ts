import type { Actions } from '../action.ts';
import { Authorize } from './authorize.ts';
import { BootNotification } from './boot-notification.ts';
import { CancelReservation } from './cancel-reservation.ts';
import { ChangeAvailability } from './change-availability.ts';
import { ChangeConfiguration } from './change-configuration.ts';
import { ClearCache } from './clear-cache.ts';
import { ClearChargingProfile } from './clear-charging-profile.ts';
import { DataTransfer, SendDataTransfer } from './data-transfer.ts';
import { DiagnosticsStatusNotification } from './diagnostics-status-notification.ts';
import { FirmwareStatusNotification } from './firmware-status-notification.ts';
import { GetCompositeSchedule } from './get-composite-schedule.ts';
import { GetConfiguration } from './get-configuration.ts';
import { GetDiagnostics } from './get-diagnostics.ts';
import { GetLocalListVersion } from './get-local-list-version.ts';
import { Heartbeat } from './heartbeat.ts';
import { LogStatusNotification } from './log-status-notification.ts';
import { MeterValues } from './meter-values.ts';
import { RemoteStartTransaction } from './remote-start-transaction.ts';
import { RemoteStopTransaction } from './remote-stop-transaction.ts';
import { ReserveNow } from './reserve-now.ts';
import { Reset } from './reset.ts';
import { SecurityEventNotification } from './security-event-notification.ts';
import { SendLocalList } from './send-local-list.ts';
import { SetChargingProfile } from './set-charging-profile.ts';
import { SignedFirmwareStatusNotification } from './signed-firmware-status-notification.ts';
import { StartTransaction } from './start-transaction.ts';
import { StatusNotification } from './status-notification.ts';
import { StopTransaction } from './stop-transaction.ts';
import { TriggerMessage } from './trigger-message.ts';
import { UnlockConnector } from './unlock-connector.ts';
import { UpdateFirmware } from './update-firmware.ts';

/** Every message of OCPP 1.6 that we know, by its name on the wire. A new one is a file and a line here. */
export const actions: Actions = {
  incoming: {
    Authorize,
    BootNotification,
    DataTransfer,
    DiagnosticsStatusNotification,
    FirmwareStatusNotification,
    Heartbeat,
    LogStatusNotification,
    MeterValues,
    SecurityEventNotification,
    SignedFirmwareStatusNotification,
    StartTransaction,
    StatusNotification,
    StopTransaction,
  },
  outgoing: {
    CancelReservation,
    ChangeAvailability,
    ChangeConfiguration,
    ClearCache,
    ClearChargingProfile,
    DataTransfer: SendDataTransfer,
    GetCompositeSchedule,
    GetConfiguration,
    GetDiagnostics,
    GetLocalListVersion,
    RemoteStartTransaction,
    RemoteStopTransaction,
    ReserveNow,
    Reset,
    SendLocalList,
    SetChargingProfile,
    TriggerMessage,
    UnlockConnector,
    UpdateFirmware,
  },
};
