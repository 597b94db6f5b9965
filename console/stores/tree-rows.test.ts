import { expect, test } from 'vitest';
import type { NodeKind, TreeNode } from '../../shared/model/node.ts';
import type { StateKey } from '../../shared/model/state.ts';
import { createNodes } from './tree-nodes.ts';
import { findNodes, treeRows } from './tree-rows.ts';

const node = (id: string, kind: NodeKind, parentId: string | null, more: Partial<TreeNode> = {}): TreeNode => ({
  id,
  kind,
  parentId,
  name: id,
  state: 'available',
  total: 0,
  counts: {},
  position: 0,
  ...more,
});

function garage() {
  const nodes = createNodes();
  nodes.put([
    node('system', 'system', null),
    node('north', 'site', 'system', { key: 'Storgata 14, Fjordby' }),
    node('south', 'site', 'system'),
    node('p2', 'floor', 'north', { name: 'P2' }),
    node('p10', 'floor', 'north', { name: 'P10' }),
    node('a', 'station', 'p2', { key: 'NORTH-A', state: 'fault' }),
    node('b', 'station', 'p2', { key: 'NORTH-B' }),
    node('a1', 'outlet', 'a', { state: 'fault' }),
    node('a2', 'outlet', 'a'),
    node('c', 'station', 'south'),
  ]);
  return nodes;
}

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
const filter = (text: string, ...states: StateKey[]) => ({ text, states: new Set(states) });

test('children come by position, then by name, numbers as numbers', () => {
  const nodes = garage();
  expect(ids(nodes.children('north'))).toEqual(['p2', 'p10']);
  nodes.put([node('p10', 'floor', 'north', { name: 'P10', position: -1 })]);
  expect(ids(nodes.children('north'))).toEqual(['p10', 'p2']);
});

test('only what stands open is a line, and knows its level and place among its siblings', () => {
  const rows = treeRows(garage(), null, new Set(['system', 'north']));
  expect(ids(rows)).toEqual(['system', 'north', 'p2', 'p10', 'south']);
  expect(rows[2]).toEqual({ id: 'p2', level: 3, place: 1, siblings: 2, expandable: true, expanded: false });
});

test('a search keeps each node above a match once, opens the way, and leaves out the rest', () => {
  const nodes = garage();
  const found = findNodes(nodes, filter('north-'));
  expect([...(found?.matches ?? [])]).toEqual(['a', 'b']);
  expect(ids(treeRows(nodes, found, new Set()))).toEqual(['system', 'north', 'p2', 'a', 'b']);
});

test.each([
  ['a name', 'P10', 'p10'],
  ['a ChargeBoxId in any case', 'north-a', 'a'],
  ['an address', 'storgata', 'north'],
  ['an id', 'a2', 'a2'],
])('search finds by %s', (_what, text, id) => {
  expect(findNodes(garage(), filter(text))?.matches.has(id)).toBe(true);
});

test('below a match everything can be opened', () => {
  const nodes = garage();
  const found = findNodes(nodes, filter('north-a'));
  expect(ids(treeRows(nodes, found, new Set(['a'])))).toEqual(['system', 'north', 'p2', 'a', 'a1', 'a2']);
});

test('a state filter finds stations, and holds together with the text', () => {
  const nodes = garage();
  expect([...(findNodes(nodes, filter('', 'fault'))?.matches ?? [])]).toEqual(['a']);
  expect(findNodes(nodes, filter('north-b', 'fault'))?.matches.size).toBe(0);
});

test('a change of state replaces the node where its siblings see it, and keeps the order', () => {
  const nodes = garage();
  const before = nodes.children('p2')[1];
  nodes.change([{ id: 'b', state: 'charging', total: 2, counts: { charging: 1, available: 1 } }]);
  expect(nodes.children('p2')[1]).not.toBe(before);
  expect(nodes.children('p2')[1]?.state).toBe('charging');
  expect(nodes.get('b')?.name).toBe('b');
});

test('a node that moves or goes leaves its old place', () => {
  const nodes = garage();
  nodes.put([node('b', 'station', 'p10')]);
  expect(ids(nodes.children('p2'))).toEqual(['a']);
  expect(ids(nodes.path('b'))).toEqual(['system', 'north', 'p10', 'b']);
  nodes.remove(['b']);
  expect(nodes.children('p10')).toEqual([]);
});

test('10,000 stations are searched and laid out in the time of a frame or two', () => {
  const nodes = createNodes();
  nodes.put([node('system', 'system', null), node('site', 'site', 'system')]);
  for (let floor = 0; floor < 20; floor++) {
    nodes.put([node(`f${floor}`, 'floor', 'site')]);
    for (let at = 0; at < 500; at++) {
      const id = `f${floor}-${at}`;
      nodes.put([node(id, 'station', `f${floor}`), node(`${id}-1`, 'outlet', id), node(`${id}-2`, 'outlet', id)]);
    }
  }
  const open = new Set([...nodes.values()].map(({ id }) => id));
  treeRows(nodes, null, open);
  const started = performance.now();
  expect(treeRows(nodes, null, open)).toHaveLength(30_022);
  findNodes(nodes, filter('19-4'));
  expect(performance.now() - started).toBeLessThan(500);
});
