import { randomUUID } from 'node:crypto';
import { initTRPC } from '@trpc/server';
import type { Area, ErrorData } from '../../shared/api/api.ts';
import type { InputOf, OutputOf, Procedure } from '../../shared/api/contract.ts';
import { roleHas } from '../../shared/model/rights.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import type { LiveNode } from '../domain/topology/live-tree.ts';
import type { Person } from '../domain/user/person.ts';
import { personOf } from '../domain/user/person-of.ts';
import { apiError, asTrpcError } from './errors.ts';
import { inputChecker } from './input.ts';
import { findNode } from './scope.ts';
import { validatorOf } from './validator.ts';
import type { Visitor } from './visitor.ts';

/** What the functions behind the procedures need besides the domain. */
export type Surroundings = Readonly<{
  central: Central;
  /** The addresses that stations and people use, as they are now. */
  addresses(): Readonly<Record<'console' | 'ocpp16' | 'ocpp16Tls' | 'ocpp15' | 'ocpp16Soap', readonly string[]>>;
}>;

type NodesOf<P extends Procedure> =
  P extends Procedure<infer _K, infer _I, infer _O, infer _W, infer Names>
    ? { readonly [Name in Names]: NodeOf<InputOf<P>[Name & keyof InputOf<P>]> }
    : never;

/** Null when the input may name none. */
type NodeOf<Id> = [Extract<Id, null | undefined>] extends [never] ? LiveNode : LiveNode | null;

/** A call that may go ahead: the right is there, the input is what its schema says, the nodes are within the person's scope. */
export type Call<P extends Procedure> = Surroundings &
  Readonly<{
    person: P['right'] extends 'public' ? Person | null : Person;
    visitor: Visitor;
    input: InputOf<P>;
    nodes: NodesOf<P>;
    signal: AbortSignal;
  }>;

type Handler<P extends Procedure> = (
  call: Call<P>,
) => P['kind'] extends 'subscription' ? AsyncIterable<OutputOf<P>> : OutputOf<P> | Promise<OutputOf<P>>;

/** One function a procedure; the compiler asks for each. */
export type Handlers<A extends Area> = { readonly [Name in keyof A]: Handler<A[Name]> };

type Context = Surroundings & Readonly<{ visitor: Visitor }>;

export const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ shape, error, path }): typeof shape & { data: ErrorData } => ({
    ...shape,
    message: apiError(error, path).code,
    data: { ...shape.data, error: apiError(error, path) },
  }),
});

/**
 * Joins an area of the contract with its functions. Each call goes through the same gate: person, right, input, nodes, function,
 * answer in the shape of its schema. None of the functions can forget one, since none of them does it.
 */
export function implement<A extends Area>(area: A, handlers: Handlers<A>) {
  const built = Object.entries(area).map(([name, procedure]) => {
    // The table of handlers has the very keys of the area; what a key's function takes is what `gate` makes for its procedure.
    const handler = handlers[name] as (call: unknown) => unknown;
    return [name, build(procedure, handler)] as const;
  });
  return t.router(Object.fromEntries(built));
}

function build(procedure: Procedure, handler: (call: unknown) => unknown) {
  const check = inputChecker(procedure.input);
  const shape = validatorOf(procedure.output);
  const any = t.procedure.input((input: unknown) => input);
  const run = async ({ ctx, input, path, signal }: Resolving) => {
    try {
      const person = await admit(procedure, ctx, path);
      const checked = check(input);
      const nodes = await findNodes(procedure, ctx.central, person, checked);
      const answer = await handler({ ...ctx, person, input: checked, nodes, signal: signal ?? new AbortController().signal });
      return procedure.kind === 'subscription' ? answer : shape().Clean(answer);
    } catch (error) {
      throw asTrpcError(refusalOf(error, ctx.central, path));
    }
  };
  if (procedure.kind === 'query') return any.query(run);
  if (procedure.kind === 'mutation') return any.mutation(run);
  return any.subscription(async function* (options) {
    // The contract's kind says that the function returns messages one after the other.
    const messages = (await run(options)) as AsyncIterable<unknown>;
    try {
      yield* messages;
    } catch (error) {
      throw asTrpcError(refusalOf(error, options.ctx.central, options.path));
    }
  });
}

type Resolving = Readonly<{ ctx: Context; input: unknown; path: string; signal: AbortSignal | undefined }>;

/** The one place that decides whether somebody may call a procedure at all. Where it may act is decided by the nodes, and by queries. */
async function admit(procedure: Procedure, { central, visitor }: Context, path: string): Promise<Person | null> {
  const person =
    visitor.token === null ? null : await personOf(central, visitor.token, visitor.address, procedure.kind !== 'subscription');
  if (procedure.right === 'public') return person;
  if (!person) throw new DomainError('notSignedIn');
  // Somebody with a password that others may know does nothing before changing it.
  if (person.mustChangePassword && !path.startsWith('account.')) throw new DomainError('passwordMustChange');
  if (procedure.right !== 'signedIn' && !roleHas(person.role, procedure.right)) {
    throw new DomainError('rightMissing', { right: procedure.right });
  }
  return person;
}

async function findNodes(procedure: Procedure, central: Central, person: Person | null, input: unknown) {
  const found: Record<string, LiveNode | null> = {};
  for (const name of procedure.nodes ?? []) {
    // `input` has passed its schema, in which the members that name nodes are text or null.
    const publicId = (input as Record<string, string | null>)[name];
    found[name] = publicId && person ? await findNode(central, person, publicId) : null;
  }
  return found;
}

/** A refusal as it is; a defect of ours goes to the log whole, and out as `internal` with a reference to it. */
function refusalOf(error: unknown, central: Central, path: string): DomainError {
  if (error instanceof DomainError) return error;
  const reference = randomUUID().slice(0, 8);
  central.log.error({ err: error, procedure: path, reference }, 'procedure failed');
  return new DomainError('internal', { reference });
}
