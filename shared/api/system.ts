import { type Static, Type } from 'typebox';
import { Json } from '../model/json.ts';
import { roles } from '../model/rights.ts';
import { mutation, query } from './contract.ts';

/** A personal access token for scripts (`charge-portal api`). */
export const AccessToken = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Type.Enum([...roles]),
  createdAt: Type.Integer(),
  createdBy: Type.String(),
  expiresAt: Type.Union([Type.Integer(), Type.Null()]),
  lastUsedAt: Type.Union([Type.Integer(), Type.Null()]),
});
export type AccessToken = Static<typeof AccessToken>;

/** The system as a whole: access tokens, addresses, audit. */
export const system = {
  addresses: query({
    about: 'The addresses that stations and people use, computed from the real listeners (PRODUCT M21).',
    right: 'tree.read',
    input: Type.Object({}),
    output: Type.Object({
      console: Type.Array(Type.String()),
      ocpp16: Type.Array(Type.String()),
      ocpp16Tls: Type.Array(Type.String()),
      ocpp15: Type.Array(Type.String(), { description: 'SOAP' }),
      ocpp16Soap: Type.Array(Type.String()),
    }),
  }),
  tokens: query({
    about: 'The access tokens that are valid.',
    right: 'tokens.manage',
    input: Type.Object({}),
    output: Type.Array(AccessToken),
  }),
  createToken: mutation({
    about: 'Makes an access token. It is shown this once.',
    right: 'tokens.manage',
    input: Type.Object({
      name: Type.String({ minLength: 1, maxLength: 60 }),
      role: Type.Enum(['administrator', 'support']),
      expiresAt: Type.Union([Type.Integer(), Type.Null()]),
    }),
    output: Type.Object({ token: Type.String(), accessToken: AccessToken }),
  }),
  revokeToken: mutation({
    about: 'Ends an access token at once.',
    right: 'tokens.manage',
    input: Type.Object({ id: Type.String() }),
    output: Type.Object({}),
  }),
  audit: query({
    about: 'Who changed what, when and from where; newest first.',
    right: 'audit.read',
    input: Type.Object({ before: Type.Optional(Type.Integer()), limit: Type.Integer({ minimum: 1, maximum: 500 }) }),
    output: Type.Array(
      Type.Object({
        id: Type.Integer(),
        at: Type.Integer(),
        actor: Type.String(),
        action: Type.String(),
        subject: Type.String(),
        address: Type.String(),
        before: Json,
        after: Json,
      }),
    ),
  }),
};
