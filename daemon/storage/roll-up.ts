import { sql } from 'kysely';
import { db, hot } from './db.ts';
import type { OutletHoursTable } from './tables.ts';

/** Adds to what an outlet did in an hour; a correction adds negative figures. */
export const addToHour = hot<OutletHoursTable>((given) =>
  db
    .insertInto('outletHours')
    .values({
      hourAt: given('hourAt'),
      stationId: given('stationId'),
      connectorId: given('connectorId'),
      siteId: given('siteId'),
      sessions: given('sessions'),
      energyWh: given('energyWh'),
      occupiedMs: given('occupiedMs'),
      chargingMs: given('chargingMs'),
    })
    .onConflict((conflict) =>
      conflict.columns(['hourAt', 'stationId', 'connectorId']).doUpdateSet((eb) => {
        const sum = (column: 'sessions' | 'energyWh' | 'occupiedMs' | 'chargingMs') =>
          sql<number>`${eb.ref(`outletHours.${column}`)} + ${eb.ref(`excluded.${column}`)}`;
        return {
          sessions: sum('sessions'),
          energyWh: sum('energyWh'),
          occupiedMs: sum('occupiedMs'),
          chargingMs: sum('chargingMs'),
        };
      }),
    ),
);
