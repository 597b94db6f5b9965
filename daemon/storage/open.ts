import { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { Committer } from './committer.ts';
import { openForWriting } from './database.ts';
import { errorOf } from './errors.ts';
import { GroupCommit } from './group-commit.ts';
import { Querier } from './querier.ts';
import { readDialect } from './read-dialect.ts';
import { startReaders } from './reader-threads.ts';
import type { Storage } from './storage.ts';
import type { Tables } from './tables.ts';
import { startWriter } from './writer-thread.ts';

/**
 * Opens the database: makes the file when it is missing, migrates it when it is old (a verified copy stays beside it), refuses it with a
 * `StorageError` that people can read when it is newer or foreign. `:memory:` is for tests: the same code, without threads and file.
 */
export async function openStorage({ file, log, readers = 2 }: { file: string; log: Logger; readers?: number }): Promise<Storage> {
  if (file === ':memory:') return openInMemory();
  const writer = await startWriter(file, log);
  const reading = startReaders(file, readers, log);
  return {
    read: new Kysely<Tables>({ dialect: readDialect(reading.ask) }),
    write: writer.write,
    async close() {
      await reading.close();
      await writer.close();
    },
  };
}

function openInMemory(): Storage {
  const { database } = openForWriting(':memory:');
  const committer = new Committer(database);
  const queue = new GroupCommit((batch) => {
    const crossed = structuredClone(batch);
    setImmediate(() => queue.settle(committer.commit(crossed)));
  });
  const querier = new Querier(database);
  const ask = async (query: Parameters<Querier['answer']>[0]) => {
    const answer = querier.answer(query);
    if ('failure' in answer) throw errorOf(answer.failure);
    return answer.rows;
  };
  return {
    read: new Kysely<Tables>({ dialect: readDialect(ask) }),
    write: (unit) => queue.write(unit),
    async close() {
      await queue.close();
      database.close();
    },
  };
}
