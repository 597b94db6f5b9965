import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { StorageError } from './errors.ts';
import type { Query } from './querier.ts';

/** Kysely over something that answers queries elsewhere. Reading only: transactions and streams are refused. */
export function readDialect(ask: (query: Query) => Promise<readonly unknown[]>): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ReadDriver(ask),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class ReadDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(ask: (query: Query) => Promise<readonly unknown[]>) {
    this.#connection = {
      async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
        // Kysely's types say what the rows of its own query look like.
        return { rows: (await ask({ sql, parameters })) as Row[] };
      },
      streamQuery() {
        throw new StorageError('statement', 'rows are read in pages, not streamed');
      },
    };
  }

  async init(): Promise<void> {}

  /** The same for all: readers keep their own order, and nothing ties one query to another. */
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    throw new StorageError('statement', 'units go through Storage.write');
  }

  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}
