import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forgetOldRefusals } from '../../storage/audit.ts';
import { type TestCentral, testCentral, testPerson } from '../testing.ts';
import { createToken, ensureBootstrapToken, listTokens, revokeToken } from './access-token.ts';
import { createAccount, getAccount, updateAccount } from './accounts.ts';
import { ensureAdministrator } from './first-administrator.ts';
import { changeEmail, changePassword, saveSettings } from './own-account.ts';
import { personOf } from './person-of.ts';
import { foldRefusals, noteRefusal } from './refusals.ts';
import { resetPassword } from './reset-password.ts';
import { endSignIn, openSignIns, signIn, signOut } from './sign-in.ts';

const origin = { address: '192.0.2.9', userAgent: 'Test browser' };
const email = 'anna@example.org';
const password = 'correct horse 1';
const minute = 60_000;

let made: TestCentral;
let accountId: string;
beforeEach(async () => {
  made = await testCentral();
  const account = { role: 'support', email, firstName: 'Anna', lastName: 'Berg', password } as const;
  accountId = (await createAccount(made.central, testPerson, account)).id;
});
afterEach(() => made.close());

const enter = (given = { email, password }) => signIn(made.central, given, origin);
const personBehind = (token: string, active = true) => personOf(made.central, token, origin.address, active);

describe('signing in', () => {
  test('gives a token of 256 bits, of which only the hash is kept', async () => {
    const { token, person } = await enter({ email: 'ANNA@example.org', password });
    expect(person).toMatchObject({ name: 'Anna Berg', role: 'support', scope: { kind: 'all' }, address: origin.address });
    expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(32);
    const rows = await made.central.storage.read.selectFrom('signIns').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice(4));
    const accounts = await made.central.storage.read.selectFrom('accounts').selectAll().execute();
    expect(JSON.stringify(accounts)).not.toContain(password);
  });

  test('is seen in the list of accounts at once', async () => {
    const before = await getAccount(made.central, testPerson, accountId);
    await enter();
    const after = await getAccount(made.central, testPerson, accountId);
    expect([before.lastSeenAt, after.lastSeenAt]).toEqual([null, made.central.clock.now()]);
  });

  test('an unknown address, a wrong password and a blocked account are refused alike', async () => {
    await expect(enter({ email: 'nobody@example.org', password })).rejects.toMatchObject({
      code: 'signInRefused',
      facts: {},
      fields: {},
    });
    await expect(enter({ email, password: 'wrong horse 1' })).rejects.toMatchObject({
      code: 'signInRefused',
      facts: {},
      fields: {},
    });
    await updateAccount(made.central, testPerson, { accountId, version: 1, blocked: true });
    await expect(enter()).rejects.toMatchObject({ code: 'signInRefused', facts: {}, fields: {} });
  });

  test('wrong guesses lock for a while, unknown addresses just the same, and the right password then waits too', async () => {
    for (const account of [email, 'nobody@example.org']) {
      for (let index = 0; index < 3; index++)
        await expect(enter({ email: account, password: 'wrong horse 1' })).rejects.toBeTruthy();
      await expect(enter({ email: account, password })).rejects.toMatchObject({ code: 'signInLocked', facts: { seconds: 1 } });
    }
    made.clock.advance(1000);
    await expect(enter()).resolves.toBeTruthy();
  });

  test('is in the audit log, refused or not', async () => {
    await enter();
    await enter({ email, password: 'wrong horse 1' }).catch(() => {});
    const rows = await made.central.storage.read
      .selectFrom('audit')
      .select(['action', 'actor', 'address'])
      .orderBy('id', 'desc')
      .limit(2)
      .execute();
    expect(rows).toEqual([
      { action: 'account.signInRefused', actor: '', address: origin.address },
      { action: 'account.signIn', actor: 'Anna Berg', address: origin.address },
    ]);
  });
});

describe('refused sign-ins in the audit log', () => {
  const refused = () =>
    made.central.storage.read
      .selectFrom('audit')
      .select(['subject', 'address', 'accountId', 'after'])
      .where('action', '=', 'account.signInRefused')
      .orderBy('id')
      .execute();
  const guess = (address: string, of = email) =>
    signIn(made.central, { email: of, password: 'wrong horse 1' }, { ...origin, address }).catch(() => {});

  test('the first is there at once; what follows within the hour is one entry more, with its count', async () => {
    const began = made.clock.now();
    await guess('192.0.2.50');
    expect(await refused()).toEqual([{ subject: email, address: '192.0.2.50', accountId: expect.any(Number), after: null }]);
    for (let index = 0; index < 4; index++) {
      made.clock.advance(minute);
      await guess('192.0.2.50');
    }
    const until = made.clock.now();
    await guess('192.0.2.51');
    expect(await refused()).toHaveLength(2);
    made.clock.advance(60 * minute);
    await foldRefusals(made.central);
    const rows = await refused();
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatchObject({ subject: email, address: '192.0.2.50' });
    expect(JSON.parse(rows[2]?.after ?? '')).toEqual({ count: 4, since: began, until });
  });

  test('made-up accounts from everywhere are few entries, and cannot hide a guess at one that exists', async () => {
    for (let index = 0; index < 300; index++)
      await noteRefusal(made.central, null, `nobody${index}@example.org`, `198.51.100.${index % 250}`);
    await guess('192.0.2.50');
    await foldRefusals(made.central, true);
    const rows = await refused();
    expect(rows).toHaveLength(102);
    expect(rows.map(({ subject }) => subject)).toContain(email);
    const rest = JSON.parse(rows.at(-1)?.after ?? '');
    expect([rest.count, rest.accounts.length, rest.addresses.length]).toEqual([200, 20, 20]);
  });

  test('only the newest are kept, and nothing else is ever forgotten', async () => {
    const { storage } = made.central;
    const others = async () => (await storage.read.selectFrom('audit').select('id').execute()).length - (await refused()).length;
    for (let index = 0; index < 30; index++) await noteRefusal(made.central, null, `nobody${index}@example.org`, '192.0.2.60');
    const before = await others();
    await storage.write([forgetOldRefusals('account.signInRefused', 10)]);
    expect((await refused()).map(({ subject }) => subject)).toEqual(
      Array.from({ length: 10 }, (_, index) => `nobody${index + 20}@example.org`),
    );
    expect(await others()).toBe(before);
  });
});

describe('a sign-in session', () => {
  test('ends after 30 minutes without use; use puts that off, an open stream does not', async () => {
    const { token } = await enter();
    for (let index = 0; index < 4; index++) {
      made.clock.advance(29 * minute);
      expect(await personBehind(token)).not.toBeNull();
    }
    made.clock.advance(20 * minute);
    expect(await personBehind(token, false)).not.toBeNull();
    made.clock.advance(10 * minute);
    expect(await personBehind(token, false)).toBeNull();
    expect(await personBehind(token)).toBeNull();
  });

  test('ends after 12 hours, however much it is used', async () => {
    const { token } = await enter();
    for (let index = 0; index < 12 * 4 - 1; index++) {
      made.clock.advance(15 * minute);
      expect(await personBehind(token)).not.toBeNull();
    }
    made.clock.advance(15 * minute);
    expect(await personBehind(token)).toBeNull();
  });

  test('survives a restart of the daemon', async () => {
    const { token } = await enter();
    const again = await made.restart();
    expect(await personOf(again.central, token, origin.address, true)).toMatchObject({ email });
  });

  test('is listed, and can be ended from another one, at once', async () => {
    const { person } = await enter();
    const other = await enter();
    const listed = await openSignIns(made.central, person);
    expect(listed.map((one) => one.current).toSorted()).toEqual([false, true]);
    expect(listed[0]).toMatchObject({ address: origin.address, userAgent: origin.userAgent });
    const id = listed.find((one) => !one.current)?.id ?? '';
    await endSignIn(made.central, person, id);
    expect(await personBehind(other.token)).toBeNull();
    expect(made.published).toContainEqual({ kind: 'signIn.ended', signInId: other.person.signInId });
  });

  test('cannot end one of somebody else', async () => {
    const { person } = await enter();
    await createAccount(made.central, testPerson, {
      role: 'support',
      email: 'b@example.org',
      firstName: '',
      lastName: '',
      password,
    });
    const other = await enter({ email: 'b@example.org', password });
    const [theirs] = await openSignIns(made.central, other.person);
    await endSignIn(made.central, person, theirs?.id ?? '');
    expect(await personBehind(other.token)).not.toBeNull();
  });

  test('is worth nothing after signing out', async () => {
    const { token, person } = await enter();
    await signOut(made.central, person);
    expect(await personBehind(token)).toBeNull();
  });

  test('R17: a new role, a block and a removal reach open sessions', async () => {
    const { token } = await enter();
    await updateAccount(made.central, testPerson, { accountId, version: 1, role: 'administrator' });
    expect(await personBehind(token)).toBeNull();
    const again = await enter();
    expect(again.person.role).toBe('administrator');
    await createAccount(made.central, testPerson, {
      role: 'administrator',
      email: 'c@example.org',
      firstName: '',
      lastName: '',
      password,
    });
    await updateAccount(made.central, testPerson, { accountId, version: 2, blocked: true });
    expect(await personBehind(again.token)).toBeNull();
  });

  test('R17: what another process changed holds within a second', async () => {
    const { token } = await enter();
    await made.central.storage.write([{ sql: 'DELETE FROM signIns', parameters: [] }]);
    made.clock.advance(1000);
    expect(await personBehind(token)).toBeNull();
  });
});

describe('the own account', () => {
  test('a new password ends all other sessions and is the one that counts', async () => {
    const here = await enter();
    const elsewhere = await enter();
    await changePassword(made.central, here.person, { oldPassword: password, newPassword: 'another horse 2' });
    expect(await personBehind(here.token)).not.toBeNull();
    expect(await personBehind(elsewhere.token)).toBeNull();
    await expect(enter()).rejects.toMatchObject({ code: 'signInRefused' });
    await expect(enter({ email, password: 'another horse 2' })).resolves.toBeTruthy();
  });

  test('a new password is refused when the old one is wrong, weak ones, and the same one', async () => {
    const { person } = await enter();
    const change = (oldPassword: string, newPassword: string) =>
      changePassword(made.central, person, { oldPassword, newPassword });
    await expect(change('wrong horse 1', 'another horse 2')).rejects.toMatchObject({
      code: 'passwordWrong',
      fields: { oldPassword: 'wrong' },
    });
    await expect(change(password, 'short1')).rejects.toMatchObject({
      code: 'passwordTooWeak',
      fields: { newPassword: 'tooShort' },
    });
    await expect(change(password, password)).rejects.toMatchObject({ code: 'passwordTooWeak', fields: { newPassword: 'same' } });
  });

  test('R18: guessing the old password runs into the same limit', async () => {
    const { person } = await enter();
    const guess = () => changePassword(made.central, person, { oldPassword: 'wrong horse 1', newPassword: 'another horse 2' });
    for (let index = 0; index < 3; index++) await expect(guess()).rejects.toMatchObject({ code: 'passwordWrong' });
    await expect(guess()).rejects.toMatchObject({ code: 'signInLocked' });
    await expect(enter()).rejects.toMatchObject({ code: 'signInLocked' });
  });

  test('a new address is unique, whatever its capitals', async () => {
    await createAccount(made.central, testPerson, {
      role: 'support',
      email: 'b@example.org',
      firstName: '',
      lastName: '',
      password,
    });
    const { person } = await enter();
    await expect(changeEmail(made.central, person, { email: 'B@example.org', password })).rejects.toMatchObject({
      ...{ code: 'emailTaken', fields: { email: 'taken' } },
    });
    await changeEmail(made.central, person, { email: 'anna.berg@example.org', password });
    await expect(enter({ email: 'anna.berg@example.org', password })).resolves.toBeTruthy();
  });

  test('settings keep what is not given, and refuse a zone that is none', async () => {
    const { person } = await enter();
    await saveSettings(made.central, person, { language: 'nb', timeZone: 'Europe/Oslo' });
    await saveSettings(made.central, person, { theme: 'dark' });
    const row = await made.central.storage.read
      .selectFrom('accounts')
      .select(['language', 'theme', 'timeZone'])
      .executeTakeFirst();
    expect(row).toEqual({ language: 'nb', theme: 'dark', timeZone: 'Europe/Oslo' });
    await expect(saveSettings(made.central, person, { timeZone: 'Mars/Base' })).rejects.toMatchObject({
      fields: { timeZone: 'timeZone' },
    });
  });
});

describe('the first administrator', () => {
  test('has a one-time password that must be changed, and is made once', async () => {
    const first = await ensureAdministrator(made.central);
    expect(first).not.toBeNull();
    expect(await ensureAdministrator(made.central)).toBeNull();
    const { person } = await enter(first ?? { email, password });
    expect(person).toMatchObject({ role: 'administrator', mustChangePassword: true });
    await changePassword(made.central, person, { oldPassword: first?.password ?? '', newPassword: 'my own word 7' });
    const again = await enter({ email: first?.email ?? '', password: 'my own word 7' });
    expect(again.person.mustChangePassword).toBe(false);
  });

  test('who lost the password gets a one-time one, and every session ends', async () => {
    const { token } = await enter();
    const fresh = await resetPassword(made.central, email);
    expect(await personBehind(token)).toBeNull();
    expect((await enter({ email, password: fresh })).person.mustChangePassword).toBe(true);
    await expect(resetPassword(made.central, 'nobody@example.org')).rejects.toMatchObject({ code: 'accountUnknown' });
  });
});

describe('access tokens', () => {
  const input = { name: 'script', role: 'support', expiresAt: null } as const;

  test('are shown once, stored hashed, act for their role, and end when revoked', async () => {
    const { token, accessToken } = await createToken(made.central, testPerson, input);
    const rows = await made.central.storage.read.selectFrom('accessTokens').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token.slice(4));
    expect(await personBehind(token)).toMatchObject({ role: 'support', name: 'script', accountId: null });
    await revokeToken(made.central, testPerson, accessToken.id);
    expect(await personBehind(token)).toBeNull();
    expect(await listTokens(made.central)).toEqual([]);
    await expect(revokeToken(made.central, testPerson, accessToken.id)).rejects.toMatchObject({ code: 'tokenUnknown' });
  });

  test('end at their time', async () => {
    const { token } = await createToken(made.central, testPerson, { ...input, expiresAt: made.clock.now() + minute });
    made.clock.advance(minute - 1);
    expect(await personBehind(token)).not.toBeNull();
    made.clock.advance(1);
    expect(await personBehind(token)).toBeNull();
    const past = createToken(made.central, testPerson, { ...input, expiresAt: made.clock.now() });
    await expect(past).rejects.toMatchObject({ fields: { expiresAt: 'past' } });
  });

  test('the bootstrap token works again after a restart, and another one takes its place', async () => {
    await ensureBootstrapToken(made.central, 'a'.repeat(40));
    await ensureBootstrapToken(made.central, 'a'.repeat(40));
    expect(await listTokens(made.central)).toHaveLength(1);
    expect(await personBehind('a'.repeat(40))).toMatchObject({ role: 'administrator' });
    await ensureBootstrapToken(made.central, 'b'.repeat(40));
    made.clock.advance(1000);
    expect(await personBehind('a'.repeat(40))).toBeNull();
    expect(await personBehind('b'.repeat(40))).not.toBeNull();
    // Going back to the first one is a token anew.
    await ensureBootstrapToken(made.central, 'a'.repeat(40));
    expect(await personBehind('a'.repeat(40))).not.toBeNull();
    const [bootstrap] = await listTokens(made.central);
    await revokeToken(made.central, testPerson, bootstrap?.id ?? '');
    await ensureBootstrapToken(made.central, 'a'.repeat(40));
    expect(await personBehind('a'.repeat(40))).toBeNull();
  });
});
