import { afterEach, describe, expect, test } from 'vitest';
import type { Provision } from '../../../shared/provision.ts';
import { db } from '../../storage/db.ts';
import { type TestCentral, testCentral } from '../testing.ts';
import { provision } from './provision.ts';
import { ProvisionRefused, readProvision } from './provision-file.ts';

const open: TestCentral[] = [];
async function central() {
  const made = await testCentral();
  open.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

const rfid = (connectorId: number) => ({ connectorId, mode: 'RFID' as const });
const file: Provision = {
  system: { name: 'Harbour' },
  sites: [
    {
      name: 'North',
      address: { text: 'Kaien 1, Bergen', latitude: 60.39, longitude: 5.32 },
      timeZone: 'Europe/Oslo',
      floors: [
        { name: 'P1', stations: [{ name: 'A', chargeBoxId: 'N-1', password: 'secret-key', outlets: [rfid(1), rfid(2)] }] },
      ],
      stations: [{ name: 'B', chargeBoxId: 'RDAM 123', outlets: [{ connectorId: 1, plug: 'ccs', mode: 'OPEN' }] }],
      controllers: [{ name: 'Switch' }],
    },
    { name: 'South', floors: [{ name: 'P1' }] },
  ],
  users: [
    { role: 'administrator', email: 'ada@example.org', password: 'lovelace1', firstName: 'Ada', lastName: 'L' },
    {
      role: 'siteAdministrator',
      email: 'sid@example.org',
      password: 'northern1',
      firstName: 'Sid',
      lastName: 'N',
      sites: ['north'],
    },
    {
      role: 'evUser',
      email: 'eva@example.org',
      password: 'drives-2026',
      firstName: 'Eva',
      lastName: 'V',
      sites: ['South'],
      rfid: ['04a1b2c3', '1234567890'],
    },
  ],
};

describe('a provision file', () => {
  test('makes sites, floors, stations, controllers, outlets, users and tags', async () => {
    const { central: it } = await central();
    expect(await provision(it, file)).toEqual({
      sites: 2,
      floors: 2,
      stations: 2,
      controllers: 1,
      outlets: 3,
      users: 3,
      tags: 2,
    });

    const station = it.stations.byChargeBoxId('n-1');
    expect(station).toMatchObject({ chargeBoxId: 'N-1', securityProfile: 1, timeZone: 'Europe/Oslo' });
    expect([...(station?.connectors.keys() ?? [])]).toEqual([1, 2]);
    expect(it.stations.byChargeBoxId('RDAM 123')).toMatchObject({ securityProfile: 0, key: null });
    const names = [...it.tree.walk()].map((node) => `${node.kind} ${node.name}`);
    expect(names).toEqual(
      expect.arrayContaining(['system Harbour', 'floor P1', 'station A', 'outlet Outlet 2', 'controller Switch']),
    );
    const tags = await it.storage.read.selectFrom('tags').select('idTag').orderBy('idTag').execute();
    expect(tags.map((tag) => tag.idTag)).toEqual(['04A1B2C3', '1234567890']);
    expect(await it.storage.read.selectFrom('siteRights').selectAll().execute()).toHaveLength(2);
  });

  test('changes nothing when it is applied again, and what a restart loads is the same', async () => {
    const made = await central();
    await provision(made.central, file);
    const before = await everything(made);
    const none = { sites: 0, floors: 0, stations: 0, controllers: 0, outlets: 0, users: 0, tags: 0 };
    expect(await provision(made.central, file)).toEqual(none);
    expect(await everything(made)).toEqual(before);

    const shape = ({ central: it }: Pick<TestCentral, 'central'>) =>
      [...it.tree.walk()].map(({ id, kind, name, key, siteId, position, total }) => ({
        id,
        kind,
        name,
        key,
        siteId,
        position,
        total,
      }));
    const again = await made.restart();
    const byId = (a: { id: number }, b: { id: number }) => a.id - b.id;
    expect(shape(again).sort(byId)).toEqual(shape(made).sort(byId));
    expect(await provision(again.central, file)).toEqual(none);
  });

  test('adds what is new in it to what is there', async () => {
    const { central: it } = await central();
    await provision(it, file);
    const more = structuredClone(file);
    more.sites?.[0]?.floors?.[0]?.stations?.[0]?.outlets.push(rfid(3));
    more.sites?.[1]?.floors?.push({ name: 'P2', stations: [{ name: 'C', chargeBoxId: 'S-1', outlets: [rfid(1)] }] });
    more.users?.[2]?.sites?.push('North');
    more.users?.[2]?.rfid?.push('FREUND');
    expect(await provision(it, more)).toEqual({
      sites: 0,
      floors: 1,
      stations: 1,
      controllers: 0,
      outlets: 2,
      users: 0,
      tags: 1,
    });
    expect(it.stations.byChargeBoxId('N-1')?.connectors.size).toBe(3);
    expect(await it.storage.read.selectFrom('siteRights').selectAll().execute()).toHaveLength(3);
  });

  test('leaves alone what people have changed since', async () => {
    const { central: it } = await central();
    await provision(it, file);
    const renamed = structuredClone(file);
    const [station] = renamed.sites?.[0]?.floors?.[0]?.stations ?? [];
    if (station) station.name = 'Another name';
    await provision(it, renamed);
    const node = await it.storage.read.selectFrom('nodes').select('name').where('name', 'in', ['A', 'Another name']).execute();
    expect(node).toEqual([{ name: 'A' }]);
  });
});

describe('what a provision file refuses, by its place', () => {
  const station = (chargeBoxId: unknown, rest: object = {}) => ({ name: 'S', chargeBoxId, outlets: [], ...rest });
  const site = (rest: object) => ({ sites: [{ name: 'A' }, { name: 'B', ...rest }] });
  test.each([
    ['', '{"sites": [', /no JSON/],
    ['sites[1].stations[0].chargeBoxId', site({ stations: [station(5)] }), /string/],
    ['sites[1].stations[0].chargeBoxId', site({ stations: [{ name: 'S', outlets: [] }] }), /missing/],
    [
      'sites[1].floors[0].stations[1].chargeBoxId',
      site({ floors: [{ name: 'F', stations: [station('X'), station('x')] }] }),
      /"x" stands in sites\[1\]\.floors\[0\]\.stations\[0\]\.chargeBoxId already/,
    ],
    [
      'sites[1].stations[0].outlets[0].mode',
      site({ stations: [station('X', { outlets: [{ connectorId: 1, mode: 'FREE' }] })] }),
      /OPEN, RFID/,
    ],
    [
      'sites[1].stations[0].outlets[1].connectorId',
      site({ stations: [station('X', { outlets: [rfid(1), rfid(1)] })] }),
      /already/,
    ],
    ['sites[1].stations[0].passwrd', site({ stations: [station('X', { passwrd: 'secret' })] }), /no such member/],
    ['sites[1].name', { sites: [{ name: 'A' }, { name: 'a' }] }, /already/],
    [
      'users[0].role',
      { users: [{ role: 'boss', email: 'a@b', password: 'x', firstName: '', lastName: '' }] },
      /administrator, siteAdministrator/,
    ],
  ])('%s', (path, content, problem) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const refused = catchRefusal(() => readProvision(text));
    expect(refused.path).toBe(path);
    expect(refused.message).toMatch(problem);
  });

  const user = { role: 'evUser' as const, email: 'a@example.org', password: 'long-enough-1', firstName: 'A', lastName: 'B' };
  test.each<[string, Provision, RegExp]>([
    ['users[0].sites[0]', { users: [{ ...user, sites: ['Atlantis'] }] }, /no site "Atlantis"/],
    ['users[0].password', { users: [{ ...user, password: 'short' }] }, /8 characters/],
    ['users[0].sites', { users: [{ ...user, role: 'siteAdministrator' }] }, /at least one site/],
    ['sites[0].timeZone', { sites: [{ name: 'X', timeZone: 'Mars/Olympus' }] }, /IANA/],
    [
      'sites[0].stations[0].chargeBoxId',
      { sites: [{ name: 'X', stations: [{ name: 'S', chargeBoxId: 'a/b', outlets: [] }] }] },
      /slash/,
    ],
    ['users[0].rfid[0]', { users: [{ ...user, rfid: ['04A1B2C3'] }] }, /belongs to another/],
  ])('%s, and nothing of the file is applied', async (path, bad, problem) => {
    const made = await central();
    await provision(made.central, file);
    const before = await everything(made);
    const refused = await provision(made.central, {
      ...bad,
      sites: [{ name: 'New' }, ...(bad.sites ?? [])].slice(bad.sites ? 1 : 0),
    }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ProvisionRefused);
    expect(refused).toMatchObject({ path, message: expect.stringMatching(problem) });
    expect(await everything(made)).toEqual(before);
  });
});

test('ten thousand stations are there within five seconds, and again within one', async () => {
  const { central: it } = await central();
  const stations = Array.from({ length: 10_000 }, (_, index) => ({
    name: `Station ${index}`,
    chargeBoxId: `BIG-${index}`,
    password: `password-${index}`,
    outlets: [rfid(1), rfid(2)],
  }));
  const big: Provision = { sites: [{ name: 'Big', stations }] };
  // Time of our own, so that a busy machine does not count.
  const cpuMs = () => process.cpuUsage().user / 1000;
  const begun = cpuMs();
  expect((await provision(it, big)).stations).toBe(10_000);
  const firstMs = cpuMs() - begun;
  await provision(it, big);
  const againMs = cpuMs() - begun - firstMs;
  expect(firstMs).toBeLessThan(5000);
  expect(againMs).toBeLessThan(1000);
}, 60_000);

function catchRefusal(act: () => unknown): ProvisionRefused {
  try {
    act();
  } catch (error) {
    if (error instanceof ProvisionRefused) return error;
  }
  throw new Error('nothing was refused');
}

/** All rows that a provision file can touch. */
async function everything({ central: it }: Pick<TestCentral, 'central'>) {
  const all = (['nodes', 'sites', 'stations', 'outlets', 'accounts', 'siteRights', 'tags', 'audit'] as const).map((table) =>
    it.storage.read.executeQuery(db.selectFrom(table).selectAll().compile()),
  );
  return (await Promise.all(all)).map((result) => result.rows);
}
