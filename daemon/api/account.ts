import { Value } from 'typebox/value';
import packageJson from '../../package.json' with { type: 'json' };
import type { Language, Me, themes } from '../../shared/api/account.ts';
import { account } from '../../shared/api/account.ts';
import { rights, roleHas } from '../../shared/model/rights.ts';
import { TableView } from '../../shared/model/table.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { changeEmail, changePassword, ownAccount, saveSettings } from '../domain/user/own-account.ts';
import type { Person } from '../domain/user/person.ts';
import { endSignIn, openSignIns, signIn, signOut } from '../domain/user/sign-in.ts';
import { deleteTableView, saveTableView, tableViewsOf } from '../storage/table-views.ts';
import { implement } from './procedure.ts';

/** Signing in, and one's own account. */
export const accountRouter = implement(account, {
  async signIn({ central, input, visitor }) {
    const { token, person } = await signIn(central, input, visitor);
    const signedIn = await me(central, person);
    if (input.bearer) return { me: signedIn, token };
    // Without a cookie jar and without asking for the token the sign-in session could never be used.
    if (!visitor.setCookie) {
      await signOut(central, person);
      throw new DomainError('inputInvalid', { field: 'bearer' }, { bearer: 'required' });
    }
    visitor.setCookie(token);
    return { me: signedIn };
  },
  async signOut({ central, person, visitor }) {
    await signOut(central, person);
    visitor.setCookie?.(null);
    return {};
  },
  me: ({ central, person }) => me(central, person),
  async changePassword({ central, person, input }) {
    await changePassword(central, person, input);
    return {};
  },
  async changeEmail({ central, person, input }) {
    await changeEmail(central, person, input);
    return me(central, person);
  },
  async saveSettings({ central, person, input }) {
    await saveSettings(central, person, input);
    return me(central, person);
  },
  signIns: ({ central, person }) => openSignIns(central, person),
  async endSignIn({ central, person, input }) {
    await endSignIn(central, person, input.id);
    return {};
  },
  async views({ central, person, input }) {
    if (person.accountId === null) return [];
    const rows = await tableViewsOf(central.storage.read, person.accountId, input.table);
    // A view that an older version kept in another shape is left out, and made anew by the next change.
    return rows.map((row): unknown => JSON.parse(row.view)).filter((view) => Value.Check(TableView, view));
  },
  async saveView({ central, person, input }) {
    const { accountId } = own(person);
    await central.storage.write([saveTableView(accountId, input.table, input.view.name, JSON.stringify(input.view))]);
    return {};
  },
  async removeView({ central, person, input }) {
    const { accountId } = own(person);
    await central.storage.write([deleteTableView(accountId, input.table, input.name)]);
    return {};
  },
});

function own({ accountId }: Person): Readonly<{ accountId: number }> {
  if (accountId === null) throw new DomainError('accountUnknown');
  return { accountId };
}

/** Who is signed in. An access token is told the same of itself, without an account behind it. */
async function me(central: Central, person: Person): Promise<Me> {
  const shown = {
    role: person.role,
    rights: rights.filter((right) => roleHas(person.role, right)),
    version: packageJson.version,
    systemName: central.tree.root().name,
  };
  if (person.accountId === null) {
    const settings = { language: null, theme: 'auto', timeZone: null } as const;
    return {
      accountId: person.publicId,
      email: '',
      firstName: person.name,
      lastName: '',
      mustChangePassword: false,
      settings,
      ...shown,
    };
  }
  const row = await ownAccount(central, person);
  return {
    accountId: row.publicId,
    email: row.email,
    firstName: row.firstName,
    lastName: row.lastName,
    mustChangePassword: row.mustChangePassword === 1,
    // Only `saveSettings` writes these two, and its schema knows no other values.
    settings: { language: row.language as Language | null, theme: row.theme as (typeof themes)[number], timeZone: row.timeZone },
    ...shown,
  };
}
