/**
 * States as people see them. One table for tree, plans, charts and lists: glyph and colour are found by the key
 * (`--st-<colour>` in the theme), the text by `state.<key>` in the locales.
 */
export const stateKeys = ['fault', 'offline', 'charging', 'occupied', 'reserved', 'unavailable', 'available', 'unknown'] as const;
export type StateKey = (typeof stateKeys)[number];

export type Glyph = 'circle' | 'bolt' | 'octagon' | 'dashed' | 'triangle' | 'diamond' | 'bar' | 'dotted';
export type StateColour = 'available' | 'charging' | 'fault' | 'offline' | 'attention' | 'reserved' | 'unknown';

/** How each state looks; `rank` orders them from worst: fault, offline, in use, available (PRODUCT M5). */
export const stateLook: Readonly<Record<StateKey, Readonly<{ glyph: Glyph; colour: StateColour; rank: number }>>> = {
  fault: { glyph: 'octagon', colour: 'fault', rank: 0 },
  offline: { glyph: 'dashed', colour: 'offline', rank: 1 },
  charging: { glyph: 'bolt', colour: 'charging', rank: 2 },
  occupied: { glyph: 'triangle', colour: 'attention', rank: 3 },
  reserved: { glyph: 'diamond', colour: 'reserved', rank: 4 },
  unavailable: { glyph: 'bar', colour: 'reserved', rank: 5 },
  available: { glyph: 'circle', colour: 'available', rank: 6 },
  unknown: { glyph: 'dotted', colour: 'unknown', rank: 7 },
};

/** The worst of some states; nothing at all is `unknown`. */
export function worstState(states: Iterable<StateKey>): StateKey {
  let worst: StateKey = 'unknown';
  for (const state of states) if (stateLook[state].rank < stateLook[worst].rank) worst = state;
  return worst;
}

/** Connector statuses of OCPP 1.6 (§7.7), with 1.5's *Occupied*. */
export const connectorStatuses = [
  'Available',
  'Preparing',
  'Charging',
  'SuspendedEVSE',
  'SuspendedEV',
  'Finishing',
  'Reserved',
  'Unavailable',
  'Faulted',
  'Occupied',
] as const;
export type ConnectorStatus = (typeof connectorStatuses)[number];
