import { foundation } from './0001-foundation.ts';
import { commands } from './0002-commands.ts';
import { soap } from './0003-soap.ts';
import { files } from './0004-files.ts';
import { localLists } from './0005-local-lists.ts';
import { localListTold } from './0006-local-list-told.ts';

/** One step of the schema, in one transaction. A released one is never edited. */
export type Migration = Readonly<{ version: number; name: string; sql: string }>;

/** All steps, in order; the number of the last one is the version of the schema that this program knows. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'foundation', sql: foundation },
  { version: 2, name: 'commands', sql: commands },
  { version: 3, name: 'soap', sql: soap },
  { version: 4, name: 'files', sql: files },
  { version: 5, name: 'localLists', sql: localLists },
  { version: 6, name: 'localListTold', sql: localListTold },
];
