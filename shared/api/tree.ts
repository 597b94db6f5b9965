import { type Static, Type } from 'typebox';
import { NodeId, NodeKindSchema, NodeName, StateCounts, StateKeySchema, TreeNode } from '../model/node.ts';
import { mutation, query, subscription } from './contract.ts';

/** State of a node that the client has: [id, state, counts]. */
export const NodeChange = Type.Object({ id: NodeId, state: StateKeySchema, total: Type.Integer(), counts: StateCounts });
export type NodeChange = Static<typeof NodeChange>;

/**
 * One message of the live stream. A `snapshot` comes in parts, parents before children; `last` marks the part that completes it.
 * `changes` are coalesced, at most 5 a second. `epoch` and `version` resume a broken stream.
 */
export const TreeMessage = Type.Union([
  Type.Object({
    type: Type.Literal('snapshot'),
    epoch: Type.String(),
    version: Type.Integer(),
    first: Type.Boolean(),
    last: Type.Boolean(),
    nodes: Type.Array(TreeNode),
  }),
  Type.Object({
    type: Type.Literal('changes'),
    epoch: Type.String(),
    version: Type.Integer(),
    /** New nodes, and those whose name, place or key changed. */
    nodes: Type.Array(TreeNode),
    states: Type.Array(NodeChange),
    removed: Type.Array(NodeId),
    /** Sessions that began or ended since the last message: lists offer to show them. */
    sessions: Type.Array(Type.String()),
    /** Stations that called in and are not registered. */
    seen: Type.Integer(),
  }),
]);
export type TreeMessage = Static<typeof TreeMessage>;

/** What a node's own page shows above its tabs, and its form. Members that a kind does not have are absent. */
export const NodeDetails = Type.Object({
  id: NodeId,
  kind: NodeKindSchema,
  name: Type.String(),
  description: Type.String(),
  version: Type.Integer({ description: 'For the check against concurrent edits' }),
  updatedAt: Type.Integer(),
  updatedBy: Type.Union([Type.String(), Type.Null()]),
  /** From the system down to the node itself. */
  path: Type.Array(Type.Object({ id: NodeId, kind: NodeKindSchema, name: Type.String() })),
  children: Type.Integer(),
  site: Type.Optional(
    Type.Object({
      staticId: Type.String(),
      address: Type.String(),
      latitude: Type.Union([Type.Number(), Type.Null()]),
      longitude: Type.Union([Type.Number(), Type.Null()]),
      timeZone: Type.String(),
    }),
  ),
  stationId: Type.Optional(NodeId),
  connectorId: Type.Optional(Type.Integer()),
});
export type NodeDetails = Static<typeof NodeDetails>;

const Version = Type.Integer({ description: 'The version that was read; another one refuses with `changedMeanwhile`' });

/** The navigation tree and its nodes. */
export const tree = {
  changes: subscription({
    about: 'The navigation tree within the own scope: a snapshot in parts, then its changes.',
    right: 'tree.read',
    input: Type.Object({ epoch: Type.Optional(Type.String()), version: Type.Optional(Type.Integer()) }),
    output: TreeMessage,
  }),
  list: query({
    about: 'The nodes within the own scope as they are now, parents before children; how a script finds the id of a station.',
    right: 'tree.read',
    nodes: ['belowId'],
    input: Type.Object({
      kind: Type.Optional(NodeKindSchema),
      text: Type.Optional(
        Type.String({ maxLength: 200, description: 'Stands in the name, the ChargeBoxId or the address; capitals do not count' }),
      ),
      belowId: Type.Optional(NodeId),
      after: Type.Optional(Type.Integer({ minimum: 0, description: 'From `next` of the page before' })),
      limit: Type.Integer({ minimum: 1, maximum: 1000 }),
    }),
    output: Type.Object({ rows: Type.Array(TreeNode), next: Type.Union([Type.Integer(), Type.Null()]) }),
  }),
  node: query({
    about: 'One node with its path.',
    right: 'tree.read',
    nodes: ['nodeId'],
    input: Type.Object({ nodeId: NodeId }),
    output: NodeDetails,
  }),
  create: mutation({
    about: 'Creates a site, floor, charging station or network controller below a node (PRODUCT M22).',
    right: 'topology.change',
    nodes: ['parentId'],
    input: Type.Object({
      parentId: NodeId,
      kind: Type.Enum(['site', 'floor', 'station', 'controller']),
      name: NodeName,
      /** Needed for a station: identical with the one in the station (PRODUCT M28). */
      chargeBoxId: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
      timeZone: Type.Optional(Type.String({ maxLength: 64 })),
      outlets: Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description: 'Of a station: how many, numbered from 1' })),
    }),
    output: NodeDetails,
  }),
  update: mutation({
    about: 'Changes name, description and, for a site, address, static id and time zone.',
    right: 'topology.change',
    nodes: ['nodeId'],
    input: Type.Object({
      nodeId: NodeId,
      version: Version,
      name: Type.Optional(NodeName),
      description: Type.Optional(Type.String({ maxLength: 2000 })),
      site: Type.Optional(
        Type.Partial(
          Type.Object({
            staticId: Type.String({ maxLength: 60 }),
            address: Type.String({ maxLength: 300 }),
            latitude: Type.Union([Type.Number({ minimum: -90, maximum: 90 }), Type.Null()]),
            longitude: Type.Union([Type.Number({ minimum: -180, maximum: 180 }), Type.Null()]),
            timeZone: Type.String({ maxLength: 64 }),
          }),
        ),
      ),
    }),
    output: NodeDetails,
  }),
  move: mutation({
    about: 'Moves a floor, station or controller below another parent.',
    right: 'topology.change',
    nodes: ['nodeId', 'parentId'],
    input: Type.Object({ nodeId: NodeId, parentId: NodeId, version: Version }),
    output: NodeDetails,
  }),
  remove: mutation({
    about: 'Removes a node that has no children; a station goes with its outlets, and its sessions stay (PRODUCT M22).',
    right: 'topology.remove',
    nodes: ['nodeId'],
    input: Type.Object({ nodeId: NodeId, version: Version }),
    output: Type.Object({}),
  }),
};
