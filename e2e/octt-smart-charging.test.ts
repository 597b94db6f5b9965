import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChargingProfile } from '../shared/model/charging-profile.ts';
import type { TestDaemon } from './support/daemon.ts';
import { type OcttStation, octtDaemon, octtStation, validTag } from './support/octt.ts';

let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('SMART');
  station = await octtStation(daemon, 'SMART');
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

const schedule: ChargingProfile['schedule'] = {
  durationS: 3600,
  unit: 'A',
  periods: [
    { startS: 0, limit: 16 },
    { startS: 1800, limit: 8.5, phases: 3 },
  ],
};
const txDefault: ChargingProfile = {
  ...{ id: 1, stackLevel: 0, purpose: 'TxDefaultProfile', kind: 'Absolute' },
  schedule: { ...schedule, startAt: Date.parse('2026-11-22T12:00:00Z') },
};
const wirePeriods = [
  { startPeriod: 0, limit: 16 },
  { startPeriod: 1800, limit: 8.5, numberPhases: 3 },
];
const wireSchedule = { duration: 3600, chargingRateUnit: 'A', chargingSchedulePeriod: wirePeriods };
const known = async () => daemon.api('stations.chargingProfiles', { stationId: station.nodeId });

test('TC_056 a default profile for sessions is set', async () => {
  station.answers('SetChargingProfile', { status: 'Accepted' });
  await station.send({ kind: 'setChargingProfile', connectorId: 1, profile: txDefault }, 'accepted');
  expect(station.asked.at(-1)).toEqual([
    'SetChargingProfile',
    {
      connectorId: 1,
      csChargingProfiles: {
        ...{ chargingProfileId: 1, stackLevel: 0, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Absolute' },
        chargingSchedule: { ...wireSchedule, startSchedule: '2026-11-22T12:00:00.000Z' },
      },
    },
  ]);
  expect(await known()).toMatchObject([{ connectorId: 1, profile: txDefault }]);
});

test('TC_057 a profile for a running session is set, and ends with it', async () => {
  station.answers('SetChargingProfile', { status: 'Accepted' });
  const { transactionId } = await station.start(1, validTag);
  await station.status(1, 'Charging');
  const profile: ChargingProfile = {
    ...{ id: 2, transactionId, stackLevel: 1, purpose: 'TxProfile', kind: 'Relative' },
    schedule,
  };
  await station.send({ kind: 'setChargingProfile', connectorId: 1, profile }, 'accepted');
  expect(station.asked.at(-1)?.[1]).toMatchObject({
    csChargingProfiles: { transactionId, chargingProfilePurpose: 'TxProfile', chargingSchedule: wireSchedule },
  });
  expect((await known()).map(({ profile: { id } }) => id).toSorted()).toEqual([1, 2]);
  await station.stop(transactionId, { idTag: validTag });
  await station.status(1, 'Available');
  expect((await known()).map(({ profile: { id } }) => id)).toEqual([1]);
});

test('TC_059 remote start with a profile', async () => {
  station.answers('RemoteStartTransaction', { status: 'Accepted' });
  const chargingProfile: ChargingProfile = {
    ...{ id: 3, stackLevel: 1, purpose: 'TxProfile', kind: 'Relative' },
    schedule,
  };
  const { id } = await station.send({ kind: 'remoteStart', connectorId: 2, idTag: validTag, chargingProfile }, 'accepted');
  expect(station.asked.at(-1)).toEqual([
    'RemoteStartTransaction',
    {
      ...{ connectorId: 2, idTag: validTag },
      chargingProfile: {
        ...{ chargingProfileId: 3, stackLevel: 1, chargingProfilePurpose: 'TxProfile', chargingProfileKind: 'Relative' },
        chargingSchedule: wireSchedule,
      },
    },
  ]);
  const { transactionId } = await station.start(2, validTag);
  await station.reaches(id, 'done');
  await station.stop(transactionId, { idTag: validTag });
  await station.status(2, 'Available');
});

test('TC_066 the composite schedule is read', async () => {
  const scheduleStart = '2026-11-22T12:00:00.000Z';
  station.answers('GetCompositeSchedule', {
    ...{ status: 'Accepted', connectorId: 1, scheduleStart },
    chargingSchedule: wireSchedule,
  });
  const command = await station.send({ kind: 'getCompositeSchedule', connectorId: 1, durationS: 3600, unit: 'A' }, 'accepted');
  expect(station.asked.at(-1)).toEqual(['GetCompositeSchedule', { connectorId: 1, duration: 3600, chargingRateUnit: 'A' }]);
  expect(command.detail).toMatchObject({ connectorId: 1, startAt: Date.parse(scheduleStart), schedule });
});

test('TC_067 charging profiles are cleared', async () => {
  station.answers('ClearChargingProfile', { status: 'Accepted' });
  await station.send({ kind: 'clearChargingProfile', profileId: 1 }, 'accepted');
  expect(station.asked.at(-1)).toEqual(['ClearChargingProfile', { id: 1 }]);
  expect(await known()).toEqual([]);
});
