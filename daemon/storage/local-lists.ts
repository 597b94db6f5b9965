import type { Kysely } from 'kysely';
import type { LocalListEntry } from '../../shared/model/command.ts';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { Tables } from './tables.ts';

type Tried = Readonly<{ stationId: number; version: number; at: number; by: string; answer: string }>;

/** The station's word on a list that was sent to it. */
export const noteLocalListAnswer = ({ stationId, version, at, by, answer }: Tried): Statement => {
  const tried = { triedVersion: version, triedAt: at, triedBy: by, answer };
  return statement(
    db
      .insertInto('localLists')
      .values({ stationId, ...tried })
      .onConflict((conflict) => conflict.column('stationId').doUpdateSet(tried)),
  );
};

/** The version that the station says to hold: 0 an empty list, -1 that it keeps none (OCPP 1.6 §5.10). */
export const noteLocalListVersion = (stationId: number, toldVersion: number, toldAt: number): Statement => {
  const told = { toldVersion, toldAt };
  return statement(
    db
      .insertInto('localLists')
      .values({ stationId, ...told })
      .onConflict((conflict) => conflict.column('stationId').doUpdateSet(told)),
  );
};

// One statement for a list of any length: an entry without a status goes.
const deleteNamed = `DELETE FROM localListEntries WHERE stationId = ? AND idTag IN
  (SELECT value ->> 'idTag' FROM json_each(?) WHERE value ->> 'status' IS NULL)`;
const insertGiven = `INSERT OR REPLACE INTO localListEntries (stationId, idTag, status, expiresAt, parentIdTag)
  SELECT ?, value ->> 'idTag', value ->> 'status', value ->> 'expiresAt', value ->> 'parentIdTag'
  FROM json_each(?) WHERE value ->> 'status' IS NOT NULL`;

/** What a station has accepted, for a full list in place of all that it had. */
export function keepLocalList(tried: Tried, isFull: boolean, entries: readonly LocalListEntry[]): readonly Statement[] {
  const { stationId, version, at } = tried;
  const list = JSON.stringify(entries);
  const gone = isFull
    ? { sql: 'DELETE FROM localListEntries WHERE stationId = ?', parameters: [stationId] }
    : { sql: deleteNamed, parameters: [stationId, list] };
  return [
    noteLocalListAnswer(tried),
    statement(db.updateTable('localLists').set({ version, acceptedAt: at }).where('stationId', '=', stationId)),
    gone,
    { sql: insertGiven, parameters: [stationId, list] },
  ];
}

export const setLocalListAutomatic = (stationId: number, isAutomatic: boolean): Statement => {
  const automatic = isAutomatic ? 1 : 0;
  return statement(
    db
      .insertInto('localLists')
      .values({ stationId, automatic })
      .onConflict((conflict) => conflict.column('stationId').doUpdateSet({ automatic })),
  );
};

export const localListOf = (read: Kysely<Tables>, stationId: number) =>
  read.selectFrom('localLists').selectAll().where('stationId', '=', stationId).executeTakeFirst();

/** What a station holds, by tag. */
export const localListEntriesOf = (read: Kysely<Tables>, stationId: number) =>
  read
    .selectFrom('localListEntries')
    .select(['idTag', 'status', 'expiresAt', 'parentIdTag'])
    .where('stationId', '=', stationId)
    .orderBy('idTag')
    .execute();

/** The lists that follow changes by themselves. */
export const automaticLocalLists = (read: Kysely<Tables>) =>
  read.selectFrom('localLists').selectAll().where('automatic', '=', 1).execute();

export type LocalListRow = NonNullable<Awaited<ReturnType<typeof localListOf>>>;
