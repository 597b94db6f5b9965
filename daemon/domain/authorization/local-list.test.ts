import { describe, expect, test } from 'vitest';
import type { StationRequest } from '../../../shared/model/command.ts';
import { insertAccount, insertSiteRights } from '../../storage/accounts.ts';
import { keepConfigurationKeys } from '../../storage/configuration-keys.ts';
import { db, statement } from '../../storage/db.ts';
import { sendCommand } from '../command/send.ts';
import type { StationAnswer } from '../station/station.ts';
import { type TestCentral, type TestLink, testCentral, testPerson, testStart } from '../testing.ts';
import type { Person } from '../user/person.ts';
import { localListPage } from './list-page.ts';
import { localListStatus } from './list-status.ts';
import { progressOf, sendLocalList } from './local-list.ts';

type ListRequest = Extract<StationRequest, { kind: 'sendLocalList' }>;
const accepted: StationAnswer = { outcome: 'accepted', answer: 'Accepted' };
const refused = (answer: string): StationAnswer => ({ outcome: 'rejected', answer });

/** A station that keeps a version, as OCPP 1.6 §5.15 asks; `refuse` may say something else first. */
async function madeWith(tags: readonly string[], refuse: (request: ListRequest) => StationAnswer | null = () => null) {
  const made = await testCentral({ tags });
  const link = made.station.link as TestLink; // Put there by testCentral().
  const lists: ListRequest[] = [];
  const held = { version: 0 };
  link.answer = (request) => {
    if (request.kind === 'getLocalListVersion')
      return { outcome: 'accepted', answer: String(held.version), detail: { listVersion: held.version } };
    if (request.kind !== 'sendLocalList') return accepted;
    lists.push(request);
    const refusal = refuse(request);
    if (refusal) return refusal;
    if (request.update === 'differential' && request.listVersion <= held.version) return refused('VersionMismatch');
    held.version = request.listVersion;
    return accepted;
  };
  const send = async (isFull = false) => {
    await (await sendLocalList(made.central, testPerson, made.station, isFull)).done;
    return localListStatus(made.central, made.station);
  };
  return { ...made, lists, held, send };
}

const limit = ({ central, station }: TestCentral, key: string, value: string) =>
  central.storage.write([keepConfigurationKeys([{ stationId: station.id, key, readonly: 1, value, readAt: testStart }])]);

test('the whole list goes first, then only what changed, with versions that rise', async () => {
  const made = await madeWith(['AA01', 'AA02']);
  expect(await localListStatus(made.central, made.station)).toMatchObject({ state: 'off', version: null, wanted: 2, changes: 2 });
  expect(await made.send()).toMatchObject({ state: 'inStep', version: 1, entries: 2, changes: 0, answer: 'Accepted' });
  await made.addTag({ idTag: 'AA03', parentIdTag: 'GROUP' });
  await made.central.storage.write([statement(db.deleteFrom('tags').where('idTag', '=', 'AA01'))]);
  expect(await localListStatus(made.central, made.station)).toMatchObject({ state: 'behind', version: 1, changes: 2 });
  const page = await localListPage(made.central, testPerson, made.station, { limit: 2 });
  expect(page.rows.map(({ idTag, place }) => [idTag, place])).toEqual([
    ['AA01', 'goes'],
    ['AA02', 'same'],
  ]);
  expect((await localListPage(made.central, testPerson, made.station, { after: page.after ?? '', limit: 2 })).rows).toMatchObject(
    [{ idTag: 'AA03', place: 'missing' }],
  );
  expect(await made.send()).toMatchObject({ state: 'inStep', version: 2, entries: 2 });
  expect(made.lists.map(({ update, listVersion, entries }) => [update, listVersion, entries])).toEqual([
    [
      'full',
      1,
      [
        { idTag: 'AA01', status: 'Accepted' },
        { idTag: 'AA02', status: 'Accepted' },
      ],
    ],
    ['differential', 2, [{ idTag: 'AA01' }, { idTag: 'AA03', status: 'Accepted', parentIdTag: 'GROUP' }]],
  ]);
  await made.close();
});

test('each tag stands there with what Authorize would say; one that is not valid yet is left out', async () => {
  const made = await madeWith([]);
  const day = 86_400_000;
  await made.addTag({ idTag: 'BLOCKED', blocked: true });
  await made.addTag({ idTag: 'EXPIRED', validUntil: testStart - day });
  await made.addTag({ idTag: 'LATER', validFrom: testStart + day });
  await made.addTag({ idTag: 'UNTIL', validUntil: testStart + day });
  await made.addTag({ idTag: 'LONGER-THAN-TWENTY-CHARACTERS' });
  await made.send();
  expect(made.lists[0]?.entries).toEqual([
    { idTag: 'BLOCKED', status: 'Blocked' },
    { idTag: 'EXPIRED', status: 'Expired', expiresAt: testStart - day },
    { idTag: 'UNTIL', status: 'Accepted', expiresAt: testStart + day },
  ]);
  made.clock.advance(2 * day);
  expect(await localListStatus(made.central, made.station)).toMatchObject({ state: 'behind', changes: 2 });
  await made.close();
});

test('an account with rights to other sites only has no place in the list; one without any has', async () => {
  const made = await madeWith([]);
  const { central, siteId } = made;
  const other = await made.central.storage.read.selectFrom('nodes').select('id').where('kind', '=', 'system').executeTakeFirst();
  const owner = (publicId: string) => ({
    ...{ publicId, role: 'evUser', email: `${publicId}@example.org`, passwordHash: '', firstName: publicId, lastName: '' },
    ...{ createdAt: 0, updatedAt: 0, updatedBy: null },
  });
  const sites = { here: [siteId], elsewhere: [other?.id ?? 0], nowhere: [] };
  for (const [publicId, siteIds] of Object.entries(sites)) {
    await central.storage.write([
      insertAccount(owner(publicId)),
      ...(siteIds.length > 0 ? [insertSiteRights(publicId, siteIds)] : []),
    ]);
    await made.addTag({ idTag: publicId });
    const account = db.selectFrom('accounts').select('id').where('publicId', '=', publicId);
    await central.storage.write([
      statement(db.updateTable('tags').set({ accountId: account }).where('idTag', '=', publicId.toUpperCase())),
    ]);
  }
  const emails = async (person: Pick<Person, 'role' | 'scope'>) => {
    const { rows } = await localListPage(central, person, made.station, { limit: 10 });
    expect(rows).toMatchObject([
      { idTag: 'HERE', userName: 'here' },
      { idTag: 'NOWHERE', userName: 'nowhere' },
    ]);
    return rows.map(({ email }) => email);
  };
  expect(await emails(testPerson)).toEqual(['here@example.org', 'nowhere@example.org']);
  // A site administrator manages the accounts of the own sites, a support user none.
  const ownSites = { kind: 'sites', siteIds: new Set([siteId]) } as const;
  expect(await emails({ role: 'siteAdministrator', scope: ownSites })).toEqual(['here@example.org', null]);
  expect(await emails({ role: 'support', scope: { kind: 'all' } })).toEqual([null, null]);
  await made.close();
});

test('a list longer than a message goes in parts: one full, then differential ones', async () => {
  const made = await madeWith(['AA01', 'AA02', 'AA03', 'AA04', 'AA05']);
  await limit(made, 'SendLocalListMaxLength', '2');
  expect(await made.send()).toMatchObject({ state: 'inStep', version: 3, entries: 5, maxPerMessage: 2 });
  expect(made.lists.map(({ update, entries }) => [update, entries.length])).toEqual([
    ['full', 2],
    ['differential', 2],
    ['differential', 1],
  ]);
  await made.close();
});

test('a list longer than the station holds is not sent', async () => {
  const made = await madeWith(['AA01', 'AA02']);
  await limit(made, 'LocalAuthListMaxLength', '1');
  await expect(made.send()).rejects.toMatchObject({ code: 'stationLimit' });
  expect(made.lists).toEqual([]);
  await made.close();
});

describe('FACTS 6.10: what a station answers', () => {
  test.each(['Failed', 'VersionMismatch', 'HashError'])('%s to a differential list: the whole list, once', async (word) => {
    const made = await madeWith(['AA01'], ({ update }) => (update === 'differential' ? refused(word) : null));
    await made.send();
    await made.addTag({ idTag: 'AA02' });
    expect(await made.send()).toMatchObject({ state: 'inStep', entries: 2, version: 3 });
    expect(made.lists.map(({ update }) => update)).toEqual(['full', 'differential', 'full']);
    await made.close();
  });
  test('Failed to the whole list: the state says so, with the word, and what it held still counts', async () => {
    const word = { now: '' };
    const made = await madeWith(['AA01'], () => (word.now === '' ? null : refused(word.now)));
    await made.send();
    await made.addTag({ idTag: 'AA02' });
    word.now = 'Failed';
    expect(await made.send()).toMatchObject({ state: 'failed', answer: 'Failed', version: 1, entries: 1 });
    word.now = '';
    expect(await made.send()).toMatchObject({ state: 'inStep', entries: 2 });
    expect(made.lists.at(-1)?.update).toBe('full');
    await made.close();
  });
  test('NotSupported: the state says so, and it is not asked again with the whole list', async () => {
    const made = await madeWith(['AA01'], () => refused('NotSupported'));
    expect(await made.send()).toMatchObject({ state: 'notSupported', answer: 'NotSupported' });
    expect(made.lists).toHaveLength(1);
    await made.close();
  });
  test('another version than it accepted: it lost its list, and gets it whole', async () => {
    const made = await madeWith(['AA01']);
    await made.send();
    made.held.version = 0;
    await made.addTag({ idTag: 'AA02' });
    expect(await made.send()).toMatchObject({ state: 'inStep', entries: 2 });
    expect(made.lists.map(({ update }) => update)).toEqual(['full', 'full']);
    await made.close();
  });
});

test('on its way the list tells how far it is; then who sent it, and the version that the station told', async () => {
  const seen: unknown[] = [];
  const made = await madeWith(['AA01', 'AA02', 'AA03'], () => {
    seen.push(progressOf(made.station));
    return null;
  });
  await limit(made, 'SendLocalListMaxLength', '2');
  expect(await made.send()).toMatchObject({
    state: 'inStep',
    progress: null,
    triedBy: 'Test Person',
    version: 2,
    toldVersion: 0,
  });
  expect(seen).toEqual([
    { update: 'full', sent: 0, total: 3 },
    { update: 'full', sent: 2, total: 3 },
  ]);
  await made.close();
});

test('a station that tells another version than it accepted has lost its list, until it gets it again', async () => {
  const made = await madeWith(['AA01']);
  await made.send();
  made.held.version = 0;
  made.clock.advance(1000);
  await sendCommand(made.central, testPerson, made.station, { kind: 'getLocalListVersion' });
  const status = () => localListStatus(made.central, made.station);
  await expect.poll(status).toMatchObject({ state: 'lost', version: 1, toldVersion: 0 });
  made.clock.advance(1000);
  expect(await made.send()).toMatchObject({ state: 'inStep', version: 2 });
  await made.close();
});

test('a list that the station has switched off, and one that it does not keep', async () => {
  const made = await madeWith(['AA01']);
  await limit(made, 'LocalAuthListEnabled', 'false');
  expect(await localListStatus(made.central, made.station)).toMatchObject({ state: 'switchedOff', enabled: false });
  await limit(made, 'LocalAuthListEnabled', 'true');
  made.held.version = -1;
  await sendCommand(made.central, testPerson, made.station, { kind: 'getLocalListVersion' });
  const status = () => localListStatus(made.central, made.station);
  await expect.poll(status).toMatchObject({ state: 'notSupported', toldVersion: -1 });
  await made.close();
});

test('entries are found by tag in either form, group and user, or only those that differ', async () => {
  const made = await madeWith(['04A1B2C3', '77712345']);
  await made.send();
  await made.addTag({ idTag: '0499AA00', parentIdTag: 'NIGHT-SHIFT' });
  const found = async (asked: { search?: string; differing?: boolean }) => {
    const page = await localListPage(made.central, testPerson, made.station, { limit: 10, ...asked });
    return page.rows.map(({ idTag }) => idTag);
  };
  expect(await found({ search: 'a1b2' })).toEqual(['04A1B2C3']);
  expect(await found({ search: String(0x04a1b2c3) })).toEqual(['04A1B2C3']);
  expect(await found({ search: (77712345).toString(16) })).toEqual(['77712345']);
  expect(await found({ search: 'night' })).toEqual(['0499AA00']);
  expect(await found({ differing: true })).toEqual(['0499AA00']);
  expect(await found({ search: 'nobody' })).toEqual([]);
  await made.close();
});

test('a list that somebody sends by hand counts too', async () => {
  const made = await madeWith(['AA01']);
  await made.send();
  const entries = [{ idTag: 'ZZ99', status: 'Accepted' as const }];
  await sendCommand(made.central, testPerson, made.station, { kind: 'sendLocalList', update: 'full', listVersion: 9, entries });
  await expect
    .poll(() => localListStatus(made.central, made.station))
    .toMatchObject({ state: 'behind', version: 9, entries: 1, changes: 2 });
  await made.close();
});
