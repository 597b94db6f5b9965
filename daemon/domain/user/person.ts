import type { Role } from '../../../shared/model/rights.ts';

/** Where a person's rights hold. Queries are narrowed by it; what lies outside does not exist for the person. */
export type Scope =
  | Readonly<{ kind: 'all' }>
  | Readonly<{ kind: 'sites'; siteIds: ReadonlySet<number> }>
  | Readonly<{ kind: 'account'; accountId: number }>;

/** Who acts: somebody who signed in, or an access token. */
export type Person = Readonly<{
  /** Row id; null for an access token. */
  accountId: number | null;
  publicId: string;
  /** For the audit log and the history of commands. */
  name: string;
  email: string;
  role: Role;
  scope: Scope;
  /** The sign-in session; null for an access token. */
  signInId: number | null;
  mustChangePassword: boolean;
  /** Network address the call came from. */
  address: string;
}>;

/** Whether a scope covers something of a site. */
export function covers(scope: Scope, siteId: number | null): boolean {
  if (scope.kind === 'all') return true;
  return scope.kind === 'sites' && siteId !== null && scope.siteIds.has(siteId);
}

/** The program itself, where it does what a person could: provisioning, the first administrator. */
export const theSystem = (name: string): Person => ({
  accountId: null,
  publicId: '',
  name,
  email: '',
  role: 'administrator',
  scope: { kind: 'all' },
  signInId: null,
  mustChangePassword: false,
  address: '',
});
