import { type Static, Type } from 'typebox';
import { rights, roles } from '../model/rights.ts';
import { TableView } from '../model/table.ts';
import { mutation, query } from './contract.ts';

export const languages = ['en', 'nb', 'sv'] as const;
export type Language = (typeof languages)[number];
export const themes = ['auto', 'light', 'dark'] as const;

export const Email = Type.String({ minLength: 3, maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' });
export const Password = Type.String({ minLength: 1, maxLength: 256 });

/** Settings that follow the account to every machine (PRODUCT M3). */
export const AccountSettings = Type.Object({
  language: Type.Union([Type.Enum([...languages]), Type.Null()], { description: 'null: that of the browser' }),
  theme: Type.Enum([...themes]),
  timeZone: Type.Union([Type.String({ maxLength: 64 }), Type.Null()], { description: 'IANA name; null: that of each site' }),
});
export type AccountSettings = Static<typeof AccountSettings>;

/** Who is signed in, and what they may do. */
export const Me = Type.Object({
  accountId: Type.String(),
  role: Type.Enum([...roles]),
  rights: Type.Array(Type.Enum([...rights])),
  email: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  mustChangePassword: Type.Boolean(),
  settings: AccountSettings,
  /** Version of the daemon, and the name of the system as the shell shows it. */
  version: Type.String(),
  systemName: Type.String(),
});
export type Me = Static<typeof Me>;

const Nothing = Type.Object({});

/** Signing in, and one's own account. */
export const account = {
  signIn: mutation({
    about: 'Opens a sign-in session. Over HTTP from a browser it sets the cookie; with `bearer` it returns the token instead.',
    right: 'public',
    input: Type.Object({ email: Email, password: Password, bearer: Type.Optional(Type.Boolean()) }),
    output: Type.Object({ me: Me, token: Type.Optional(Type.String()) }),
  }),
  signOut: mutation({ about: 'Ends this sign-in session.', right: 'signedIn', input: Nothing, output: Nothing }),
  me: query({ about: 'Who is signed in.', right: 'signedIn', input: Nothing, output: Me }),
  changePassword: mutation({
    about: 'Sets a new password; all other sign-in sessions of the account end.',
    right: 'signedIn',
    input: Type.Object({ oldPassword: Password, newPassword: Password }),
    output: Nothing,
  }),
  changeEmail: mutation({
    about: 'Sets a new e-mail address, which is the name to sign in with.',
    right: 'signedIn',
    input: Type.Object({ email: Email, password: Password }),
    output: Me,
  }),
  saveSettings: mutation({
    about: 'Keeps language, theme and time zone with the account.',
    right: 'signedIn',
    input: Type.Partial(AccountSettings),
    output: Me,
  }),
  signIns: query({
    about: 'The open sign-in sessions of this account.',
    right: 'signedIn',
    input: Nothing,
    output: Type.Array(
      Type.Object({
        id: Type.String(),
        current: Type.Boolean(),
        createdAt: Type.Integer(),
        lastSeenAt: Type.Integer(),
        address: Type.String(),
        userAgent: Type.String(),
      }),
    ),
  }),
  endSignIn: mutation({
    about: 'Ends one of the own sign-in sessions.',
    right: 'signedIn',
    input: Type.Object({ id: Type.String() }),
    output: Nothing,
  }),
  views: query({
    about: 'The remembered views of a table: the current one has the empty name.',
    right: 'signedIn',
    input: Type.Object({ table: Type.String({ maxLength: 40 }) }),
    output: Type.Array(TableView),
  }),
  saveView: mutation({
    about: 'Keeps a view of a table under its name; the empty name is the current view.',
    right: 'signedIn',
    input: Type.Object({ table: Type.String({ maxLength: 40 }), view: TableView }),
    output: Nothing,
  }),
  removeView: mutation({
    about: 'Forgets a view of a table.',
    right: 'signedIn',
    input: Type.Object({ table: Type.String({ maxLength: 40 }), name: Type.String({ maxLength: 60 }) }),
    output: Nothing,
  }),
};
