import type { ExpressionBuilder, Insertable, Kysely, Updateable } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { StationFilesTable, Tables, TransfersTable } from './tables.ts';

export const insertTransfer = (row: Insertable<TransfersTable>): Statement => statement(db.insertInto('transfers').values(row));

export const updateTransfer = (id: number, set: Updateable<TransfersTable>): Statement =>
  statement(db.updateTable('transfers').set(set).where('id', '=', id));

/** How far it has come; one that has ended keeps its state. */
export const advanceTransfer = (id: number, state: string): Statement =>
  statement(db.updateTable('transfers').set({ state }).where('id', '=', id).where('endedAt', 'is', null));

/** Gives it the user and the password of which its station is told now. */
export const openTransferRow = (publicId: string, set: Updateable<TransfersTable>): Statement =>
  statement(db.updateTable('transfers').set(set).where('publicId', '=', publicId));

/** Whether nobody was told of a transfer yet: its command waits for the station. */
const isUntold = (each: ExpressionBuilder<Tables, 'transfers'>) =>
  each.exists(
    each
      .selectFrom('commands')
      .select('commands.id')
      .whereRef('commands.publicId', '=', 'transfers.commandId')
      .where('commands.state', '=', 'waiting'),
  );

/** Those whose time is over, but for some: what nobody came for is told so, the others keep how far they came. */
export const expireTransfers = (now: number, but: readonly number[] = []): Statement =>
  statement(
    db
      .updateTable('transfers')
      .set((each) => ({
        state: each.case().when('state', '=', 'waiting').then('expired').else(each.ref('state')).end(),
        endedAt: now,
      }))
      .where('endedAt', 'is', null)
      .where('expiresAt', '<', now)
      .where('id', 'not in', but)
      .where((each) => each.not(isUntold(each))),
  );

/** What a transfer is shown with. */
const shown = (read: Kysely<Tables>) =>
  read
    .selectFrom('transfers')
    .innerJoin('nodes', 'nodes.id', 'transfers.stationId')
    .leftJoin('firmware', 'firmware.id', 'transfers.firmwareId')
    .leftJoin('commands', (join) =>
      join.onRef('commands.publicId', '=', 'transfers.commandId').on('commands.state', '=', 'waiting'),
    )
    .selectAll('transfers')
    .select([
      'nodes.publicId as stationPublicId',
      'nodes.name as stationName',
      'nodes.siteId as siteId',
      'firmware.publicId as firmwarePublicId',
      'firmware.name as firmwareName',
      'commands.waitUntil as waitUntil',
    ]);

export type ShownTransfer = Awaited<ReturnType<typeof transfersOfStation>>[number];

/** The newest of a station. */
export const transfersOfStation = (read: Kysely<Tables>, stationId: number, kind: 'firmware' | 'diagnostics') =>
  shown(read)
    .where('transfers.stationId', '=', stationId)
    .where('transfers.kind', '=', kind)
    .orderBy('transfers.id', 'desc')
    .limit(200)
    .execute();

/** The newest of a firmware. */
export const transfersOfFirmware = (read: Kysely<Tables>, firmwareId: number) =>
  shown(read).where('transfers.firmwareId', '=', firmwareId).orderBy('transfers.id', 'desc').limit(10_000).execute();

export const transferByPublicId = (read: Kysely<Tables>, publicId: string) =>
  shown(read).where('transfers.publicId', '=', publicId).executeTakeFirst();

export const transferByUser = (read: Kysely<Tables>, user: string) =>
  read.selectFrom('transfers').selectAll().where('user', '=', user).executeTakeFirst();

export const transferByCommand = (read: Kysely<Tables>, commandId: string) =>
  read.selectFrom('transfers').selectAll().where('commandId', '=', commandId).where('endedAt', 'is', null).executeTakeFirst();

/** Commands in some states that never left, whose transfers are open all the same. */
export const unsentOfOpenTransfers = async (read: Kysely<Tables>, states: readonly string[]): Promise<readonly string[]> => {
  const rows = await read
    .selectFrom('transfers')
    .innerJoin('commands', 'commands.publicId', 'transfers.commandId')
    .select('commands.publicId')
    .where('transfers.endedAt', 'is', null)
    .where('commands.state', 'in', states)
    .where('commands.sentAt', 'is', null)
    .execute();
  return rows.map(({ publicId }) => publicId);
};

/** The newest of a station and kind of which it was told and that has not ended, or ended since. */
export const latestTransfer = (read: Kysely<Tables>, stationId: number, kind: 'firmware' | 'diagnostics', endedSince: number) =>
  read
    .selectFrom('transfers')
    .selectAll()
    .where('stationId', '=', stationId)
    .where('kind', '=', kind)
    .where((either) => either.or([either('endedAt', 'is', null), either('endedAt', '>=', endedSince)]))
    .where((each) => each.not(isUntold(each)))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

/** Stations with a firmware transfer that has not ended, or ended since. */
export const stationsWithFirmware = async (read: Kysely<Tables>, endedSince: number): Promise<readonly number[]> => {
  const rows = await read
    .selectFrom('transfers')
    .select('stationId')
    .distinct()
    .where('kind', '=', 'firmware')
    .where((either) => either.or([either('endedAt', 'is', null), either('endedAt', '>=', endedSince)]))
    .execute();
  return rows.map(({ stationId }) => stationId);
};

export const insertStationFile = (row: Insertable<StationFilesTable>): Statement =>
  statement(db.insertInto('stationFiles').values(row));

export const updateStationFile = (publicId: string, set: Updateable<StationFilesTable>): Statement =>
  statement(db.updateTable('stationFiles').set(set).where('publicId', '=', publicId));

export const deleteStationFile = (publicId: string): Statement =>
  statement(db.deleteFrom('stationFiles').where('publicId', '=', publicId));

export const filesOfTransfers = (read: Kysely<Tables>, transferIds: readonly number[]) =>
  read.selectFrom('stationFiles').selectAll().where('transferId', 'in', transferIds).orderBy('id').execute();

export const stationFile = (read: Kysely<Tables>, publicId: string) =>
  read
    .selectFrom('stationFiles')
    .innerJoin('nodes', 'nodes.id', 'stationFiles.stationId')
    .innerJoin('transfers', 'transfers.id', 'stationFiles.transferId')
    .selectAll('stationFiles')
    .select(['nodes.publicId as stationPublicId', 'nodes.siteId as siteId', 'transfers.publicId as transferPublicId'])
    .where('stationFiles.publicId', '=', publicId)
    .executeTakeFirst();

export const filesBefore = (read: Kysely<Tables>, receivedAt: number) =>
  read.selectFrom('stationFiles').select('publicId').where('receivedAt', '<', receivedAt).limit(1000).execute();

/** Bytes that the files of a station take. */
export const bytesOfStation = async (read: Kysely<Tables>, stationId: number): Promise<number> => {
  const row = await read
    .selectFrom('stationFiles')
    .select((each) => each.fn.sum<number>('sizeBytes').as('bytes'))
    .where('stationId', '=', stationId)
    .executeTakeFirst();
  return row?.bytes ?? 0;
};
