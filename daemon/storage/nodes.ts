import type { Insertable, Kysely, Updateable } from 'kysely';
import { db, statement } from './db.ts';
import type { Statement } from './storage.ts';
import type { NodesTable, Tables } from './tables.ts';

/** Row id of a node that the same unit inserts. */
export const idOfNode = (publicId: string) => db.selectFrom('nodes').select('id').where('publicId', '=', publicId);

/** A node of the tree. Its `siteId` is given, or null for a site, which gets its own id by `ownSite`. */
export const insertNode = (node: Insertable<NodesTable>): Statement => statement(db.insertInto('nodes').values(node));

/** Makes a site the site of itself; goes with its `insertNode`. */
export const ownSite = (publicId: string): Statement =>
  statement(
    db
      .updateTable('nodes')
      .set((eb) => ({ siteId: eb.ref('id') }))
      .where('publicId', '=', publicId),
  );

export const insertSite = (publicId: string, site: Omit<Tables['sites'], 'nodeId'>): Statement =>
  statement(db.insertInto('sites').values({ nodeId: idOfNode(publicId), ...site }));

export const insertOutlet = (
  publicId: string,
  outlet: Omit<Tables['outlets'], 'nodeId' | 'stationId'>,
  station: string,
): Statement =>
  statement(db.insertInto('outlets').values({ nodeId: idOfNode(publicId), stationId: idOfNode(station), ...outlet }));

/** Name, description, place … of a node; `version` is the new one, and another than the next refuses with `changedMeanwhile`. */
export const updateNode = (id: number, set: Updateable<NodesTable>): Statement =>
  statement(db.updateTable('nodes').set(set).where('id', '=', id));

export const updateSite = (nodeId: number, set: Updateable<Tables['sites']>): Statement =>
  statement(db.updateTable('sites').set(set).where('nodeId', '=', nodeId));

export const updateOutletRow = (nodeId: number, set: Updateable<Tables['outlets']>): Statement =>
  statement(db.updateTable('outlets').set(set).where('nodeId', '=', nodeId));

/** Another site for some nodes, after a move. */
export const setSiteOf = (ids: readonly number[], siteId: number): Statement =>
  statement(db.updateTable('nodes').set({ siteId }).where('id', 'in', ids));

/** Outlets go with their station: their connector numbers become free. Sessions keep their own connector number. */
export const removeOutletsOf = (stationId: number, at: number, by: string): Statement =>
  statement(
    db
      .updateTable('nodes')
      .set({ removedAt: at, updatedAt: at, updatedBy: by })
      .where('parentId', '=', stationId)
      .where('kind', '=', 'outlet')
      .where('removedAt', 'is', null),
  );

/** Every node that stands in the tree, parents before children. */
export const standingNodes = (read: Kysely<Tables>) =>
  read
    .selectFrom('nodes')
    .leftJoin('sites', 'sites.nodeId', 'nodes.id')
    .select(['nodes.id', 'publicId', 'kind', 'parentId', 'siteId', 'name', 'position', 'address', 'timeZone'])
    .where('removedAt', 'is', null)
    .orderBy('nodes.id')
    .execute();

/** The outlets that stand in the tree. */
export const standingOutlets = (read: Kysely<Tables>) =>
  read
    .selectFrom('outlets')
    .innerJoin('nodes', 'nodes.id', 'outlets.nodeId')
    .select(['outlets.nodeId', 'stationId', 'connectorId', 'mode'])
    .where('removedAt', 'is', null)
    .execute();

export const nodeById = (read: Kysely<Tables>, id: number) =>
  read.selectFrom('nodes').selectAll().where('id', '=', id).executeTakeFirst();

export const siteById = (read: Kysely<Tables>, nodeId: number) =>
  read.selectFrom('sites').selectAll().where('nodeId', '=', nodeId).executeTakeFirst();

export const outletById = (read: Kysely<Tables>, nodeId: number) =>
  read.selectFrom('outlets').selectAll().where('nodeId', '=', nodeId).executeTakeFirst();

/** The outlet that a station had under a connector number, removed ones too. */
export const outletOf = (read: Kysely<Tables>, stationId: number, connectorId: number) =>
  read
    .selectFrom('outlets')
    .selectAll()
    .where('stationId', '=', stationId)
    .where('connectorId', '=', connectorId)
    .executeTakeFirst();

/** The one row of facts about the whole system. */
export const insertSystem = (system: Omit<Insertable<Tables['system']>, 'id'>): Statement =>
  statement(db.insertInto('system').values({ id: 1, ...system }));
