import type { Kysely } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { Tables } from './tables.ts';

type Key = Tables['configurationKeys'];

/** Keeps what the station answered for some keys. */
export const keepConfigurationKeys = (keys: readonly Key[]): Statement =>
  statement(
    db
      .insertInto('configurationKeys')
      .values([...keys])
      .onConflict((conflict) =>
        conflict.columns(['stationId', 'key']).doUpdateSet((eb) => ({
          readonly: eb.ref('excluded.readonly'),
          value: eb.ref('excluded.value'),
          readAt: eb.ref('excluded.readAt'),
        })),
      ),
  );

/** Forgets the keys of a station before a full reading replaces them. */
export const forgetConfigurationKeys = (stationId: number): Statement =>
  statement(db.deleteFrom('configurationKeys').where('stationId', '=', stationId));

/** When the keys of each station were last read. */
export const configurationReadings = (read: Kysely<Tables>) =>
  read
    .selectFrom('configurationKeys')
    .select((eb) => ['stationId', eb.fn.max('readAt').as('readAt')])
    .groupBy('stationId')
    .execute();

/** The new value of a key that the station accepted, under the spelling that it uses itself (FACTS §6.15). */
export const setConfigurationKey = (key: Key): Statement =>
  statement(
    db
      .updateTable('configurationKeys')
      .set({ value: key.value, readAt: key.readAt })
      .where('stationId', '=', key.stationId)
      .where((eb) => eb(eb.fn<string>('lower', ['key']), '=', key.key.toLowerCase())),
  );
