import type { Kysely } from 'kysely';
import { db, hot, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { ReservationsTable, Tables } from './tables.ts';

/** Keeps a reservation; the same number again replaces it (OCPP 1.6 §5.13). */
export const keepReservation = (reservation: ReservationsTable): Statement =>
  statement(
    db
      .insertInto('reservations')
      .values(reservation)
      .onConflict((conflict) => conflict.columns(['stationId', 'reservationId']).doUpdateSet(reservation)),
  );

const ending = (stationId: number, state: string, endedAt: number) =>
  db.updateTable('reservations').set({ state, endedAt }).where('stationId', '=', stationId).where('state', '=', 'active');

export const cancelReservation = (stationId: number, reservationId: number, endedAt: number): Statement =>
  statement(ending(stationId, 'cancelled', endedAt).where('reservationId', '=', reservationId));

/** A session that named its reservation, or began with its tag on its outlet. Written at every start, so compiled once. */
export const useReservation = hot<{
  stationId: number;
  reservationId: number;
  connectorId: number;
  idTag: string;
  endedAt: number;
}>((given) =>
  db
    .updateTable('reservations')
    .set({ state: 'used', endedAt: given('endedAt') })
    .where('stationId', '=', given('stationId'))
    .where('state', '=', 'active')
    .where((eb) =>
      eb.or([
        eb('reservationId', '=', given('reservationId')),
        eb.and([
          eb.or([eb('connectorId', '=', 0), eb('connectorId', '=', given('connectorId'))]),
          eb('idTag', '=', given('idTag')),
          eb('expiresAt', '>', given('endedAt')),
        ]),
      ]),
    ),
);

/** A fault or unavailability ends the reservations of a connector, of the station those of all. */
export const loseReservations = (stationId: number, connectorId: number, endedAt: number): Statement => {
  const lost = ending(stationId, 'lost', endedAt);
  return statement(connectorId === 0 ? lost : lost.where('connectorId', '=', connectorId));
};

export const expireReservations = (now: number): Statement =>
  statement(
    db
      .updateTable('reservations')
      .set((eb) => ({ state: 'expired', endedAt: eb.ref('expiresAt') }))
      .where('state', '=', 'active')
      .where('expiresAt', '<=', now),
  );

/** The reservations of a station that hold now. */
export const activeReservations = (read: Kysely<Tables>, stationId: number, now: number) =>
  read
    .selectFrom('reservations')
    .select(['reservationId', 'connectorId', 'idTag', 'parentIdTag', 'expiresAt', 'byName'])
    .where('stationId', '=', stationId)
    .where('state', '=', 'active')
    .where('expiresAt', '>', now)
    .orderBy('expiresAt')
    .execute();

export async function lastReservationId(read: Kysely<Tables>, stationId: number): Promise<number> {
  const row = await read
    .selectFrom('reservations')
    .select(({ fn }) => fn.max<number | null>('reservationId').as('last'))
    .where('stationId', '=', stationId)
    .executeTakeFirst();
  return row?.last ?? 0;
}
