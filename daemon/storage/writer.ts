import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Batch, Outcome } from './batch.ts';
import { Committer } from './committer.ts';
import { openForWriting } from './database.ts';
import type { Failure } from './errors.ts';
import { failureOf } from './failure.ts';
import type { Migrated } from './migrate.ts';

/** What the main thread asks of the writer's thread, and what that says. */
export type ToWriter = Readonly<{ kind: 'commit'; batch: Batch } | { kind: 'close' }>;
export type FromWriter = Readonly<
  | { kind: 'opened'; migrated: Migrated }
  | { kind: 'refused'; failure: Failure }
  | { kind: 'committed'; outcome: Outcome }
  | { kind: 'logFileLarge'; bytes: number }
  | { kind: 'closed' }
>;
/** `closing` is shared with the main thread: not 0 once the daemon stops. */
export type WriterData = Readonly<{ file: string; closing: Int32Array }>;

const watchIntervalMs = 30_000;
const largeLogFileBytes = 512 * 1024 * 1024;

if (parentPort) serve(parentPort, workerData as WriterData);

/** The writer's thread: the only one that writes, batch after batch. */
function serve(port: NonNullable<typeof parentPort>, { file, closing }: WriterData): void {
  const tell = (message: FromWriter) => port.postMessage(message);
  try {
    const { database, migrated } = openForWriting(file);
    const committer = new Committer(database, () => Atomics.load(closing, 0) !== 0);

    // A reader that never ends would let the log file grow without bound; nobody else would notice.
    const watch = setInterval(() => {
      const bytes = statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
      if (bytes < largeLogFileBytes) return;
      database.pragma('wal_checkpoint(TRUNCATE)');
      tell({ kind: 'logFileLarge', bytes });
    }, watchIntervalMs);

    port.on('message', (message: ToWriter) => {
      if (message.kind === 'commit') return tell({ kind: 'committed', outcome: committer.commit(message.batch) });
      clearInterval(watch);
      database.pragma('wal_checkpoint(TRUNCATE)');
      database.close();
      tell({ kind: 'closed' });
      port.close();
    });
    tell({ kind: 'opened', migrated });
  } catch (error) {
    tell({ kind: 'refused', failure: failureOf(error) });
    port.close();
  }
}
