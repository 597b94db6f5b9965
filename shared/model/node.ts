import { type Static, Type } from 'typebox';
import { stateKeys } from './state.ts';

/** Anything in the navigation tree: system > site > floor > charging station (or network controller) > outlet. */
export const nodeKinds = ['system', 'site', 'floor', 'station', 'controller', 'outlet'] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** Which kinds may stand directly below which (PRODUCT M22). */
export const childKinds: Readonly<Record<NodeKind, readonly NodeKind[]>> = {
  system: ['site'],
  site: ['floor', 'station', 'controller'],
  floor: ['station', 'controller'],
  station: ['outlet'],
  controller: [],
  outlet: [],
};

export const NodeId = Type.String({ minLength: 1, maxLength: 36, description: 'Id of a node (UUID)' });
export const NodeName = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' });
export const StateKeySchema = Type.Enum([...stateKeys]);
export const NodeKindSchema = Type.Enum([...nodeKinds]);

/** Stations below a node, counted by their state. Only those not zero are listed. */
export const StateCounts = Type.Partial(Type.Record(Type.Enum([...stateKeys]), Type.Integer()));
export type StateCounts = Static<typeof StateCounts>;

/** One row of the navigation tree. */
export const TreeNode = Type.Object({
  id: NodeId,
  kind: NodeKindSchema,
  parentId: Type.Union([NodeId, Type.Null()]),
  name: Type.String(),
  state: StateKeySchema,
  /** Stations (of a station: outlets) below, and how many are in which state. */
  total: Type.Integer(),
  counts: StateCounts,
  /** For search: ChargeBoxId of a station, address of a site, connector number of an outlet. */
  key: Type.Optional(Type.String()),
  /** Order among its siblings; equal ones go by name. */
  position: Type.Integer(),
});
export type TreeNode = Static<typeof TreeNode>;

export const outletModes = ['OPEN', 'RFID'] as const;
export type OutletMode = (typeof outletModes)[number];
export const plugTypes = ['type2', 'type1', 'ccs', 'chademo', 'schuko', 'tesla', 'other'] as const;
export type PlugType = (typeof plugTypes)[number];

/** 0 none · 1 HTTP Basic · 2 TLS and Basic · 3 TLS client certificate (OCPP 1.6 security extension). */
export const securityProfiles = [0, 1, 2, 3] as const;
export type SecurityProfile = (typeof securityProfiles)[number];
