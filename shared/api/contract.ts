import type { Static, TSchema } from 'typebox';
import type { Right } from '../model/rights.ts';

/** Who may call: anybody (`public`), everyone who signed in, or those whose role has the right. */
export type Access = Right | 'public' | 'signedIn';

export type ProcedureKind = 'query' | 'mutation' | 'subscription';

/** One procedure of the API, declared once: client, router, rights test and API page come from it. */
export type Procedure<
  Kind extends ProcedureKind = ProcedureKind,
  Input extends TSchema = TSchema,
  Output extends TSchema = TSchema,
> = Readonly<{
  kind: Kind;
  /** One sentence for the API page and `charge-portal api`. */
  about: string;
  right: Access;
  /** The members of the input that name a node; each is looked up within the person's scope before anything runs. */
  nodes?: readonly string[];
  input: Input;
  output: Output;
}>;

export type InputOf<P extends Procedure> = Static<P['input']>;
export type OutputOf<P extends Procedure> = Static<P['output']>;

type Declaration<I extends TSchema, O extends TSchema> = Omit<Procedure<ProcedureKind, I, O>, 'kind'>;

/** Reads only. */
export const query = <I extends TSchema, O extends TSchema>(declared: Declaration<I, O>): Procedure<'query', I, O> => ({
  kind: 'query',
  ...declared,
});

/** Changes something; it is in the audit log. */
export const mutation = <I extends TSchema, O extends TSchema>(declared: Declaration<I, O>): Procedure<'mutation', I, O> => ({
  kind: 'mutation',
  ...declared,
});

/** Goes on telling until the client ends it; `output` is one message. */
export const subscription = <I extends TSchema, O extends TSchema>(
  declared: Declaration<I, O>,
): Procedure<'subscription', I, O> => ({ kind: 'subscription', ...declared });
