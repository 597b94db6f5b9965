import { type Static, Type } from 'typebox';
import { NodeId } from '../model/node.ts';
import { roles } from '../model/rights.ts';
import { Email, Password } from './account.ts';
import { mutation, query } from './contract.ts';

const nullableInteger = Type.Union([Type.Integer(), Type.Null()]);

export const TagText = Type.String({
  minLength: 1,
  maxLength: 20,
  pattern: '^\\S(.*\\S)?$',
  description: 'As the station sends it: decimal or hex',
});

/** An RFID tag (idTag) and what it may do. */
export const Tag = Type.Object({
  id: Type.String(),
  idTag: Type.String({ description: 'Hex or text, upper case' }),
  decimal: Type.Union([Type.String(), Type.Null()]),
  label: Type.String(),
  parentIdTag: Type.Union([Type.String(), Type.Null()]),
  blocked: Type.Boolean(),
  validFrom: nullableInteger,
  validUntil: nullableInteger,
  maxSessions: nullableInteger,
  accountId: Type.Union([Type.String(), Type.Null()]),
  userName: Type.Union([Type.String(), Type.Null()]),
});
export type Tag = Static<typeof Tag>;

const tagMembers = {
  idTag: TagText,
  label: Type.Optional(Type.String({ maxLength: 60 })),
  parentIdTag: Type.Optional(Type.Union([TagText, Type.Null()])),
  blocked: Type.Optional(Type.Boolean()),
  validFrom: Type.Optional(nullableInteger),
  validUntil: Type.Optional(nullableInteger),
  maxSessions: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 1000 }), Type.Null()])),
  accountId: Type.Optional(Type.Union([Type.String(), Type.Null()])),
};

/** An account (PRODUCT M13-M16). */
export const Account = Type.Object({
  id: Type.String(),
  version: Type.Integer(),
  role: Type.Enum([...roles]),
  email: Type.String(),
  firstName: Type.String(),
  lastName: Type.String(),
  siteIds: Type.Array(NodeId),
  emailAtAlarm: Type.Boolean(),
  blocked: Type.Boolean(),
  createdAt: Type.Integer(),
  lastSeenAt: nullableInteger,
  tags: Type.Array(Tag),
});
export type Account = Static<typeof Account>;

const accountMembers = {
  role: Type.Enum([...roles]),
  email: Email,
  firstName: Type.String({ maxLength: 60 }),
  lastName: Type.String({ maxLength: 60 }),
  siteIds: Type.Optional(Type.Array(NodeId, { maxItems: 1000 })),
  emailAtAlarm: Type.Optional(Type.Boolean()),
  blocked: Type.Optional(Type.Boolean()),
};

/** Accounts and tags. A site administrator sees and changes the EV users of the own sites only. */
export const users = {
  list: query({
    about: 'The accounts within the own scope.',
    right: 'accounts.manage',
    input: Type.Object({
      search: Type.Optional(Type.String({ maxLength: 100 })),
      role: Type.Optional(Type.Enum([...roles])),
      after: Type.Optional(Type.String({ maxLength: 300 })),
      limit: Type.Integer({ minimum: 1, maximum: 500 }),
    }),
    output: Type.Object({ rows: Type.Array(Account), total: Type.Integer(), after: Type.Union([Type.String(), Type.Null()]) }),
  }),
  get: query({
    about: 'One account.',
    right: 'accounts.manage',
    input: Type.Object({ accountId: Type.String() }),
    output: Account,
  }),
  create: mutation({
    about: 'Creates an account.',
    right: 'accounts.manage',
    input: Type.Object({
      ...accountMembers,
      password: Password,
      tags: Type.Optional(Type.Array(Type.Object(tagMembers), { maxItems: 50 })),
    }),
    output: Account,
  }),
  update: mutation({
    about: 'Changes an account; a new password, role or block ends its sign-in sessions.',
    right: 'accounts.manage',
    input: Type.Object({
      accountId: Type.String(),
      version: Type.Integer(),
      ...Type.Partial(Type.Object(accountMembers)).properties,
      password: Type.Optional(Password),
    }),
    output: Account,
  }),
  remove: mutation({
    about: 'Deletes an account and its tags. Its sessions stay, without the name (PRODUCT M12).',
    right: 'accounts.manage',
    input: Type.Object({ accountId: Type.String(), version: Type.Integer() }),
    output: Type.Object({ sessions: Type.Integer({ description: 'How many lost the name' }) }),
  }),
  tags: query({
    about: 'The tags within the own scope, found by text or owner.',
    right: 'accounts.manage',
    input: Type.Object({
      search: Type.Optional(Type.String({ maxLength: 100 })),
      limit: Type.Integer({ minimum: 1, maximum: 500 }),
    }),
    output: Type.Array(Tag),
  }),
  createTag: mutation({ about: 'Creates a tag.', right: 'accounts.manage', input: Type.Object(tagMembers), output: Tag }),
  updateTag: mutation({
    about: 'Changes a tag.',
    right: 'accounts.manage',
    input: Type.Object({ tagId: Type.String(), ...Type.Partial(Type.Object(tagMembers)).properties }),
    output: Tag,
  }),
  removeTag: mutation({
    about: 'Deletes a tag.',
    right: 'accounts.manage',
    input: Type.Object({ tagId: Type.String() }),
    output: Type.Object({}),
  }),
};
