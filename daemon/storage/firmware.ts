import type { Insertable, Kysely, Updateable } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { FileServerTable, FirmwareTable, Tables } from './tables.ts';

export const insertFirmware = (row: Insertable<FirmwareTable>): Statement => statement(db.insertInto('firmware').values(row));

/** Fails with `firmwareInUse` while a station may still fetch it. */
export const deleteFirmware = (id: number): Statement => statement(db.deleteFrom('firmware').where('id', '=', id));

const shown = (read: Kysely<Tables>) =>
  read
    .selectFrom('firmware')
    .selectAll()
    .select((each) =>
      each
        .exists(
          each
            .selectFrom('transfers')
            .select('transfers.id')
            .whereRef('transfers.firmwareId', '=', 'firmware.id')
            .where('transfers.endedAt', 'is', null),
        )
        .as('inUse'),
    );

export const firmwareLibrary = (read: Kysely<Tables>) => shown(read).orderBy('id', 'desc').execute();

export const firmwareByPublicId = (read: Kysely<Tables>, publicId: string) =>
  shown(read).where('publicId', '=', publicId).executeTakeFirst();

export const firmwareById = (read: Kysely<Tables>, id: number) =>
  read.selectFrom('firmware').selectAll().where('id', '=', id).executeTakeFirst();

/** What every station that stands in the tree runs. */
export const fleetVersions = (read: Kysely<Tables>) =>
  read
    .selectFrom('stations')
    .innerJoin('nodes', 'nodes.id', 'stations.nodeId')
    .select(['nodes.id', 'nodes.publicId', 'nodes.siteId', 'nodes.name', 'chargeBoxId', 'vendor', 'model', 'firmware'])
    .where('stations.active', '=', 1)
    .orderBy('nodes.name')
    .execute();

export const fileServerRow = (read: Kysely<Tables>) => read.selectFrom('fileServer').selectAll().executeTakeFirstOrThrow();

export const updateFileServer = (set: Updateable<FileServerTable>): Statement =>
  statement(db.updateTable('fileServer').set(set).where('id', '=', 1));
