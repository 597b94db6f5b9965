import { randomUUID } from 'node:crypto';
import type { NodeKind, StateCounts } from '../../../shared/model/node.ts';
import { type StateKey, worstState } from '../../../shared/model/state.ts';

/** A node of the navigation tree in memory, with its state. Row ids inside, `publicId` outside. */
export type LiveNode = {
  readonly id: number;
  readonly publicId: string;
  readonly kind: NodeKind;
  parent: LiveNode | null;
  readonly children: Set<LiveNode>;
  /** The site at or above it; null for the system. */
  siteId: number | null;
  name: string;
  key: string;
  position: number;
  state: StateKey;
  /** Stations below (of a station: its outlets), and how many are in which state. */
  total: number;
  counts: StateCounts;
  /** Version of the tree at which shape or state last changed: what a client that has version n still needs is `> n`. */
  shapeVersion: number;
  stateVersion: number;
};

/** What is given of a node; the tree keeps the rest. */
export type NewNode = Pick<LiveNode, 'id' | 'publicId' | 'kind' | 'siteId' | 'name' | 'key' | 'position'>;

/**
 * The navigation tree, live. `version` rises with each change; a client that has seen version n needs the nodes whose
 * `shapeVersion` or `stateVersion` is above n, and those removed since: nothing is queued per client (SECURITY R6).
 */
export type LiveTree = Readonly<{
  epoch: string;
  version(): number;
  root(): LiveNode;
  byId(id: number): LiveNode | undefined;
  byPublicId(publicId: string): LiveNode | undefined;
  /** Depth first, parents before children. */
  walk(from?: LiveNode): Iterable<LiveNode>;
  /** Nodes changed since a version; null when it is too old to know, and only a snapshot helps. */
  since(
    version: number,
  ): Readonly<{ nodes: readonly LiveNode[]; removed: readonly Readonly<{ publicId: string; siteId: number | null }>[] }> | null;
  add(node: NewNode, parentId: number): LiveNode;
  change(id: number, shape: Partial<Pick<LiveNode, 'name' | 'key' | 'position' | 'siteId'>>, parentId?: number): void;
  remove(id: number): void;
  /** Sets the state of an outlet, station or controller; counts and states above follow. */
  setState(id: number, state: StateKey): boolean;
}>;

type Removed = Readonly<{ version: number; publicId: string; siteId: number | null }>;

/** Removals that are remembered for clients that come back; one who missed more gets a snapshot. */
const mostRemoved = 10_000;

/** An empty tree with its root. `onChange` is called after each change. */
export function newLiveTree(root: NewNode, onChange: () => void): LiveTree {
  const byId = new Map<number, LiveNode>();
  const byPublicId = new Map<string, LiveNode>();
  let version = 1;
  // Each change appends; a node changed again leaves its older entry behind, which `since` skips and `compact` drops.
  let journal: { version: number; node: LiveNode }[] = [];
  let removed: Removed[] = [];
  let removedBefore = 0;

  const lastChange = (node: LiveNode) => Math.max(node.shapeVersion, node.stateVersion);
  const touch = (node: LiveNode, what: 'shapeVersion' | 'stateVersion') => {
    const noted = lastChange(node) === version;
    node[what] = version;
    if (!noted) journal.push({ version, node });
  };
  const compact = () => {
    if (journal.length < 2 * byId.size + 1000) return;
    journal = journal.filter((entry) => lastChange(entry.node) === entry.version && byId.has(entry.node.id));
  };
  const done = () => {
    compact();
    onChange();
  };

  /** Counts stations of a subtree into (or out of) everything above it. */
  const count = (from: LiveNode | null, counts: StateCounts, sign: 1 | -1) => {
    for (let node = from; node; node = node.parent) {
      for (const [state, stations] of Object.entries(counts) as [StateKey, number][]) {
        const left = (node.counts[state] ?? 0) + sign * stations;
        if (left > 0) node.counts[state] = left;
        else delete node.counts[state];
        node.total += sign * stations;
      }
      node.state = worstState(Object.keys(node.counts) as StateKey[]); // Object.keys loses the literal type
      touch(node, 'stateVersion');
    }
  };
  /** What a node means to the nodes above it: itself as a station, or the stations below it. */
  const weight = (node: LiveNode): StateCounts => {
    if (node.kind === 'station') return { [node.state]: 1 };
    return node.kind === 'outlet' || node.kind === 'controller' ? {} : { ...node.counts };
  };
  const put = (node: NewNode, parent: LiveNode | null): LiveNode => {
    const live: LiveNode = {
      ...node,
      parent,
      children: new Set(),
      state: 'unknown',
      total: 0,
      counts: {},
      shapeVersion: 0,
      stateVersion: 0,
    };
    byId.set(live.id, live);
    byPublicId.set(live.publicId, live);
    parent?.children.add(live);
    touch(live, 'shapeVersion');
    return live;
  };
  const need = (id: number): LiveNode => {
    const node = byId.get(id);
    if (!node) throw new Error(`no node ${id} in the tree`);
    return node;
  };
  const countOutlet = (outlet: LiveNode, state: StateKey, sign: 1 | -1) => {
    const station = outlet.parent;
    if (!station) return;
    const left = (station.counts[state] ?? 0) + sign;
    if (left > 0) station.counts[state] = left;
    else delete station.counts[state];
    station.total += sign;
    touch(station, 'stateVersion');
  };
  /** Joins a node to what is counted above it, or takes it away. */
  const weigh = (node: LiveNode, sign: 1 | -1) => {
    if (node.kind === 'outlet') countOutlet(node, node.state, sign);
    else count(node.parent, weight(node), sign);
  };

  const top = put(root, null);
  return {
    epoch: randomUUID(),
    version: () => version,
    root: () => top,
    byId: (id) => byId.get(id),
    byPublicId: (publicId) => byPublicId.get(publicId),
    walk: (from = top) => walk(from),
    since(seen) {
      if (seen < removedBefore || seen > version) return null;
      let low = 0;
      for (let high = journal.length; low < high; ) {
        const middle = (low + high) >> 1;
        if ((journal[middle]?.version ?? 0) > seen) high = middle;
        else low = middle + 1;
      }
      const nodes: LiveNode[] = [];
      for (let index = low; index < journal.length; index++) {
        const entry = journal[index];
        if (entry && lastChange(entry.node) === entry.version && byId.get(entry.node.id) === entry.node) nodes.push(entry.node);
      }
      return { nodes, removed: removed.filter((gone) => gone.version > seen) };
    },
    add(node, parentId) {
      version++;
      const live = put(node, need(parentId));
      weigh(live, 1);
      done();
      return live;
    },
    change(id, shape, parentId) {
      version++;
      const node = need(id);
      Object.assign(node, shape);
      if (parentId !== undefined && parentId !== node.parent?.id) {
        const parent = need(parentId);
        weigh(node, -1);
        node.parent?.children.delete(node);
        node.parent = parent;
        parent.children.add(node);
        weigh(node, 1);
      }
      touch(node, 'shapeVersion');
      done();
    },
    remove(id) {
      const node = byId.get(id);
      if (!node) return;
      version++;
      weigh(node, -1);
      node.parent?.children.delete(node);
      for (const gone of [...walk(node)]) {
        byId.delete(gone.id);
        byPublicId.delete(gone.publicId);
        removed.push({ version, publicId: gone.publicId, siteId: gone.siteId });
      }
      if (removed.length > 2 * mostRemoved) {
        removedBefore = removed[removed.length - mostRemoved]?.version ?? version;
        removed = removed.slice(-mostRemoved);
      }
      done();
    },
    setState(id, state) {
      const node = byId.get(id);
      if (!node || node.state === state) return false;
      version++;
      weigh(node, -1);
      node.state = state;
      weigh(node, 1);
      touch(node, 'stateVersion');
      done();
      return true;
    },
  };
}

/** Depth first, parents before children. What changes below a node while it waits to be visited is seen as it is then. */
function* walk(from: LiveNode): Generator<LiveNode> {
  const stack = [from];
  for (let node = stack.pop(); node; node = stack.pop()) {
    yield node;
    stack.push(...node.children);
  }
}
