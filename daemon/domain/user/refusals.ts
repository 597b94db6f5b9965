import { forgetOldRefusals } from '../../storage/audit.ts';
import type { Statement } from '../../storage/storage.ts';
import type { Central } from '../central.ts';
import { audit } from './audit.ts';
import { network } from './limiter.ts';

/** Refused sign-ins of one account from one network; `more` came after the first. */
type Refused = {
  readonly accountId: number | null;
  readonly email: string;
  readonly address: string;
  readonly since: number;
  lastAt: number;
  more: number;
};

/** What no row of its own is kept of. */
type Rest = {
  readonly since: number;
  lastAt: number;
  count: number;
  readonly emails: Set<string>;
  readonly addresses: Set<string>;
};

/**
 * Refused sign-ins that are being counted. Whoever guesses for days fills no disk: the first is in the audit log at once, what follows
 * within the hour is one entry more. Accounts that exist have room of their own, so that made-up ones cannot hide them.
 */
export type Refusals = { readonly known: Map<string, Refused>; readonly unknown: Map<string, Refused>; rest: Rest | null };

export const newRefusals = (): Refusals => ({ known: new Map(), unknown: new Map(), rest: null });

const windowMs = 3_600_000;
const most = { known: 500, unknown: 100 };
const mostNamed = 20;
/** Entries about refused sign-ins that the audit log keeps; the oldest go first, and no other entry ever does. */
const mostKept = 20_000;
const action = 'account.signInRefused';

/** Notes that a sign-in was refused; `accountId` is null when there is no such account. */
export async function noteRefusal(central: Central, accountId: number | null, email: string, address: string): Promise<void> {
  const { refusals } = central.people;
  const now = central.clock.now();
  const which = accountId === null ? 'unknown' : 'known';
  const key = `${email.toLowerCase()} ${network(address)}`;
  const before = refusals[which].get(key);
  if (before && now - before.since < windowMs) {
    before.lastAt = now;
    before.more++;
  } else if (!before && refusals[which].size >= most[which]) addToRest(refusals, now, email, address);
  else {
    const first: Refused = { accountId, email, address, since: now, lastAt: now, more: 0 };
    refusals[which].set(key, first);
    await central.storage.write([...(before ? folded(central, before) : []), refusedEntry(central, first)]);
  }
}

function addToRest(refusals: Refusals, now: number, email: string, address: string): void {
  refusals.rest ??= { since: now, lastAt: now, count: 0, emails: new Set(), addresses: new Set() };
  const { rest } = refusals;
  rest.count++;
  rest.lastAt = now;
  if (rest.emails.size < mostNamed) rest.emails.add(email);
  if (rest.addresses.size < mostNamed) rest.addresses.add(address);
}

/** Puts into the audit log what was counted for an hour, or all of it. */
export async function foldRefusals(central: Central, all = false): Promise<void> {
  const { refusals } = central.people;
  const isOver = ({ since }: { since: number }) => all || central.clock.now() - since >= windowMs;
  const unit: Statement[] = [];
  for (const counted of [refusals.known, refusals.unknown])
    for (const [key, refused] of counted) {
      if (!isOver(refused)) continue;
      counted.delete(key);
      unit.push(...folded(central, refused));
    }
  if (refusals.rest && isOver(refusals.rest)) {
    const { since, lastAt, count, emails, addresses } = refusals.rest;
    refusals.rest = null;
    const after = { count, since, until: lastAt, accounts: [...emails], addresses: [...addresses] };
    unit.push(audit(central, { name: '', accountId: null, address: '' }, { action, subject: '', after }));
  }
  if (unit.length > 0) await central.storage.write([...unit, forgetOldRefusals(action, mostKept)]);
}

const folded = (central: Central, refused: Refused): Statement[] =>
  refused.more === 0
    ? []
    : [refusedEntry(central, refused, { count: refused.more, since: refused.since, until: refused.lastAt })];

const refusedEntry = (central: Central, { accountId, email, address }: Refused, after?: object): Statement =>
  audit(central, { name: '', accountId, address }, { action, subject: email, after });
