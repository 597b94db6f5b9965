import type {
  TRPCBuiltRouter,
  TRPCDefaultErrorData,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server';
import type { ApiError } from '../errors.ts';
import { account } from './account.ts';
import type { InputOf, OutputOf, Procedure } from './contract.ts';
import { diagnostics, fileServer, firmware } from './files.ts';
import { localList } from './local-list.ts';
import { sessions } from './sessions.ts';
import { stations } from './stations.ts';
import { system } from './system.ts';
import { trace } from './trace.ts';
import { tree } from './tree.ts';
import { users } from './users.ts';

/** Every procedure of the API, by area. Router, client, rights test and `charge-portal api` come from this table. */
export const contract = { account, diagnostics, fileServer, firmware, localList, sessions, stations, system, trace, tree, users };

/** A group of procedures that belong together. */
export type Area = Readonly<Record<string, Procedure>>;

/** What clients find under `data` of an error: tRPC's own members, and the refusal in our words. */
export type ErrorData = TRPCDefaultErrorData & { error: ApiError };

type Root = {
  ctx: object;
  meta: object;
  errorShape: TRPCDefaultErrorShape & { data: ErrorData };
  transformer: false;
};

/** An input without members may be left out. */
// biome-ignore lint/suspicious/noConfusingVoidType: only `void` makes an argument optional.
type ClientInput<P extends Procedure> = keyof InputOf<P> extends never ? InputOf<P> | void : InputOf<P>;

type Built<P extends Procedure> = {
  query: TRPCQueryProcedure<{ meta: object; input: ClientInput<P>; output: OutputOf<P> }>;
  mutation: TRPCMutationProcedure<{ meta: object; input: ClientInput<P>; output: OutputOf<P> }>;
  subscription: TRPCSubscriptionProcedure<{ meta: object; input: ClientInput<P>; output: AsyncIterable<OutputOf<P>> }>;
}[P['kind']];

type BuiltArea<A> = { [Name in keyof A]: A[Name] extends Procedure ? Built<A[Name]> : never };
type BuiltRecord = { [Name in keyof typeof contract]: BuiltArea<(typeof contract)[Name]> };

/** The router's type, mapped from the contract: `createTRPCClient<Api>` is typed by it without knowing the daemon. */
export type Api = TRPCBuiltRouter<Root, BuiltRecord>;

/** Path of the API, for HTTP (`/api/<area>.<procedure>`) and WebSocket alike. */
export const apiPath = '/api';
