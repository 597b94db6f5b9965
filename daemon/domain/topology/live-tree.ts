import type { NodeKind, StateCounts } from '../../../shared/model/node.ts';
import type { StateKey } from '../../../shared/model/state.ts';

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
  add(
    node: Omit<LiveNode, 'children' | 'total' | 'counts' | 'shapeVersion' | 'stateVersion' | 'parent' | 'state'>,
    parentId: number | null,
  ): LiveNode;
  change(id: number, shape: Partial<Pick<LiveNode, 'name' | 'key' | 'position' | 'siteId'>>, parentId?: number): void;
  remove(id: number): void;
  /** Sets the state of an outlet, station or controller; counts and states above follow. */
  setState(id: number, state: StateKey): void;
}>;
