import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import { db, hot } from './db.ts';
import type { SamplesTable, Tables } from './tables.ts';

/**
 * One row a time stamp, outlet and context. A repeat changes nothing; a message of the same moment with other measurands fills the gaps,
 * so that what StopTransaction repeats of MeterValues is stored once (FACTS §6.5).
 */
export const keepSample = hot<SamplesTable>((given) =>
  db
    .insertInto('samples')
    .values({
      stationId: given('stationId'),
      connectorId: given('connectorId'),
      sampledAt: given('sampledAt'),
      context: given('context'),
      sessionId: given('sessionId'),
      receivedAt: given('receivedAt'),
      energyWh: given('energyWh'),
      powerW: given('powerW'),
      currentMa: given('currentMa'),
      voltageMv: given('voltageMv'),
      socPercent: given('socPercent'),
      offeredMa: given('offeredMa'),
      temperatureC: given('temperatureC'),
      other: given('other'),
    })
    .onConflict((conflict) =>
      conflict.columns(['stationId', 'connectorId', 'sampledAt', 'context']).doUpdateSet((eb) => {
        const first = <Column extends keyof SamplesTable>(column: Column) =>
          eb.fn.coalesce(`samples.${column}` as const, `excluded.${column}` as never);
        return {
          sessionId: first('sessionId'),
          energyWh: first('energyWh'),
          powerW: first('powerW'),
          currentMa: first('currentMa'),
          voltageMv: first('voltageMv'),
          socPercent: first('socPercent'),
          offeredMa: first('offeredMa'),
          temperatureC: first('temperatureC'),
          other: sql<
            string | null
          >`CASE WHEN samples.other IS NULL THEN excluded.other WHEN excluded.other IS NULL THEN samples.other
            ELSE json_patch(excluded.other, samples.other) END`,
        };
      }),
    ),
);

const ofSession = (
  read: Kysely<Tables>,
  session: Readonly<{ id: number; stationId: number; connectorId: number; startedAt: number }>,
) =>
  read
    .selectFrom('samples')
    .where('stationId', '=', session.stationId)
    .where('connectorId', '=', session.connectorId)
    .where('sampledAt', '>=', session.startedAt - 3_600_000)
    .where('sessionId', '=', session.id);

/** The course of a session in steps of five minutes, to know again how far it had come; at most 100,000 of them. */
export const curveOf = (read: Kysely<Tables>, session: Parameters<typeof ofSession>[1]) =>
  ofSession(read, session)
    .select([
      sql<number>`sampledAt / 300000`.as('step'),
      sql<number>`max(sampledAt)`.as('sampledAt'),
      sql<number | null>`max(energyWh)`.as('energyWh'),
      sql<number | null>`avg(powerW)`.as('powerW'),
    ])
    .where((eb) => eb.or([eb('energyWh', 'is not', null), eb('powerW', 'is not', null)]))
    .groupBy('step')
    .orderBy('step')
    .limit(100_000)
    .execute();

/** The latest register of each hour of a session; roll-ups share its energy by them. */
export const registersByHour = (read: Kysely<Tables>, session: Parameters<typeof ofSession>[1]) =>
  ofSession(read, session)
    .select([
      sql<number>`sampledAt - sampledAt % 3600000`.as('hourAt'),
      sql<number>`max(energyWh)`.as('energyWh'),
      sql<number>`max(sampledAt)`.as('sampledAt'),
    ])
    .where('energyWh', 'is not', null)
    .groupBy('hourAt')
    .orderBy('hourAt')
    .limit(2000)
    .execute();
