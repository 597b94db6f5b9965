import { expect, test } from 'vitest';
import { type TestLink, testCentral, testLink } from '../testing.ts';
import { connected, disconnected } from './connect.ts';

const kinds = async ({ central }: Awaited<ReturnType<typeof testCentral>>) =>
  (await central.storage.read.selectFrom('events').select('kind').orderBy('id').execute()).map(({ kind }) => kind);

test('A2: who has proven its key takes the place of the older line in one step', async () => {
  const made = await testCentral();
  const { central, station, clock } = made;
  const old = station.link as TestLink;
  const young = testLink(clock, '198.51.100.7');
  expect(await connected(central, station, young, true)).toBe('connected');
  expect(station.link).toBe(young);
  expect(old.closed).toEqual(['replaced']);
  expect(await kinds(made)).toContain('station.displaced');
  await made.close();
});

test('FIELD 2: the late close of a line that was replaced changes nothing', async () => {
  const made = await testCentral();
  const { central, station, clock } = made;
  const old = station.link as TestLink;
  const young = testLink(clock);
  await connected(central, station, young, true);
  await disconnected(central, station, old);
  expect(station.link).toBe(young);
  expect(central.tree.byId(station.id)?.state).not.toBe('offline');
  await disconnected(central, station, young);
  expect(station.link).toBeNull();
  expect(central.tree.byId(station.id)?.state).toBe('offline');
  await made.close();
});

test('A2, R15: without a key the older line is asked, and keeps its place while it answers', async () => {
  const made = await testCentral();
  const { central, station, clock } = made;
  const old = station.link as TestLink;
  for (let attempt = 0; attempt < 20; attempt++)
    expect(await connected(central, station, testLink(clock, '198.51.100.7'), false)).toBe('refused');
  expect(station.link).toBe(old);
  expect(old.closed).toEqual([]);
  expect(await kinds(made)).toContain('station.intruder');
  old.isAlive = false;
  const young = testLink(clock);
  expect(await connected(central, station, young, false)).toBe('connected');
  expect(station.link).toBe(young);
  await made.close();
});

test('A2: of many that come at once over a dead line exactly one stays', async () => {
  const made = await testCentral();
  const { central, station, clock } = made;
  (station.link as TestLink).isAlive = false;
  const links = Array.from({ length: 20 }, () => testLink(clock));
  const answers = await Promise.all(links.map((link) => connected(central, station, link, false)));
  expect(answers.filter((answer) => answer === 'connected')).toHaveLength(1);
  expect(station.link).toBe(links[answers.indexOf('connected')]);
  await made.close();
});

test('FIELD 2: a line that ends while the older one is asked does not become a zombie', async () => {
  const made = await testCentral();
  const { central, station, clock } = made;
  const old = station.link as TestLink;
  const young = testLink(clock);
  const probe = async () => {
    await disconnected(central, station, young);
    return false;
  };
  Object.assign(old, { probe });
  expect(await connected(central, station, young, false)).toBe('refused');
  expect(station.link).toBe(old);
  await made.close();
});

test('FIELD 24: the first connection shows the station online at once', async () => {
  const made = await testCentral({ station: { isOnline: false } });
  const { central, station, clock } = made;
  expect(central.tree.byId(station.id)?.state).toBe('unknown');
  await connected(central, station, testLink(clock), true);
  await disconnected(central, station, station.link as TestLink);
  expect(central.tree.byId(station.id)?.state).toBe('offline');
  const again = await made.restart();
  expect(again.central.tree.byId(again.station.id)?.state).toBe('offline');
  await made.close();
});
