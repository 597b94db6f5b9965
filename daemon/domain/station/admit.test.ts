import { describe, expect, test } from 'vitest';
import { type TestStation, testCentral } from '../testing.ts';
import { admit, type Knock } from './admit.ts';
import { hashKey } from './key.ts';

const key = '0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF';

const knock = (over: Partial<Knock> = {}): Knock => ({
  chargeBoxId: 'CB-1',
  user: null,
  password: null,
  secure: false,
  address: '192.0.2.10',
  protocol: 'OCPP 1.6J',
  ...over,
});
const given = (password: string | Buffer, over: Partial<Knock> = {}) =>
  knock({ user: 'CB-1', password: Buffer.isBuffer(password) ? password : Buffer.from(password), ...over });
const made = (station: TestStation) => testCentral({ station: { isOnline: false, ...station } });

describe('R14: no station without its credential', () => {
  const wrong = 'FFFF020304050607FFFFFFFFFFFFFFFFFFFFFFFF';
  const cells: [0 | 1 | 2 | 3, boolean, string, Partial<Knock>, string][] = [];
  for (const secure of [false, true]) {
    const none = {};
    const right = { user: 'CB-1', password: Buffer.from(key, 'hex') };
    const bad = { user: 'CB-1', password: Buffer.from(wrong, 'hex') };
    const other = { user: 'CB-2', password: Buffer.from(key, 'hex') };
    cells.push(
      [0, secure, 'nothing', none, 'unproven'],
      [0, secure, 'right key', right, 'proven'],
      [0, secure, 'wrong key', bad, 'unproven'],
    );
    for (const profile of [1, 2] as const) {
      const refused = profile === 2 && !secure ? 'profile' : 'credentials';
      cells.push([profile, secure, 'nothing', none, refused], [profile, secure, 'wrong key', bad, refused]);
      cells.push([profile, secure, "other's name", other, refused]);
      cells.push([profile, secure, 'right key', right, profile === 2 && !secure ? 'profile' : 'proven']);
      cells.push([profile, secure, 'empty key', { user: 'CB-1', password: Buffer.alloc(0) }, refused]);
    }
    cells.push([3, secure, 'right key', right, 'profile'], [3, secure, 'nothing', none, 'profile']);
  }
  test.each(cells)('profile %i, TLS %s, %s', async (securityProfile, secure, _name, credentials, expected) => {
    const { central, close } = await made({ securityProfile, password: key });
    const admission = await admit(central, knock({ secure, ...credentials }));
    const found = 'refused' in admission ? admission.refused : admission.keyProven ? 'proven' : 'unproven';
    expect(found).toBe(expected);
    await close();
  });
  test('a station without a password set lets nobody in where its profile needs one', async () => {
    const { central, close } = await made({ securityProfile: 1 });
    expect(await admit(central, given(''))).toEqual({ refused: 'credentials' });
    await close();
  });
});

test('FIELD 16: a key is accepted as bytes, as hex in both cases, and as text; as nothing else', async () => {
  const { central, close } = await made({ securityProfile: 1, password: key });
  for (const form of [Buffer.from(key, 'hex'), key, key.toLowerCase()])
    expect(await admit(central, given(form))).toMatchObject({ keyProven: true });
  expect(await admit(central, given(key.slice(2)))).toEqual({ refused: 'credentials' });
  await close();
  const text = await made({ securityProfile: 1, password: 'Blåbær og fløte' });
  expect(await admit(text.central, given('Blåbær og fløte'))).toMatchObject({ keyProven: true });
  expect(await admit(text.central, given('blåbær og fløte'))).toEqual({ refused: 'credentials' });
  await text.close();
});

test('FIELD 15: identity is matched without regard to letter case', async () => {
  const { central, station, close } = await made({ securityProfile: 1, password: key });
  expect(await admit(central, given(key, { chargeBoxId: 'cb-1', user: 'Cb-1' }))).toMatchObject({ station });
  await close();
});

test('A1: a stranger is refused and listed as seen; the list is bounded and shows nothing that cannot be shown', async () => {
  const { central, clock, published, close } = await made({});
  for (let index = 0; index < 1010; index++) {
    clock.advance(61_000);
    expect(await admit(central, knock({ chargeBoxId: `X-${index}`, address: '192.0.2.66' }))).toEqual({ refused: 'unknown' });
  }
  expect(await admit(central, knock({ chargeBoxId: 'X\u0000Y', address: '192.0.2.67' }))).toEqual({ refused: 'unknown' });
  const seen = await central.storage.read.selectFrom('seenStations').select('chargeBoxId').orderBy('lastAt').execute();
  expect(seen).toHaveLength(1000);
  expect(seen.at(-1)?.chargeBoxId).toBe('X-1009');
  expect(published.some(({ kind }) => kind === 'stations.seen')).toBe(true);
  await close();
});

test('A3: who guesses is refused, the station at its own address never is', async () => {
  const { central, station, clock, close } = await made({ securityProfile: 1, password: key });
  station.address = '192.0.2.10';
  const answers = new Set<string>();
  for (let guess = 0; guess < 200; guess++) {
    const admission = await admit(central, given(`guess ${guess}`, { address: '203.0.113.5' }));
    if ('refused' in admission) answers.add(admission.refused);
    if (guess % 50 === 0) expect(await admit(central, given(key))).toMatchObject({ keyProven: true });
  }
  expect([...answers]).toEqual(['credentials', 'tooMany']);
  expect(await admit(central, given(key, { address: '203.0.113.5' }))).toEqual({ refused: 'tooMany' });
  expect(await admit(central, given(key, { address: '203.0.113.6' }))).toMatchObject({ keyProven: true });
  clock.advance(20 * 60_000);
  expect(await admit(central, given(key, { address: '203.0.113.5' }))).toMatchObject({ keyProven: true });
  await close();
});

test('R7: a station that comes more than 15 times a minute waits five minutes; others do not', async () => {
  const { central, addStation, clock, close } = await made({});
  await addStation({ chargeBoxId: 'CB-2', isOnline: false });
  for (let connection = 0; connection < 15; connection++) expect(await admit(central, knock())).toHaveProperty('station');
  expect(await admit(central, knock())).toEqual({ refused: 'tooMany' });
  expect(await admit(central, knock({ chargeBoxId: 'CB-2' }))).toHaveProperty('station');
  expect(await admit(central, knock({ address: '192.0.2.11' }))).toHaveProperty('station');
  clock.advance(4 * 60_000);
  expect(await admit(central, knock())).toEqual({ refused: 'tooMany' });
  clock.advance(61_000);
  expect(await admit(central, knock())).toHaveProperty('station');
  await close();
});

test('R16: beside a new key the old one is accepted until the new one is used, and never after', async () => {
  const { central, station, restart, close } = await made({ securityProfile: 1, password: key });
  const fresh = 'AABBCCDDEEFF00112233445566778899AABBCCDD';
  station.pendingKey = hashKey(fresh);
  expect(await admit(central, given(key))).toMatchObject({ keyProven: true });
  expect(await admit(central, given(Buffer.from(fresh, 'hex')))).toMatchObject({ keyProven: true });
  expect(await admit(central, given(key))).toEqual({ refused: 'credentials' });
  const again = await restart();
  expect(await admit(again.central, given(key))).toEqual({ refused: 'credentials' });
  expect(await admit(again.central, given(fresh))).toMatchObject({ keyProven: true });
  await close();
});

test('FIELD 16: why a known station was refused is in its history, without its password', async () => {
  const { central, close } = await made({ securityProfile: 2, password: key });
  await admit(central, given(key));
  await admit(central, given('secret-guess', { secure: true }));
  const events = await central.storage.read
    .selectFrom('events')
    .select(['kind', 'data'])
    .where('kind', '=', 'station.refused')
    .execute();
  expect(events.map(({ data }) => JSON.parse(data).refused)).toEqual(['profile', 'credentials']);
  expect(JSON.stringify(events)).not.toContain('secret-guess');
  await close();
});
