import { createRequire } from 'node:module';
import { Compile } from 'typebox/compile';
import { expect, test } from 'vitest';
import type { ChargingProfile } from '../../../shared/model/charging-profile.ts';
import type { StationRequest } from '../../../shared/model/command.ts';
import { prepare } from '../dispatch.ts';
import { actions } from './actions.ts';

const load = createRequire(import.meta.url);
const [validator] = load('ocpp-rpc/lib/standard-validators.js') as [{ validate(id: string, value: unknown): boolean }];
const { outgoing } = prepare(actions);

const action = (kind: StationRequest['kind']) => {
  const prepared = outgoing.get(kind);
  if (!prepared) throw new Error(`no message for ${kind}`);
  return prepared;
};

const profile: ChargingProfile = {
  id: 3,
  stackLevel: 1,
  purpose: 'TxProfile',
  kind: 'Recurring',
  recurrency: 'Daily',
  validFrom: 1_795_373_400_000,
  validTo: 1_795_377_000_000,
  schedule: {
    durationS: 3600,
    startAt: 1_795_373_400_000,
    unit: 'A',
    minRate: 6,
    periods: [
      { startS: 0, limit: 16.3, phases: 3 },
      { startS: 1800, limit: 0 },
    ],
  },
};
const wireProfile = {
  chargingProfileId: 3,
  stackLevel: 1,
  chargingProfilePurpose: 'TxProfile',
  chargingProfileKind: 'Recurring',
  recurrencyKind: 'Daily',
  validFrom: '2026-11-22T18:50:00.000Z',
  validTo: '2026-11-22T19:50:00.000Z',
  chargingSchedule: {
    duration: 3600,
    startSchedule: '2026-11-22T18:50:00.000Z',
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [
      { startPeriod: 0, limit: 16.3, numberPhases: 3 },
      { startPeriod: 1800, limit: 0 },
    ],
    minChargingRate: 6,
  },
};

test.each<[StationRequest, string, object]>([
  [{ kind: 'remoteStart', idTag: '04A1B2' }, 'RemoteStartTransaction', { idTag: '04A1B2' }],
  [{ kind: 'remoteStart', connectorId: 2, idTag: '04A1B2' }, 'RemoteStartTransaction', { connectorId: 2, idTag: '04A1B2' }],
  [{ kind: 'remoteStop', transactionId: 7 }, 'RemoteStopTransaction', { transactionId: 7 }],
  [{ kind: 'reset', mode: 'soft' }, 'Reset', { type: 'Soft' }],
  [{ kind: 'reset', mode: 'hard' }, 'Reset', { type: 'Hard' }],
  [{ kind: 'unlock', connectorId: 1 }, 'UnlockConnector', { connectorId: 1 }],
  [
    { kind: 'changeAvailability', connectorId: 0, operative: false },
    'ChangeAvailability',
    { connectorId: 0, type: 'Inoperative' },
  ],
  [{ kind: 'changeAvailability', connectorId: 1, operative: true }, 'ChangeAvailability', { connectorId: 1, type: 'Operative' }],
  [{ kind: 'clearCache' }, 'ClearCache', {}],
  [{ kind: 'trigger', message: 'Heartbeat' }, 'TriggerMessage', { requestedMessage: 'Heartbeat' }],
  [
    { kind: 'trigger', message: 'StatusNotification', connectorId: 0 },
    'TriggerMessage',
    { requestedMessage: 'StatusNotification' },
  ],
  [
    { kind: 'trigger', message: 'MeterValues', connectorId: 2 },
    'TriggerMessage',
    { requestedMessage: 'MeterValues', connectorId: 2 },
  ],
  [{ kind: 'getConfiguration' }, 'GetConfiguration', {}],
  [{ kind: 'getConfiguration', keys: [] }, 'GetConfiguration', {}],
  [{ kind: 'getConfiguration', keys: ['HeartbeatInterval'] }, 'GetConfiguration', { key: ['HeartbeatInterval'] }],
  [{ kind: 'changeConfiguration', key: 'BlinkRepeat', value: '' }, 'ChangeConfiguration', { key: 'BlinkRepeat', value: '' }],
  [
    { kind: 'remoteStart', connectorId: 1, idTag: '04A1B2', chargingProfile: profile },
    'RemoteStartTransaction',
    { connectorId: 1, idTag: '04A1B2', chargingProfile: wireProfile },
  ],
  [
    { kind: 'reserve', connectorId: 0, idTag: '04A1B2', parentIdTag: 'GROUP', expiresAt: 1_795_373_400_000, reservationId: 9 },
    'ReserveNow',
    { connectorId: 0, idTag: '04A1B2', parentIdTag: 'GROUP', expiryDate: '2026-11-22T18:50:00.000Z', reservationId: 9 },
  ],
  [{ kind: 'cancelReservation', reservationId: 9 }, 'CancelReservation', { reservationId: 9 }],
  [{ kind: 'getLocalListVersion' }, 'GetLocalListVersion', {}],
  [
    {
      kind: 'sendLocalList',
      update: 'differential',
      listVersion: 4,
      entries: [
        { idTag: '04A1B2', status: 'Accepted', expiresAt: 1_795_373_400_000, parentIdTag: 'GROUP' },
        { idTag: '04A1B3', status: 'Blocked' },
        { idTag: '04A1B4' },
      ],
    },
    'SendLocalList',
    {
      listVersion: 4,
      localAuthorizationList: [
        { idTag: '04A1B2', idTagInfo: { status: 'Accepted', expiryDate: '2026-11-22T18:50:00.000Z', parentIdTag: 'GROUP' } },
        { idTag: '04A1B3', idTagInfo: { status: 'Blocked' } },
        { idTag: '04A1B4' },
      ],
      updateType: 'Differential',
    },
  ],
  [
    { kind: 'sendLocalList', update: 'full', listVersion: 1, entries: [] },
    'SendLocalList',
    { listVersion: 1, localAuthorizationList: [], updateType: 'Full' },
  ],
  [
    { kind: 'setChargingProfile', connectorId: 1, profile },
    'SetChargingProfile',
    { connectorId: 1, csChargingProfiles: wireProfile },
  ],
  [{ kind: 'clearChargingProfile' }, 'ClearChargingProfile', {}],
  [
    { kind: 'clearChargingProfile', profileId: 3, connectorId: 0, purpose: 'TxDefaultProfile', stackLevel: 2 },
    'ClearChargingProfile',
    { id: 3, connectorId: 0, chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 2 },
  ],
  [
    { kind: 'getCompositeSchedule', connectorId: 1, durationS: 3600, unit: 'A' },
    'GetCompositeSchedule',
    { connectorId: 1, duration: 3600, chargingRateUnit: 'A' },
  ],
  [
    { kind: 'updateFirmware', location: 'ftp://u:p@h/f.bin', retrieveAt: 1_795_373_400_000, retries: 3, retryIntervalS: 60 },
    'UpdateFirmware',
    { location: 'ftp://u:p@h/f.bin', retrieveDate: '2026-11-22T18:50:00.000Z', retries: 3, retryInterval: 60 },
  ],
  [
    { kind: 'getDiagnostics', location: 'ftp://h/', from: 1_795_373_400_000, until: 1_795_373_460_000 },
    'GetDiagnostics',
    { location: 'ftp://h/', startTime: '2026-11-22T18:50:00.000Z', stopTime: '2026-11-22T18:51:00.000Z' },
  ],
  [
    { kind: 'dataTransfer', vendorId: 'no.nordvolt', messageId: 'Led', data: '{"on":true}' },
    'DataTransfer',
    { vendorId: 'no.nordvolt', messageId: 'Led', data: '{"on":true}' },
  ],
])('%j becomes %s %j', (request, name, wire) => {
  const prepared = action(request.kind);
  // The action was looked up by the kind of the request.
  const payload = prepared.action.toWire(request as never);
  expect(prepared.name).toBe(name);
  expect(payload).toEqual(wire);
  expect(validator.validate(`urn:${name}.req`, payload)).toBe(true);
  expect(Compile(prepared.action.request).Check(payload)).toBe(true);
});

test.each<[StationRequest['kind'], object, object]>([
  ['remoteStart', { status: 'Accepted' }, { outcome: 'accepted', answer: 'Accepted' }],
  ['remoteStop', { status: 'Rejected' }, { outcome: 'rejected', answer: 'Rejected' }],
  ['unlock', { status: 'Unlocked' }, { outcome: 'accepted', answer: 'Unlocked' }],
  ['unlock', { status: 'UnlockFailed' }, { outcome: 'rejected', answer: 'UnlockFailed' }],
  ['unlock', { status: 'NotSupported' }, { outcome: 'rejected', answer: 'NotSupported' }],
  ['changeAvailability', { status: 'Scheduled' }, { outcome: 'accepted', answer: 'Scheduled' }],
  ['changeConfiguration', { status: 'RebootRequired' }, { outcome: 'accepted', answer: 'RebootRequired' }],
  ['changeConfiguration', { status: 'NotSupported' }, { outcome: 'rejected', answer: 'NotSupported' }],
  ['trigger', { status: 'NotImplemented' }, { outcome: 'rejected', answer: 'NotImplemented' }],
  ['reserve', { status: 'Occupied' }, { outcome: 'rejected', answer: 'Occupied' }],
  ['cancelReservation', { status: 'Accepted' }, { outcome: 'accepted', answer: 'Accepted' }],
  ['getLocalListVersion', { listVersion: -1 }, { outcome: 'accepted', answer: '-1', detail: { listVersion: -1 } }],
  ['sendLocalList', { status: 'VersionMismatch' }, { outcome: 'rejected', answer: 'VersionMismatch' }],
  ['setChargingProfile', { status: 'NotSupported' }, { outcome: 'rejected', answer: 'NotSupported' }],
  ['clearChargingProfile', { status: 'Unknown' }, { outcome: 'rejected', answer: 'Unknown' }],
  [
    'getCompositeSchedule',
    {
      status: 'Accepted',
      connectorId: 1,
      scheduleStart: '2026-11-22T18:50:00Z',
      chargingSchedule: { chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 11_000, numberPhases: 3 }] },
    },
    {
      outcome: 'accepted',
      answer: 'Accepted',
      detail: {
        connectorId: 1,
        startAt: 1_795_373_400_000,
        schedule: { unit: 'W', periods: [{ startS: 0, limit: 11_000, phases: 3 }] },
      },
    },
  ],
  [
    'getCompositeSchedule',
    { status: 'Rejected' },
    { outcome: 'rejected', answer: 'Rejected', detail: { connectorId: null, startAt: null, schedule: null } },
  ],
  ['updateFirmware', {}, { outcome: 'accepted', answer: 'Accepted' }],
  ['getDiagnostics', { fileName: 'log.zip' }, { outcome: 'accepted', answer: 'Accepted', detail: { fileName: 'log.zip' } }],
  ['getDiagnostics', {}, { outcome: 'rejected', answer: 'NothingToSend' }],
  ['dataTransfer', { status: 'UnknownVendorId' }, { outcome: 'rejected', answer: 'UnknownVendorId', detail: { data: null } }],
])('the answer %s %j means %j', (kind, payload, answer) => {
  expect(action(kind).action.fromWire(payload as never)).toEqual(answer);
});

test('FIELD 19: keys without a value, and keys that the station does not know, come with the answer', () => {
  const payload = {
    configurationKey: [
      { key: 'HeartbeatInterval', readonly: false, value: '300' },
      { key: 'AuthorizationKey', readonly: false },
    ],
    unknownKey: ['Nonsense'],
  };
  expect(action('getConfiguration').action.fromWire(payload as never)).toEqual({
    outcome: 'accepted',
    answer: 'Accepted',
    detail: {
      keys: [
        { key: 'HeartbeatInterval', readonly: false, value: '300' },
        { key: 'AuthorizationKey', readonly: false, value: null },
      ],
      unknown: ['Nonsense'],
    },
  });
  expect(action('getConfiguration').action.fromWire({} as never)).toMatchObject({ detail: { keys: [], unknown: [] } });
});
