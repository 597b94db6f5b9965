/** The roles of PRODUCT *People*, and what each may do. Where a role may do it (its sites, its own account) is its scope. */
export const roles = ['administrator', 'siteAdministrator', 'support', 'evUser'] as const;
export type Role = (typeof roles)[number];

export const rights = [
  'tree.read', // navigation tree, live state, details of stations and outlets
  'sessions.read', // charging sessions within the scope; an EV user's scope is the own account
  'stations.control', // commands to stations
  'stations.configure', // station and outlet settings, adopting stations
  'topology.change', // create, rename and move sites, floors, stations, outlets
  'topology.remove', // remove nodes
  'accounts.manage', // accounts and tags; a site administrator's are the EV users of own sites
  'tokens.manage', // access tokens for scripts
  'system.read',
  'system.change',
  'audit.read',
] as const;
export type Right = (typeof rights)[number];

const rightsOf: Readonly<Record<Role, readonly Right[]>> = {
  administrator: rights,
  siteAdministrator: [
    'tree.read',
    'sessions.read',
    'stations.control',
    'stations.configure',
    'topology.change',
    'topology.remove',
    'accounts.manage',
  ],
  support: ['tree.read', 'sessions.read', 'stations.control', 'stations.configure', 'system.read'],
  evUser: ['sessions.read'],
};

/** Whether a role has a right at all; the scope still decides on which nodes. */
export function roleHas(role: Role, right: Right): boolean {
  return rightsOf[role].includes(right);
}
