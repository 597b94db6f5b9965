import type { Kysely, Updateable } from 'kysely';
import { db, hot, statement } from './db.ts';
import { idOfNode } from './nodes.ts';
import type { Statement } from './storage.ts';
import type { StationsTable, Tables } from './tables.ts';

type NewStation = Omit<StationsTable, 'nodeId'>;

/** A station of which nothing is known yet. */
export const newStation = (chargeBoxId: string, securityProfile: number, passwordHashes: string | null): NewStation => ({
  chargeBoxId,
  active: 1,
  securityProfile,
  passwordHashes,
  pendingPasswordHashes: null,
  registration: 'accepted',
  transport: null,
  pingIntervalS: null,
  requireSubprotocol: 0,
  vendor: null,
  model: null,
  serialNumber: null,
  boxSerialNumber: null,
  firmware: null,
  iccid: null,
  imsi: null,
  meterType: null,
  meterSerialNumber: null,
  bootedAt: null,
  firstConnectedAt: null,
  lastSeenAt: null,
  address: null,
  clockOffsetMs: null,
  firmwareStatus: null,
  diagnosticsStatus: null,
  callBackOverride: null,
  callBackSeen: null,
  callBackSeenAt: null,
  sourceNetworks: null,
});

/** The station part of a node that the same unit inserts. */
export const insertStation = (publicId: string, station: NewStation): Statement =>
  statement(db.insertInto('stations').values({ nodeId: idOfNode(publicId), ...station }));

export const updateStation = (nodeId: number, set: Updateable<StationsTable>): Statement =>
  statement(db.updateTable('stations').set(set).where('nodeId', '=', nodeId));

/** A station has come: written at every connection, so compiled once. */
export const noteConnected = hot<{
  nodeId: number;
  address: string;
  transport: string;
  firstConnectedAt: number;
  lastSeenAt: number;
}>((given) =>
  db
    .updateTable('stations')
    .set({
      address: given('address'),
      transport: given('transport'),
      firstConnectedAt: given('firstConnectedAt'),
      lastSeenAt: given('lastSeenAt'),
    })
    .where('nodeId', '=', given('nodeId')),
);

export const noteSeen = hot<{ nodeId: number; lastSeenAt: number }>((given) =>
  db
    .updateTable('stations')
    .set({ lastSeenAt: given('lastSeenAt') })
    .where('nodeId', '=', given('nodeId')),
);

export type BootRow = Pick<
  StationsTable,
  | 'nodeId'
  | 'vendor'
  | 'model'
  | 'serialNumber'
  | 'boxSerialNumber'
  | 'firmware'
  | 'iccid'
  | 'imsi'
  | 'meterType'
  | 'meterSerialNumber'
  | 'bootedAt'
  | 'lastSeenAt'
>;

/** What a station told about itself in BootNotification. */
export const noteBoot = hot<BootRow>((given) =>
  db
    .updateTable('stations')
    .set({
      vendor: given('vendor'),
      model: given('model'),
      serialNumber: given('serialNumber'),
      boxSerialNumber: given('boxSerialNumber'),
      firmware: given('firmware'),
      iccid: given('iccid'),
      imsi: given('imsi'),
      meterType: given('meterType'),
      meterSerialNumber: given('meterSerialNumber'),
      bootedAt: given('bootedAt'),
      lastSeenAt: given('lastSeenAt'),
    })
    .where('nodeId', '=', given('nodeId')),
);

/** Every station that stands in the tree. */
export const activeStations = (read: Kysely<Tables>) => read.selectFrom('stations').selectAll().where('active', '=', 1).execute();
