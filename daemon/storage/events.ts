import type { Insertable } from 'kysely';
import { db, hot } from './db.ts';
import type { EventsTable } from './tables.ts';

/** One thing that happened, for the history of a station or session. */
export const insertEvent = hot<Omit<Insertable<EventsTable>, 'id'>>((given) =>
  db.insertInto('events').values({
    at: given('at'),
    receivedAt: given('receivedAt'),
    kind: given('kind'),
    severity: given('severity'),
    stationId: given('stationId'),
    siteId: given('siteId'),
    sessionId: given('sessionId'),
    data: given('data'),
  }),
);
