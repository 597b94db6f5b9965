import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSession } from '../session/start.ts';
import { type TestCentral, testCentral, testPerson } from '../testing.ts';
import { createNode } from '../topology/create.ts';
import type { LiveNode } from '../topology/live-tree.ts';
import { createAccount, getAccount, listAccounts, removeAccount, updateAccount } from './accounts.ts';
import type { Person } from './person.ts';
import { createTag, listTags, removeTag, updateTag } from './tags.ts';

const password = 'correct horse 1';
const given = { role: 'evUser', firstName: 'Eva', lastName: 'Vik', password } as const;

let made: TestCentral;
let own: LiveNode;
let foreign: LiveNode;
let siteAdministrator: Person;
beforeEach(async () => {
  made = await testCentral();
  const site = made.central.tree.byId(made.siteId);
  if (!site) throw new Error('no site');
  own = site;
  const parentId = made.central.tree.root().publicId;
  foreign = await createNode(made.central, testPerson, { parentId, kind: 'site', name: 'Foreign' });
  siteAdministrator = { ...testPerson, role: 'siteAdministrator', scope: { kind: 'sites', siteIds: new Set([own.id]) } };
});
afterEach(() => made.close());

const create = (email: string, siteIds: string[] = [], person = testPerson) =>
  createAccount(made.central, person, { ...given, email, siteIds });

describe('accounts', () => {
  test('an address belongs to one account', async () => {
    await create('eva@example.org');
    await expect(create('EVA@example.org')).rejects.toMatchObject({ code: 'emailTaken', fields: { email: 'taken' } });
  });

  test('of two edits of the same version the second is refused, and told by whom and when', async () => {
    const { id, version } = await create('eva@example.org');
    const edits = [1, 2, 3].map((index) =>
      updateAccount(
        made.central,
        { ...testPerson, name: `Editor ${index}` },
        { accountId: id, version, firstName: `Eva ${index}` },
      ),
    );
    const outcomes = await Promise.allSettled(edits);
    const won = outcomes.findIndex((outcome) => outcome.status === 'fulfilled');
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') continue;
      const facts = { by: `Editor ${won + 1}`, at: made.clock.now(), version: version + 1 };
      expect(outcome.reason).toMatchObject({ code: 'changedMeanwhile', facts });
    }
    expect(await getAccount(made.central, testPerson, id)).toMatchObject({ firstName: `Eva ${won + 1}`, version: version + 1 });
    await expect(removeAccount(made.central, testPerson, id, version)).rejects.toMatchObject({ code: 'changedMeanwhile' });
    const [last] = await made.central.storage.read.selectFrom('audit').select('action').orderBy('id', 'desc').limit(1).execute();
    expect(last?.action).toBe('users.update');
  });

  test('the last administrator can neither go, nor be blocked, nor become something else, not even by two at once', async () => {
    const administrators = await Promise.all(
      ['a@example.org', 'b@example.org'].map((email) =>
        createAccount(made.central, testPerson, { ...given, role: 'administrator', email }),
      ),
    );
    const outcomes = await Promise.allSettled(administrators.map((one) => removeAccount(made.central, testPerson, one.id, 1)));
    expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const last = administrators[outcomes.findIndex((outcome) => outcome.status === 'rejected')];
    const accountId = last?.id ?? '';
    await expect(removeAccount(made.central, testPerson, accountId, 1)).rejects.toMatchObject({ code: 'lastAdministrator' });
    for (const change of [{ blocked: true }, { role: 'support' as const }]) {
      const update = updateAccount(made.central, testPerson, { accountId, version: 1, ...change });
      await expect(update).rejects.toMatchObject({ code: 'lastAdministrator' });
    }
  });

  test('M12: what a removed account charged stays, without the name', async () => {
    const { id } = await create('eva@example.org');
    await createTag(made.central, testPerson, { idTag: 'AB12CD34', accountId: id });
    await startSession(made.central, made.station, {
      ...{ connectorId: 1, idTag: 'AB12CD34', startedAt: made.clock.now(), meterStartWh: 0, reservationId: null },
    });
    const [session] = await made.central.storage.read.selectFrom('sessions').selectAll().execute();
    expect(session?.accountId).not.toBeNull();
    expect(await removeAccount(made.central, testPerson, id, 1)).toBe(1);
    const [after] = await made.central.storage.read.selectFrom('sessions').selectAll().execute();
    expect(after).toMatchObject({ accountId: null, tagId: null, idTag: 'AB12CD34' });
    expect(await listTags(made.central, testPerson, { limit: 10 })).toEqual([]);
    await expect(getAccount(made.central, testPerson, id)).rejects.toMatchObject({ code: 'accountUnknown' });
  });

  test('are found by name, address and tag, in pages', async () => {
    for (let index = 0; index < 5; index++) await create(`user${index}@example.org`);
    const { rows } = await listAccounts(made.central, testPerson, { limit: 10 });
    await createTag(made.central, testPerson, { idTag: '04A1B2C3', accountId: rows[2]?.id ?? '' });
    const found = async (search: string) =>
      (await listAccounts(made.central, testPerson, { search, limit: 10 })).rows.map((row) => row.email);
    expect(await found('user1')).toEqual(['user1@example.org']);
    expect(await found('eva vik')).toHaveLength(5);
    expect(await found('04a1')).toEqual(['user2@example.org']);
    expect(await found('%')).toEqual([]);
    const first = await listAccounts(made.central, testPerson, { limit: 3 });
    const second = await listAccounts(made.central, testPerson, { limit: 3, after: first.after ?? '' });
    expect([...first.rows, ...second.rows].map((row) => row.email)).toEqual(rows.map((row) => row.email));
    expect([first.total, second.after]).toEqual([5, null]);
  });

  test('å, ä, ö, æ and ø are the same letter in either case, in names and labels', async () => {
    const found = async (search: string) =>
      (await listAccounts(made.central, testPerson, { search, limit: 10 })).rows.map((row) => row.email);
    const asa = { ...given, email: 'asa@example.org', siteIds: [], firstName: 'Åsa', lastName: 'ØVERÅS' };
    await createAccount(made.central, testPerson, asa);
    expect(await found('åsa øver')).toEqual(['asa@example.org']);
    await createTag(made.central, testPerson, { idTag: 'AA000001', label: 'Bærum' });
    const tags = async (search: string) =>
      (await listTags(made.central, testPerson, { search, limit: 10 })).map((tag) => tag.idTag);
    expect(await tags('BÆR')).toEqual(['AA000001']);
  });

  test('a site administrator without a site, and sites for a role that has none, are refused', async () => {
    const wrong = (role: 'siteAdministrator' | 'support', siteIds: string[]) =>
      createAccount(made.central, testPerson, { ...given, role, email: 'x@example.org', siteIds });
    await expect(wrong('siteAdministrator', [])).rejects.toMatchObject({ fields: { siteIds: 'required' } });
    await expect(wrong('support', [own.publicId])).rejects.toMatchObject({ fields: { siteIds: 'notForRole' } });
    await expect(wrong('siteAdministrator', [made.station.publicId])).rejects.toMatchObject({
      fields: { 'siteIds.0': 'unknown' },
    });
  });
});

describe('a site administrator', () => {
  test('makes EV users of own sites, and nobody else', async () => {
    const user = await create('eva@example.org', [own.publicId], siteAdministrator);
    expect(user).toMatchObject({ role: 'evUser', siteIds: [own.publicId] });
    await expect(create('b@example.org', [foreign.publicId], siteAdministrator)).rejects.toMatchObject({ code: 'nodeUnknown' });
    await expect(create('b@example.org', [], siteAdministrator)).rejects.toMatchObject({ fields: { siteIds: 'required' } });
    const asOther = createAccount(made.central, siteAdministrator, { ...given, role: 'support', email: 'b@example.org' });
    await expect(asOther).rejects.toMatchObject({ code: 'rightMissing' });
    const raised = updateAccount(made.central, siteAdministrator, {
      accountId: user.id,
      version: 1,
      role: 'administrator',
      siteIds: [],
    });
    await expect(raised).rejects.toMatchObject({ code: 'rightMissing' });
  });

  test('sees nobody of other sites, and of a shared EV user only the own site', async () => {
    await create('foreign@example.org', [foreign.publicId]);
    await createAccount(made.central, testPerson, {
      ...given,
      role: 'siteAdministrator',
      email: 'sa@example.org',
      siteIds: [own.publicId],
    });
    await create('none@example.org');
    const shared = await create('shared@example.org', [own.publicId, foreign.publicId]);
    const { rows, total } = await listAccounts(made.central, siteAdministrator, { limit: 10 });
    expect(rows.map((row) => [row.email, row.siteIds])).toEqual([['shared@example.org', [own.publicId]]]);
    expect(total).toBe(1);
    expect((await listAccounts(made.central, siteAdministrator, { limit: 10, role: 'siteAdministrator' })).rows).toEqual([]);

    const change = { accountId: shared.id, version: 1 };
    await expect(updateAccount(made.central, siteAdministrator, { ...change, password })).rejects.toMatchObject({
      code: 'rightMissing',
    });
    await expect(removeAccount(made.central, siteAdministrator, shared.id, 1)).rejects.toMatchObject({ code: 'rightMissing' });
    // Letting go of the own site leaves the other one as it was.
    expect((await updateAccount(made.central, siteAdministrator, { ...change, siteIds: [] })).siteIds).toEqual([]);
    await expect(getAccount(made.central, siteAdministrator, shared.id)).rejects.toMatchObject({ code: 'accountUnknown' });
    expect((await getAccount(made.central, testPerson, shared.id)).siteIds).toEqual([foreign.publicId]);
  });

  test('manages the tags of own EV users only', async () => {
    const mine = await create('eva@example.org', [own.publicId]);
    const theirs = await create('other@example.org', [foreign.publicId]);
    const tag = await createTag(made.central, siteAdministrator, { idTag: 'ab12cd34', accountId: mine.id });
    expect(tag).toMatchObject({ idTag: 'AB12CD34', decimal: '2870136116', userName: 'Eva Vik' });
    await expect(createTag(made.central, siteAdministrator, { idTag: 'X1' })).rejects.toMatchObject({
      fields: { accountId: 'required' },
    });
    const foreignTag = await createTag(made.central, testPerson, { idTag: 'FF12CD34', accountId: theirs.id });
    for (const attempt of [
      createTag(made.central, siteAdministrator, { idTag: 'X1', accountId: theirs.id }),
      updateTag(made.central, siteAdministrator, { tagId: tag.id, accountId: theirs.id }),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'accountUnknown' });
    for (const attempt of [
      updateTag(made.central, siteAdministrator, { tagId: foreignTag.id, blocked: true }),
      removeTag(made.central, siteAdministrator, foreignTag.id),
    ])
      await expect(attempt).rejects.toMatchObject({ code: 'tagUnknown' });
    expect((await listTags(made.central, siteAdministrator, { limit: 10 })).map((one) => one.idTag)).toEqual(['AB12CD34']);
  });
});

describe('tags', () => {
  test('one that somebody has is refused, and its owner named to those who may know', async () => {
    const mine = await create('eva@example.org', [own.publicId]);
    const theirs = await create('other@example.org', [foreign.publicId]);
    await createTag(made.central, testPerson, { idTag: '04A1B2C3', accountId: theirs.id });
    const again = (person: Person, idTag: string) => createTag(made.central, person, { idTag, accountId: mine.id });
    await expect(again(testPerson, '04a1b2c3')).rejects.toMatchObject({
      code: 'tagTaken',
      facts: { owner: 'Eva Vik' },
      fields: { idTag: 'taken' },
    });
    await expect(again(siteAdministrator, '04a1b2c3')).rejects.toMatchObject({ code: 'tagTaken', facts: { owner: '' } });
    // The number printed on the card, and the bytes in reverse, are the same card.
    await expect(again(testPerson, String(0x04a1b2c3))).rejects.toMatchObject({ code: 'tagTaken' });
    await expect(again(testPerson, 'C3B2A104')).rejects.toMatchObject({ code: 'tagTaken' });
  });

  test('what is not given of a tag stays', async () => {
    const tag = await createTag(made.central, testPerson, { idTag: '04A1B2C3', label: 'Key ring', validUntil: 5 });
    const changed = await updateTag(made.central, testPerson, { tagId: tag.id, blocked: true });
    expect(changed).toMatchObject({ label: 'Key ring', validUntil: 5, blocked: true, accountId: null, userName: null });
    await removeTag(made.central, testPerson, tag.id);
    await expect(updateTag(made.central, testPerson, { tagId: tag.id })).rejects.toMatchObject({ code: 'tagUnknown' });
  });
});
