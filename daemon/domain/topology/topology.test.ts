import { expect, test } from 'vitest';
import { startSession } from '../session/start.ts';
import { admit } from '../station/admit.ts';
import { setSecurity } from '../station/security.ts';
import { type TestCentral, type TestLink, testCentral, testPerson, testStart } from '../testing.ts';
import { adoptStation } from './adopt.ts';
import { createNode } from './create.ts';
import { moveNode } from './move.ts';
import { removeNode } from './remove.ts';
import { updateNode, updateOutlet, updateStation } from './update.ts';

const create = (
  { central }: TestCentral,
  parentId: string,
  kind: 'site' | 'floor' | 'station' | 'controller',
  name: string,
  chargeBoxId?: string,
) => createNode(central, testPerson, { parentId, kind, name, ...(chargeBoxId !== undefined && { chargeBoxId }) });
const site = ({ central, siteId }: TestCentral) => central.tree.byId(siteId)?.publicId ?? '';
const actions = async ({ central }: TestCentral) =>
  (await central.storage.read.selectFrom('audit').select('action').orderBy('id').execute()).map(({ action }) => action);

/** The tree as it is in memory, for comparing with the one that is loaded again. */
const shape = ({ central }: TestCentral) =>
  [...central.tree.walk()]
    .map(({ publicId, kind, name, key, siteId, parent }) => ({
      publicId,
      kind,
      name,
      key,
      siteId,
      parent: parent?.publicId ?? null,
    }))
    .sort((a, b) => a.publicId.localeCompare(b.publicId));

test('M22: sites, floors, stations and controllers stand where they may, and nowhere else', async () => {
  const made = await testCentral();
  const floor = await create(made, site(made), 'floor', 'Level 1');
  const station = await create(made, floor.publicId, 'station', 'East', 'EAST');
  await create(made, site(made), 'controller', 'Router');
  await expect(create(made, floor.publicId, 'floor', 'Level 2')).rejects.toMatchObject({ code: 'nodeKindRefused' });
  await expect(create(made, station.publicId, 'station', 'X', 'X')).rejects.toMatchObject({ code: 'nodeKindRefused' });
  await expect(create(made, 'nowhere', 'floor', 'X')).rejects.toMatchObject({ code: 'nodeUnknown' });
  await expect(create(made, made.central.tree.root().publicId, 'site', 'SITE')).rejects.toMatchObject({
    code: 'nameTaken',
    fields: { name: 'nameTaken' },
  });
  await expect(create(made, floor.publicId, 'station', 'X', 'east')).rejects.toMatchObject({ code: 'chargeBoxIdTaken' });
  for (const bad of ['', ' X', 'A/B', 'A:B', 'A\u0000', 'x'.repeat(49)])
    await expect(create(made, floor.publicId, 'station', 'X', bad)).rejects.toMatchObject({ code: 'chargeBoxIdInvalid' });
  expect(await actions(made)).toEqual(Array(5).fill('tree.create'));
  expect(shape(await made.restart())).toEqual(shape(made));
  await made.close();
});

test('a station made by hand has to prove who it is', async () => {
  const made = await testCentral();
  const node = await create(made, site(made), 'station', 'New', 'NEW');
  const knock = { chargeBoxId: 'NEW', user: 'NEW', secure: false, address: 'a', protocol: 'OCPP 1.6J' as const };
  expect(await admit(made.central, { ...knock, password: Buffer.from('x') })).toEqual({ refused: 'credentials' });
  const { password } = await setSecurity(made.central, testPerson, node.publicId, { securityProfile: 1, newPassword: true });
  expect(password).toMatch(/^[0-9a-f]{40}$/);
  expect(await admit(made.central, { ...knock, password: Buffer.from(password ?? '', 'hex') })).toMatchObject({
    keyProven: true,
  });
  const rows = await made.central.storage.read.selectFrom('audit').selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(password);
  await made.close();
});

test('a change on an older version is refused, with who was faster and when', async () => {
  const made = await testCentral();
  const { central, clock } = made;
  const floor = await create(made, site(made), 'floor', 'Level 1');
  clock.advance(5000);
  await updateNode(central, { ...testPerson, name: 'Somebody Else' }, floor.publicId, { version: 1, name: 'Ground' });
  await expect(updateNode(central, testPerson, floor.publicId, { version: 1, name: 'Cellar' })).rejects.toMatchObject({
    code: 'changedMeanwhile',
    facts: { by: 'Somebody Else', at: testStart + 5000 },
  });
  expect(central.tree.byId(floor.id)?.name).toBe('Ground');
  await updateNode(central, testPerson, floor.publicId, { version: 2, name: 'Cellar', description: 'dark' });
  const last = await central.storage.read.selectFrom('audit').selectAll().orderBy('id', 'desc').executeTakeFirst();
  expect(last).toMatchObject({
    action: 'tree.update',
    before: '{"name":"Ground","description":""}',
    after: '{"name":"Cellar","description":"dark"}',
  });
  await made.close();
});

test('FIELD 24: a removed station keeps its sessions, and its ChargeBoxId is free again', async () => {
  const made = await testCentral({ tags: ['04A1B2C3'] });
  const { central, station, addStation } = made;
  const start = { connectorId: 1, idTag: '04A1B2C3', startedAt: testStart, meterStartWh: 0, reservationId: null };
  const { transactionId } = await startSession(central, station, start);
  const link = station.link as TestLink;
  await expect(removeNode(central, testPerson, site(made), 1)).rejects.toMatchObject({ code: 'nodeHasChildren' });
  await expect(removeNode(central, testPerson, station.publicId, 7)).rejects.toMatchObject({ code: 'changedMeanwhile' });
  await removeNode(central, testPerson, station.publicId, 1);
  expect(link.closed).toEqual(['removed']);
  expect(central.stations.byChargeBoxId('CB-1')).toBeUndefined();
  const kept = await central.storage.read.selectFrom('sessions').selectAll().where('id', '=', transactionId).executeTakeFirst();
  expect(kept).toMatchObject({ stationId: station.id, state: 'stopNotReported' });
  const names = await central.storage.read.selectFrom('nodes').select('name').where('id', '=', station.id).executeTakeFirst();
  expect(names?.name).toBe('Station 1');
  const again = await addStation({ chargeBoxId: 'cb-1' });
  expect(again.id).not.toBe(station.id);
  expect(shape(await made.restart())).toEqual(shape(made));
  await made.close();
});

test('a floor moves with its stations to another site, and with it their time zone', async () => {
  const made = await testCentral();
  const { central } = made;
  const floor = await create(made, site(made), 'floor', 'Level 1');
  const node = await create(made, floor.publicId, 'station', 'East', 'EAST');
  const other = await createNode(central, testPerson, {
    parentId: central.tree.root().publicId,
    kind: 'site',
    name: 'Other',
    timeZone: 'Asia/Tokyo',
  });
  await moveNode(central, testPerson, floor.publicId, other.publicId, 1);
  expect(central.stations.byId(node.id)).toMatchObject({ siteId: other.id, timeZone: 'Asia/Tokyo' });
  expect(central.tree.byId(node.id)?.siteId).toBe(other.id);
  await expect(moveNode(central, testPerson, other.publicId, floor.publicId, 1)).rejects.toMatchObject({
    code: 'nodeKindRefused',
  });
  expect(shape(await made.restart())).toEqual(shape(made));
  await made.close();
});

test('settings of stations and outlets take effect at once', async () => {
  const made = await testCentral();
  const { central, station } = made;
  const link = station.link as TestLink;
  await updateStation(central, testPerson, station.publicId, { version: 1, chargeBoxId: 'RENAMED', pingIntervalS: 0 });
  expect(central.stations.byChargeBoxId('renamed')).toBe(station);
  expect(station.pingIntervalS).toBe(0);
  expect(link.closed).toHaveLength(1);
  await updateStation(central, testPerson, station.publicId, { version: 2, registration: 'rejected' });
  expect(station.booted).toBe(false);
  await updateOutlet(central, testPerson, central.tree.byId(station.connectors.get(2)?.outletId ?? 0)?.publicId ?? '', {
    version: 1,
    mode: 'OPEN',
  });
  expect(station.connectors.get(2)?.mode).toBe('OPEN');
  const again = await made.restart();
  expect(again.station).toMatchObject({ chargeBoxId: 'RENAMED', registration: 'rejected', booted: false, pingIntervalS: 0 });
  expect(again.station.connectors.get(2)?.mode).toBe('OPEN');
  await made.close();
});

test('M38: a station that was seen is adopted with one call', async () => {
  const made = await testCentral();
  const { central } = made;
  await admit(central, {
    chargeBoxId: 'STRANGER',
    user: null,
    password: null,
    secure: false,
    address: 'a',
    protocol: 'OCPP 1.6J',
  });
  const { node, password } = await adoptStation(central, testPerson, {
    chargeBoxId: 'STRANGER',
    parentId: site(made),
    name: 'Adopted',
    securityProfile: 1,
  });
  expect(node.key).toBe('STRANGER');
  expect(password).not.toBeNull();
  expect(await central.storage.read.selectFrom('seenStations').selectAll().execute()).toEqual([]);
  await made.close();
});
