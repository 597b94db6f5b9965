import type { Actions } from '../action.ts';
import { Authorize } from '../v16/authorize.ts';
import { CancelReservation } from '../v16/cancel-reservation.ts';
import { ChangeAvailability } from '../v16/change-availability.ts';
import { ClearCache } from '../v16/clear-cache.ts';
import { DataTransfer, SendDataTransfer } from '../v16/data-transfer.ts';
import { GetConfiguration } from '../v16/get-configuration.ts';
import { GetDiagnostics } from '../v16/get-diagnostics.ts';
import { GetLocalListVersion } from '../v16/get-local-list-version.ts';
import { Heartbeat } from '../v16/heartbeat.ts';
import { RemoteStopTransaction } from '../v16/remote-stop-transaction.ts';
import { ReserveNow } from '../v16/reserve-now.ts';
import { Reset } from '../v16/reset.ts';
import { StartTransaction } from '../v16/start-transaction.ts';
import { UpdateFirmware } from '../v16/update-firmware.ts';
import { BootNotification } from './boot-notification.ts';
import { ChangeConfiguration } from './change-configuration.ts';
import { DiagnosticsStatusNotification } from './diagnostics-status-notification.ts';
import { FirmwareStatusNotification } from './firmware-status-notification.ts';
import { MeterValues } from './meter-values.ts';
import { RemoteStartTransaction } from './remote-start-transaction.ts';
import { SendLocalList } from './send-local-list.ts';
import { StatusNotification } from './status-notification.ts';
import { StopTransaction } from './stop-transaction.ts';
import { UnlockConnector } from './unlock-connector.ts';

/** Every message of OCPP 1.5, by its name on the wire. Those that are field for field the same are the ones of 1.6. */
export const actions: Actions = {
  incoming: {
    Authorize,
    BootNotification,
    DataTransfer,
    DiagnosticsStatusNotification,
    FirmwareStatusNotification,
    Heartbeat,
    MeterValues,
    StartTransaction,
    StatusNotification,
    StopTransaction,
  },
  outgoing: {
    CancelReservation,
    ChangeAvailability,
    ChangeConfiguration,
    ClearCache,
    DataTransfer: SendDataTransfer,
    GetConfiguration,
    GetDiagnostics,
    GetLocalListVersion,
    RemoteStartTransaction,
    RemoteStopTransaction,
    ReserveNow,
    Reset,
    SendLocalList,
    UnlockConnector,
    UpdateFirmware,
  },
};
