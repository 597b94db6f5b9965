import { type Compilable, DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { Statement } from './storage.ts';
import type { Tables } from './tables.ts';

/** Builds queries and compiles them; it has no connection. Run them with `Storage.write`, or build on `Storage.read`. */
export const db = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** One statement of a unit. */
export function statement(query: Compilable): Statement {
  const { sql, parameters } = query.compile();
  return { sql, parameters };
}

/** Stands in a compiled query for the value of a field. */
class Slot {
  readonly field: string;

  constructor(field: string) {
    this.field = field;
  }
}

/**
 * A statement that is compiled once and bound anew for each row; for what happens with every message.
 * @example
 * export const noteStatus = hot<{ id: number; status: string }>((given) =>
 *   db.updateTable('connectorStates').set({ status: given('status') }).where('stationId', '=', given('id')));
 * await storage.write([noteStatus({ id: 7, status: 'Available' })]);
 */
export function hot<Row extends object>(
  build: (given: <Field extends keyof Row & string>(field: Field) => Row[Field]) => Compilable,
): (row: Row) => Statement {
  // The slot is no value of the row's type, but the compiler hands parameters through untouched, and it is replaced below.
  const { sql, parameters } = build((field) => new Slot(field) as never).compile();
  const fields = parameters.map((parameter) => (parameter instanceof Slot ? parameter.field : null));
  return (row) => {
    // `build` can only name fields of `Row`.
    const values = row as Readonly<Record<string, unknown>>;
    const bound: unknown[] = new Array(fields.length);
    for (let i = 0; i < bound.length; i++) {
      const field = fields[i];
      bound[i] = typeof field === 'string' ? values[field] : parameters[i];
    }
    return { sql, parameters: bound };
  };
}
