import Sqlite, { type Database } from 'better-sqlite3';
import { ConstraintError, type Failure, StorageError, type StorageErrorCode } from './errors.ts';

const codes: readonly (readonly [prefix: string, code: StorageErrorCode])[] = [
  ['SQLITE_FULL', 'diskFull'],
  ['SQLITE_BUSY', 'locked'],
  ['SQLITE_LOCKED', 'locked'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_NOTADB', 'corrupt'],
  ['SQLITE_IOERR', 'inputOutput'],
  ['SQLITE_CANTOPEN', 'inputOutput'],
  ['SQLITE_READONLY', 'inputOutput'],
  ['SQLITE_NOMEM', 'inputOutput'],
];

/** What an error means. Broken unique rules are named by the columns concerned; see `failureReader`. */
export function failureOf(error: unknown, indexes?: () => ReadonlyMap<string, string>): Failure {
  if (error instanceof ConstraintError) return { kind: 'constraint', constraint: error.constraint, message: error.message };
  if (error instanceof StorageError) return { kind: 'storage', code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof Sqlite.SqliteError)) return { kind: 'storage', code: 'statement', message };
  if (error.code.startsWith('SQLITE_CONSTRAINT')) {
    return { kind: 'constraint', constraint: constraintOf(error.code, message, indexes?.()), message };
  }
  const code = codes.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? 'statement';
  return { kind: 'storage', code, message: `${message} (${error.code})` };
}

/** `failureOf` for errors of one database: it names unique rules by their index. */
export function failureReader(database: Database): (error: unknown) => Failure {
  let indexes: ReadonlyMap<string, string> | undefined;
  const known = () => {
    indexes ??= uniqueIndexes(database);
    return indexes;
  };
  return (error) => failureOf(error, known);
}

function constraintOf(code: string, message: string, indexes: ReadonlyMap<string, string> | undefined): string {
  if (code === 'SQLITE_CONSTRAINT_TRIGGER') return message;
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY') return 'foreignKey';
  // "UNIQUE constraint failed: accounts.email" and the like; what stands behind the colon is a rule's name, or columns.
  const rule = message.slice(message.indexOf(': ') + 2);
  return (code === 'SQLITE_CONSTRAINT_UNIQUE' && indexes?.get(rule)) || rule;
}

/** Columns as SQLite names them in its message → the unique index over them. */
function uniqueIndexes(database: Database): ReadonlyMap<string, string> {
  const rows = database
    .prepare<[], { name: string; columns: string }>(
      `SELECT i.name, group_concat(t.name || '.' || c.name, ', ') AS columns
       FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
       WHERE t.type = 'table' AND i."unique" = 1 AND i.origin = 'c' GROUP BY i.name`,
    )
    .all();
  return new Map(rows.map(({ name, columns }) => [columns, name]));
}
