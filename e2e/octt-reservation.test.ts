import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { TestDaemon } from './support/daemon.ts';
import { addTag, type OcttStation, octtDaemon, octtStation, validTag } from './support/octt.ts';

let daemon: TestDaemon;
let station: OcttStation;
beforeAll(async () => {
  daemon = await octtDaemon('RESERVE');
  await addTag(daemon, { idTag: 'FAMILY1', parentIdTag: 'FAMILY' });
  await addTag(daemon, { idTag: 'FAMILY2', parentIdTag: 'FAMILY' });
  station = await octtStation(daemon, 'RESERVE', { ReserveConnectorZeroSupported: 'true' });
});
afterAll(async () => {
  await station.rpc.close();
  await daemon.stop();
});

const minute = 60_000;
const reserve = (connectorId: number, more: Readonly<{ idTag?: string; parentIdTag?: string; expiresAt?: number }> = {}) =>
  ({ kind: 'reserve', connectorId, idTag: validTag, expiresAt: Date.now() + 10 * minute, ...more }) as const;

/** A reservation that the station has accepted; returns its number. */
async function reserved(request: ReturnType<typeof reserve>): Promise<number> {
  station.answers('ReserveNow', { status: 'Accepted' });
  await station.send(request, 'accepted');
  const [action, params] = station.asked.at(-1) ?? [];
  expect(action).toBe('ReserveNow');
  expect(params).toMatchObject({
    ...{ connectorId: request.connectorId, idTag: request.idTag, expiryDate: new Date(request.expiresAt).toISOString() },
    reservationId: expect.any(Number),
  });
  const { reservationId } = params as { reservationId: number };
  expect(await reservations()).toMatchObject([{ reservationId, connectorId: request.connectorId, idTag: request.idTag }]);
  return reservationId;
}
const reservations = async () => (await station.live()).reservations;

async function usedBy(idTag: string, reservationId: number): Promise<void> {
  await station.status(1, 'Preparing');
  const { transactionId, status } = await station.start(1, idTag, { reservationId });
  expect(status).toBe('Accepted');
  await station.status(1, 'Charging');
  expect(await reservations()).toEqual([]);
  await station.stop(transactionId, { idTag });
  await station.status(1, 'Available');
  expect(station.session(transactionId)).toMatchObject({ state: 'ended', reservationId });
}

test('TC_046 a connector is reserved, and used by the one it is reserved for', async () => {
  const reservationId = await reserved(reserve(1));
  await station.status(1, 'Reserved');
  expect(await station.outlet(1)).toMatchObject({ status: 'Reserved', reservation: { reservationId } });
  await usedBy(validTag, reservationId);
});

test('TC_047 a reservation that nobody uses expires', async () => {
  await reserved(reserve(1, { expiresAt: Date.now() + 1500 }));
  await station.status(1, 'Reserved');
  await vi.waitFor(async () => expect(await reservations()).toEqual([]), { timeout: 5000 });
  await station.status(1, 'Available');
  expect(await station.outlet(1)).toMatchObject({ status: 'Available', reservation: null });
});

test.each([
  ['TC_048_1', 'Faulted'],
  ['TC_048_2', 'Occupied'],
  ['TC_048_3', 'Unavailable'],
  ['TC_048_4', 'Rejected'],
])('%s a reservation is answered %s: there is none', async (_id, status) => {
  station.answers('ReserveNow', { status });
  expect(await station.send(reserve(1), 'rejected')).toMatchObject({ answer: status });
  expect(await reservations()).toEqual([]);
});

test('TC_049 any connector of the station is reserved, and one of them used', async () => {
  const reservationId = await reserved(reserve(0));
  await usedBy(validTag, reservationId);
});

test('TC_051 a reservation is cancelled', async () => {
  const reservationId = await reserved(reserve(1));
  await station.status(1, 'Reserved');
  station.answers('CancelReservation', { status: 'Accepted' });
  await station.send({ kind: 'cancelReservation', reservationId }, 'accepted');
  expect(station.asked.at(-1)).toEqual(['CancelReservation', { reservationId }]);
  await station.status(1, 'Available');
  expect(await reservations()).toEqual([]);
});

test('TC_052 cancelling is rejected: the station knows no such reservation', async () => {
  station.answers('CancelReservation', { status: 'Rejected' });
  expect(await station.send({ kind: 'cancelReservation', reservationId: 4711 }, 'rejected')).toMatchObject({
    answer: 'Rejected',
  });
});

test('TC_053 a reserved connector is used by another of the same group', async () => {
  const request = reserve(1, { idTag: 'FAMILY1', parentIdTag: 'FAMILY' });
  const reservationId = await reserved(request);
  expect(station.asked.at(-1)?.[1]).toMatchObject({ parentIdTag: 'FAMILY' });
  await station.status(1, 'Reserved');
  expect(await station.authorize('FAMILY2')).toMatchObject({ status: 'Accepted', parentIdTag: 'FAMILY' });
  await usedBy('FAMILY2', reservationId);
});
