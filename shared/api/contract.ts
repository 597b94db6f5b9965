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
  Who extends Access = Access,
  Nodes extends string = string,
> = Readonly<{
  kind: Kind;
  /** One sentence for the API page and `charge-portal api`. */
  about: string;
  right: Who;
  /** The members of the input that name a node; each is looked up within the person's scope before anything runs. */
  nodes?: readonly Nodes[];
  input: Input;
  output: Output;
}>;

export type InputOf<P extends Procedure> = Static<P['input']>;
export type OutputOf<P extends Procedure> = Static<P['output']>;

type Declared<K extends ProcedureKind> = <
  I extends TSchema,
  O extends TSchema,
  const Who extends Access,
  const Nodes extends string = never,
>(
  declared: Omit<Procedure<K, I, O, Who, Nodes>, 'kind'>,
) => Procedure<K, I, O, Who, Nodes>;

const declare =
  <K extends ProcedureKind>(kind: K): Declared<K> =>
  (declared) => ({ kind, ...declared });

/** Reads only. */
export const query = declare('query');

/** Changes something; it is in the audit log. */
export const mutation = declare('mutation');

/** Goes on telling until the client ends it; `output` is one message. */
export const subscription = declare('subscription');
