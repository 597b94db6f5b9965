import type { Kysely } from 'kysely';
import { db, hot, statement } from './db.ts';
import { idOfNode } from './nodes.ts';
import type { Statement } from './storage.ts';
import type { Tables } from './tables.ts';

/** A node whose parent and site may come in the same unit. Compiled once: ten thousand stations are sixty thousand statements. */
export const insertNodeBelow = hot<{
  publicId: string;
  kind: string;
  parent: string;
  site: string;
  name: string;
  position: number;
  createdAt: number;
  updatedBy: string;
}>((given) =>
  db.insertInto('nodes').values({
    publicId: given('publicId'),
    kind: given('kind'),
    parentId: idOfNode(given('parent')),
    siteId: idOfNode(given('site')),
    name: given('name'),
    description: '',
    version: 1,
    position: given('position'),
    createdAt: given('createdAt'),
    updatedAt: given('createdAt'),
    updatedBy: given('updatedBy'),
  }),
);

/** The station part of a node of the same unit; what it does not tell yet is left empty. */
export const insertStationPart = hot<{
  node: string;
  chargeBoxId: string;
  securityProfile: number;
  passwordHashes: string | null;
}>((given) =>
  db.insertInto('stations').values({
    nodeId: idOfNode(given('node')),
    chargeBoxId: given('chargeBoxId'),
    active: 1,
    registration: 'accepted',
    requireSubprotocol: 0,
    securityProfile: given('securityProfile'),
    passwordHashes: given('passwordHashes'),
  }),
);

/** The outlet part of a node of the same unit. */
export const insertOutletPart = hot<{ node: string; station: string; connectorId: number; plug: string; mode: string }>((given) =>
  db.insertInto('outlets').values({
    nodeId: idOfNode(given('node')),
    stationId: idOfNode(given('station')),
    connectorId: given('connectorId'),
    plug: given('plug'),
    mode: given('mode'),
    parking: '',
  }),
);

/** All accounts, as far as a provision file needs to know them. */
export const accountNames = (read: Kysely<Tables>) =>
  read.selectFrom('accounts').select(['id', 'publicId', 'email', 'role']).execute();

export const allSiteRights = (read: Kysely<Tables>) => read.selectFrom('siteRights').selectAll().execute();

export const tagOwners = (read: Kysely<Tables>) => read.selectFrom('tags').select(['idTag', 'accountId']).execute();

/** Another name for the whole system; its version stays, so that it still counts as not edited by people. */
export const renameSystem = (nodeId: number, name: string): Statement[] => [
  statement(db.updateTable('system').set({ name })),
  statement(db.updateTable('nodes').set({ name }).where('id', '=', nodeId)),
];

export const siteZones = (read: Kysely<Tables>) => read.selectFrom('sites').select(['nodeId', 'timeZone']).execute();
