import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { errorOf, StorageError } from './errors.ts';
import { GroupCommit } from './group-commit.ts';
import type { Migrated } from './migrate.ts';
import type { FromWriter, ToWriter, WriterData } from './writer.ts';

/** The writer as the main thread sees it. */
export type Writer = Readonly<{ write: GroupCommit['write']; close(): Promise<void> }>;

/** Starts the writer's thread; resolves once the database is open and migrated, rejects when it refuses the file. */
export async function startWriter(file: string, log: Logger): Promise<Writer> {
  const closing = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./writer.ts', import.meta.url), {
    name: 'storage writer',
    workerData: { file, closing } satisfies WriterData,
  });
  const tell = (message: ToWriter) => worker.postMessage(message);
  const queue = new GroupCommit((batch) => tell({ kind: 'commit', batch }));
  const opened = Promise.withResolvers<Migrated>();
  const closed = Promise.withResolvers<void>();

  worker.on('message', (message: FromWriter) => {
    if (message.kind === 'committed') queue.settle(message.outcome);
    else if (message.kind === 'opened') opened.resolve(message.migrated);
    else if (message.kind === 'refused') opened.reject(errorOf(message.failure));
    else if (message.kind === 'logFileLarge') log.warn({ bytes: message.bytes }, 'the log file of the database had grown large');
    else closed.resolve();
  });
  worker.on('error', (error) => {
    log.fatal({ err: error }, 'the thread that writes to the database ended; nothing more can be stored');
    lost(error);
  });
  worker.on('exit', () => lost(undefined));
  function lost(cause: unknown): void {
    const error = new StorageError('closed', 'the thread that writes to the database has ended', { cause });
    queue.fail(error);
    opened.reject(error);
    closed.resolve();
  }

  const { from, to, backup } = await opened.promise;
  if (from !== to) log.info({ from, to, backup }, 'database migrated');
  return {
    write: (unit) => queue.write(unit),
    async close() {
      Atomics.store(closing, 0, 1);
      await queue.close();
      tell({ kind: 'close' });
      await closed.promise;
    },
  };
}
