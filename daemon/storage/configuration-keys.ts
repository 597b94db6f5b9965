import { type Kysely, sql } from 'kysely';
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

/** Forgets what a full reading did not bring again; the rest keeps its history. */
export const forgetOtherKeys = (stationId: number, keys: readonly string[]): Statement =>
  statement(
    db
      .deleteFrom('configurationKeys')
      .where('stationId', '=', stationId)
      .where('key', 'not in', sql<string>`(SELECT value FROM json_each(${JSON.stringify(keys)}))`),
  );

/** When the keys of each station were last read. */
export const configurationReadings = (read: Kysely<Tables>) =>
  read
    .selectFrom('configurationKeys')
    .select((eb) => ['stationId', eb.fn.max('readAt').as('readAt')])
    .groupBy('stationId')
    .execute();

/** The heartbeat intervals that stations told, or took. */
export const heartbeatKeys = (read: Kysely<Tables>) =>
  read
    .selectFrom('configurationKeys')
    .select(['stationId', 'key', 'value', 'readAt'])
    .where((eb) => eb(eb.fn<string>('lower', ['key']), '=', 'heartbeatinterval'))
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

export const configurationOf = (read: Kysely<Tables>, stationId: number) =>
  read.selectFrom('configurationKeys').selectAll().where('stationId', '=', stationId).orderBy('key').execute();

/** The latest change of each key of a station. */
export const latestChanges = (read: Kysely<Tables>, stationId: number) =>
  read
    .selectFrom('configurationChanges')
    .select(['key', 'before', 'changedAt'])
    .where('id', 'in', (all) =>
      all
        .selectFrom('configurationChanges')
        .select(({ fn }) => fn.max('id').as('id'))
        .where('stationId', '=', stationId)
        .groupBy('key'),
    )
    .execute();

/** How the values of a key changed, newest first. */
export const changesOfKey = (read: Kysely<Tables>, stationId: number, key: string) =>
  read
    .selectFrom('configurationChanges')
    .select(['before', 'after', 'changedAt'])
    .where('stationId', '=', stationId)
    .where('key', '=', key)
    .orderBy('id', 'desc')
    .execute();

/** The values of some keys of a station, however it spells them: by their name in lower case. */
export async function valuesOf(read: Kysely<Tables>, stationId: number, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await read
    .selectFrom('configurationKeys')
    .select(['key', 'value'])
    .where('stationId', '=', stationId)
    .where((eb) =>
      eb(
        eb.fn<string>('lower', ['key']),
        'in',
        keys.map((key) => key.toLowerCase()),
      ),
    )
    .execute();
  return new Map(rows.flatMap(({ key, value }) => (value === null ? [] : [[key.toLowerCase(), value] as const])));
}
