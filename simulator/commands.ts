import { CallFailed, ignoreFailedCall, type Payload, type Reply } from './line.ts';
import type { Outlet } from './outlet.ts';
import type { VirtualStation } from './station.ts';

type Command = (station: VirtualStation, request: Payload) => Reply;

/** How the station answers a call of the central system, and what it does then. Throws `CallFailed` for what it does not know. */
export function answerCommand(station: VirtualStation, action: string, request: Payload): Reply {
  const command = Object.hasOwn(commands, action) ? commands[action] : undefined;
  if (!command) throw new CallFailed('NotImplemented', `This station knows no ${action}.`);
  return command(station, request);
}

const status = (value: string, afterwards?: () => void): Reply => ({
  answer: { status: value },
  ...(afterwards && { afterwards }),
});

const commands: Readonly<Record<string, Command>> = {
  RemoteStartTransaction: (station, request) => {
    const idTag = String(request.idTag);
    const outlet = outletToStart(station, request.connectorId);
    if (!outlet) return status('Rejected');
    const asksFirst = station.configuration.isTrue('AuthorizeRemoteTxRequests');
    return status('Accepted', () => {
      outlet.profileAtStart = request.chargingProfile ?? null;
      if (asksFirst) void outlet.swipe(idTag).catch(ignoreFailedCall);
      else outlet.authorized(idTag);
    });
  },
  RemoteStopTransaction: (station, request) => {
    const outlet = station.outlets.find((each) => each.session !== null && each.session.transactionId === request.transactionId);
    return outlet ? status('Accepted', () => outlet.stop('Remote')) : status('Rejected');
  },
  Reset: (station, request) => status('Accepted', () => station.reboot(request.type === 'Hard' ? 'HardReset' : 'SoftReset')),
  UnlockConnector: (station, request) => {
    const outlet = outletOf(station, request.connectorId);
    if (!outlet) return status('NotSupported');
    outlet.stop('UnlockCommand');
    return status(outlet.errorCode === 'ConnectorLockFailure' ? 'UnlockFailed' : 'Unlocked');
  },
  ChangeAvailability: (station, request) => {
    const isOperative = request.type === 'Operative';
    const isAll = request.connectorId === 0;
    const one = outletOf(station, request.connectorId);
    if (!isAll && !one) return status('Rejected');
    const outlets = isAll ? station.outlets : one ? [one] : [];
    const isBusy = !isOperative && outlets.some((outlet) => outlet.session);
    const apply = () => {
      if (isAll) station.isOperative = isOperative;
      if (isAll) station.reportAll(0);
      for (const outlet of outlets) changeAvailability(outlet, isOperative);
    };
    return status(isBusy || station.quirks.has('alwaysScheduled') ? 'Scheduled' : 'Accepted', apply);
  },
  GetConfiguration: (station, request) => ({ answer: readConfiguration(station, request.key) }),
  ChangeConfiguration: (station, request) => {
    const key = String(request.key);
    return status(station.configuration.change(rightKey(station, key), String(request.value)));
  },
  ClearCache: (station) => status(station.authorization.clearCache()),
  TriggerMessage: (station, request) => trigger(station, String(request.requestedMessage), request.connectorId),
  GetLocalListVersion: (station) => ({ answer: { listVersion: station.authorization.listVersion } }),
  SendLocalList: (station, request) => status(station.authorization.takeList(request)),
  ReserveNow: (station, request) => {
    const outlet = outletOf(station, request.connectorId);
    if (!outlet) return status('Rejected');
    if (outlet.errorCode !== 'NoError') return status('Faulted');
    if (!outlet.isOperative) return status('Unavailable');
    const id = Number(request.reservationId);
    if (outlet.session || outlet.isPlugged || (outlet.reservation && outlet.reservation.id !== id)) return status('Occupied');
    const parent = request.parentIdTag;
    const reservation = { id, idTag: String(request.idTag), parentIdTag: parent === undefined ? null : String(parent) };
    const leftMs = Date.parse(String(request.expiryDate)) - Date.now();
    return status('Accepted', () => {
      outlet.reserve(reservation);
      station.timers.afterReal(Math.max(0, leftMs), () => outlet.reservation?.id === id && outlet.reserve(null));
    });
  },
  CancelReservation: (station, request) => {
    const outlet = station.outlets.find((each) => each.reservation !== null && each.reservation.id === request.reservationId);
    return outlet ? status('Accepted', () => outlet.reserve(null)) : status('Rejected');
  },
  SetChargingProfile: (station, request) => {
    const outlet = outletOf(station, request.connectorId);
    if (request.connectorId !== 0 && !outlet) throw new CallFailed('PropertyConstraintViolation', 'connectorId: unknown');
    const transactionId = outlet?.session?.transactionId ?? null;
    return status(station.profiles.set(Number(request.connectorId), request.csChargingProfiles, transactionId));
  },
  ClearChargingProfile: (station, request) => status(station.profiles.clear(request)),
  GetCompositeSchedule: (station, request) => compositeSchedule(station, request),
  UpdateFirmware: (station, request) => station.transfers.update(request),
  GetDiagnostics: (station, request) => station.transfers.deliver(request),
  DataTransfer: (_station, { vendorId, messageId, data }) => {
    if (vendorId !== 'Virtual') return status('UnknownVendorId');
    if (messageId !== 'Echo') return status('UnknownMessageId');
    return { answer: { status: 'Accepted', ...(data !== undefined && { data }) } };
  },
};

/** What an outlet, or with connector 0 the station, expects to draw (OCPP 1.6 §5.7). */
function compositeSchedule(station: VirtualStation, { connectorId, duration, chargingRateUnit }: Payload): Reply {
  const outlet = outletOf(station, connectorId);
  const durationS = Number(duration);
  if ((connectorId !== 0 && !outlet) || !(durationS > 0)) return status('Rejected');
  const outlets = outlet ? [outlet] : station.outlets;
  const now = Math.floor(Date.now() / 1000) * 1000;
  const unit = chargingRateUnit === 'W' ? 'W' : 'A';
  const times = new Set([now, ...outlets.flatMap((one) => one.limitChanges(now, now + durationS * 1000))]);
  const periods: { startPeriod: number; limit: number }[] = [];
  for (const at of [...times].toSorted((a, b) => a - b)) {
    const amperes = outlets.map((one) => one.limitAt(at)).reduce((sum, one) => sum + one, 0);
    const limit = Math.round((unit === 'W' ? amperes * 230 * 3 : amperes) * 10) / 10;
    if (periods.at(-1)?.limit !== limit) periods.push({ startPeriod: Math.round((at - now) / 1000), limit });
  }
  const chargingSchedule = { duration: durationS, chargingRateUnit: unit, chargingSchedulePeriod: periods };
  return { answer: { status: 'Accepted', connectorId, scheduleStart: new Date(now).toISOString(), chargingSchedule } };
}

function outletOf(station: VirtualStation, connectorId: unknown): Outlet | undefined {
  return station.outlets.find((outlet) => outlet.connectorId === connectorId);
}

function outletToStart(station: VirtualStation, connectorId: unknown): Outlet | undefined {
  if (connectorId !== undefined) {
    const outlet = outletOf(station, connectorId);
    return outlet?.isFree ? outlet : undefined;
  }
  const free = station.outlets.filter((outlet) => outlet.isFree);
  return free.find((outlet) => outlet.isPlugged) ?? free[0];
}

function changeAvailability(outlet: Outlet, isOperative: boolean): void {
  if (outlet.session && !isOperative) outlet.isChangeScheduled = true;
  else outlet.setOperative(isOperative);
}

/** What GetConfiguration answers: the keys asked for, or all of them. */
function readConfiguration(station: VirtualStation, asked: unknown): Payload {
  const names = Array.isArray(asked) && asked.length > 0 ? asked.map(String) : null;
  const settings = names
    ? names.map((name) => station.configuration.find(rightKey(station, name)))
    : station.configuration.keys();
  const known = settings
    .filter((setting) => setting !== undefined)
    .map(({ key, access, value }) => ({
      key: station.quirks.has('misspeltKeys') && key === 'ConnectionTimeOut' ? 'ConnectionTimeout' : key,
      readonly: access === 'R',
      ...(access !== 'W' && { value }),
    }));
  const vendor = station.quirks.has('misspeltKeys') && !names ? [{ key: 'X_Led-Mode', readonly: false, value: 'auto;70' }] : [];
  const unknown = names?.filter((name) => !station.configuration.find(rightKey(station, name))) ?? [];
  return { configurationKey: [...known, ...vendor], ...(unknown.length > 0 && { unknownKey: unknown }) };
}

function rightKey(station: VirtualStation, key: string): string {
  return station.quirks.has('misspeltKeys') && key === 'ConnectionTimeout' ? 'ConnectionTimeOut' : key;
}

function trigger(station: VirtualStation, message: string, connectorId: unknown): Reply {
  const isConnectorWrong = connectorId !== undefined && connectorId !== 0 && !outletOf(station, connectorId);
  const send = (action: string, payload: Payload) => () => void station.call(action, payload).catch(ignoreFailedCall);
  switch (message) {
    case 'BootNotification':
      return status('Accepted', () => void station.boot());
    case 'Heartbeat':
      return status('Accepted', () => void station.heartbeat());
    case 'StatusNotification':
      if (isConnectorWrong) return status('Rejected');
      return status('Accepted', () => station.reportAll(typeof connectorId === 'number' ? connectorId : undefined));
    case 'MeterValues':
      if (isConnectorWrong) return status('Rejected');
      return status('Accepted', () => {
        const measurands = station.configuration.list('MeterValuesSampledData');
        for (const outlet of station.outlets)
          if (connectorId === undefined || outlet.connectorId === connectorId) outlet.sample('Trigger', measurands);
      });
    case 'DiagnosticsStatusNotification':
      return status('Accepted', send(message, { status: station.transfers.diagnosticsStatus }));
    case 'FirmwareStatusNotification':
      return status('Accepted', send(message, { status: station.transfers.firmwareStatus }));
    default:
      return status('NotImplemented');
  }
}
