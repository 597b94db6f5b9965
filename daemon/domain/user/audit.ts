import { insertAudit } from '../../storage/audit.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import type { Person } from './person.ts';

/** What was done to what, for the audit log. `before` and `after` hold what changed; never a secret. */
export type Deed = Readonly<{
  /** The procedure's name, e.g. `tree.remove`. */
  action: string;
  /** What it was done to, in words: a name, an e-mail address, a ChargeBoxId. */
  subject: string;
  siteId?: number | null;
  before?: unknown;
  after?: unknown;
}>;

/** The statement that notes who did what: put it into the unit that does it, so that neither is ever there without the other. */
export function audit(central: Central, person: Pick<Person, 'name' | 'accountId' | 'address'>, deed: Deed): Statement {
  return insertAudit({
    at: central.clock.now(),
    actor: person.name,
    accountId: person.accountId,
    action: deed.action,
    subject: deed.subject,
    siteId: deed.siteId ?? null,
    address: person.address,
    before: deed.before === undefined ? null : JSON.stringify(deed.before),
    after: deed.after === undefined ? null : JSON.stringify(deed.after),
  });
}
