import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type StateKey, stateKeys, stateLook } from '../../../shared/model/state.ts';
import { type LiveNode, newLiveTree } from './live-tree.ts';

const node = (id: number, kind: LiveNode['kind'], siteId: number | null = 2) => ({
  ...{ id, publicId: `n${id}`, kind, siteId, name: `${kind} ${id}`, key: '', position: 0 },
});
const treeOf = () => newLiveTree(node(1, 'system', null), () => {});

/** What a client knows of a node. */
const shown = ({ publicId, name, state, total, counts, parent }: LiveNode) => ({
  ...{ publicId, name, state, total, counts: { ...counts }, parent: parent?.publicId ?? null },
});

test('parents show fault, then offline, then in use, then available, with counts of stations', () => {
  const tree = treeOf();
  tree.add(node(2, 'site'), 1);
  tree.add(node(3, 'floor'), 2);
  for (const id of [10, 11, 12]) tree.add(node(id, 'station'), id === 12 ? 2 : 3);
  for (const id of [10, 11, 12]) tree.setState(id, 'available');
  expect(tree.root()).toMatchObject({ state: 'available', total: 3, counts: { available: 3 } });
  tree.setState(10, 'charging');
  expect(tree.byId(3)).toMatchObject({ state: 'charging', total: 2, counts: { charging: 1, available: 1 } });
  tree.setState(12, 'offline');
  expect(tree.root()).toMatchObject({ state: 'offline', counts: { charging: 1, available: 1, offline: 1 } });
  tree.setState(11, 'fault');
  expect(tree.root()).toMatchObject({ state: 'fault', counts: { charging: 1, fault: 1, offline: 1 } });
  tree.change(12, { siteId: 2 }, 3);
  expect(tree.byId(3)?.counts).toEqual({ charging: 1, fault: 1, offline: 1 });
  tree.remove(11);
  expect(tree.root()).toMatchObject({ state: 'offline', total: 2 });
  expect(tree.byPublicId('n11')).toBeUndefined();
});

test('a station counts its outlets, a controller counts nowhere', () => {
  const tree = treeOf();
  tree.add(node(2, 'site'), 1);
  tree.add(node(3, 'station'), 2);
  tree.add(node(4, 'outlet'), 3);
  tree.add(node(5, 'outlet'), 3);
  tree.add(node(6, 'controller'), 2);
  tree.setState(4, 'charging');
  tree.setState(6, 'fault');
  expect(tree.byId(3)).toMatchObject({ total: 2, counts: { charging: 1, unknown: 1 } });
  expect(tree.byId(2)).toMatchObject({ total: 1, counts: { unknown: 1 } });
});

test('what is unchanged costs no version', () => {
  const tree = treeOf();
  tree.add(node(2, 'site'), 1);
  tree.add(node(3, 'station'), 2);
  tree.setState(3, 'available');
  const version = tree.version();
  tree.setState(3, 'available');
  expect(tree.version()).toBe(version);
  expect(tree.since(version)).toEqual({ nodes: [], removed: [] });
  expect(tree.since(version + 1)).toBeNull();
});

type Act = Readonly<{ what: 'add' | 'state' | 'move' | 'rename' | 'remove' | 'look'; id: number; to: number; state: StateKey }>;

test('R6: a client that follows the changes knows what a snapshot says, whenever it looks', () => {
  const acts = fc.array(
    fc.record<Act>({
      what: fc.constantFrom('add', 'state', 'state', 'state', 'move', 'rename', 'remove', 'look'),
      id: fc.integer({ min: 3, max: 25 }),
      to: fc.integer({ min: 3, max: 5 }),
      state: fc.constantFrom(...stateKeys),
    }),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(acts, (all) => {
      const tree = treeOf();
      tree.add(node(2, 'site'), 1);
      const client = new Map([...tree.walk()].map((each) => [each.publicId, shown(each)]));
      let seen = tree.version();
      const look = () => {
        const found = tree.since(seen);
        if (!found) throw new Error('not too old');
        for (const { publicId } of found.removed) client.delete(publicId);
        for (const each of found.nodes) client.set(each.publicId, shown(each));
        seen = tree.version();
        expect(client).toEqual(new Map([...tree.walk()].map((each) => [each.publicId, shown(each)])));
      };
      for (const { what, id, to, state } of all) {
        const known = tree.byId(id);
        const isFloor = id <= 5;
        if (what === 'add' && !known && (isFloor || tree.byId(to)))
          tree.add(node(id, isFloor ? 'floor' : 'station'), isFloor ? 2 : to);
        if (what === 'state' && known && !isFloor) tree.setState(id, state);
        if (what === 'rename' && known) tree.change(id, { name: `${state} ${to}` });
        if (what === 'move' && known && !isFloor && tree.byId(to)) tree.change(id, {}, to);
        if (what === 'remove' && known && (!isFloor || known.children.size === 0)) tree.remove(id);
        if (what === 'look') look();
      }
      look();
      const stations = [...tree.walk()].filter(({ kind }) => kind === 'station');
      const worst = Math.min(7, ...stations.map(({ state }) => stateLook[state].rank));
      expect(tree.root().total).toBe(stations.length);
      expect(stateLook[tree.root().state].rank).toBe(worst);
    }),
    { numRuns: 300 },
  );
});

test('10,000 stations: a change costs the same however many there are, and who was away too long is told', () => {
  const tree = treeOf();
  tree.add(node(2, 'site'), 1);
  for (let id = 10; id < 10_010; id++) {
    tree.add(node(id, 'station'), 2);
    tree.add(node(id + 100_000, 'outlet'), id);
    tree.add(node(id + 200_000, 'outlet'), id);
  }
  const began = performance.now();
  for (let round = 0; round < 3; round++)
    for (let id = 10; id < 10_010; id++) tree.setState(id, round % 2 === 0 ? 'available' : 'charging');
  const eachUs = ((performance.now() - began) * 1000) / 30_000;
  expect(eachUs).toBeLessThan(500);
  const version = tree.version();
  tree.setState(10, 'fault');
  expect(tree.since(version)?.nodes).toHaveLength(3);
  for (let id = 10; id < 10_010; id++) tree.remove(id);
  expect(tree.since(version)).toBeNull();
  expect(tree.root().total).toBe(0);
});
