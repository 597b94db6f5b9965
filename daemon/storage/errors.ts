/**
 * A rule of the schema was broken; nothing of the unit is left. `constraint` names the rule: a unique index (`accountEmail`), what a
 * trigger raises (`nodeHasChildren`), `foreignKey`, or for rules without a name of their own the column or check (`nodes.publicId`).
 */
export class ConstraintError extends Error {
  readonly constraint: string;

  constructor(constraint: string, message: string) {
    super(message);
    this.name = 'ConstraintError';
    this.constraint = constraint;
  }
}

/** Why the database could not do what it was asked, though the request broke no rule. */
export type StorageErrorCode =
  | 'busy' // more is queued than memory should hold
  | 'closed'
  | 'corrupt'
  | 'diskFull'
  | 'foreignFile' // a database, but not one of ours
  | 'inputOutput'
  | 'locked' // another program holds the database
  | 'newerVersion' // written by a later version of the program
  | 'outdatedSqlite'
  | 'statement'; // the SQL is wrong: a defect of ours

/** The database failed. The unit or query that met it has not taken effect; later ones may work again. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}

/** An error as it travels between threads. */
export type Failure =
  | Readonly<{ kind: 'constraint'; constraint: string; message: string }>
  | Readonly<{ kind: 'storage'; code: StorageErrorCode; message: string }>;

/** The error that a failure stands for. */
export function errorOf(failure: Failure): ConstraintError | StorageError {
  return failure.kind === 'constraint'
    ? new ConstraintError(failure.constraint, failure.message)
    : new StorageError(failure.code, failure.message);
}
