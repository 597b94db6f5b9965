import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from './database.ts';
import { type Answer, Querier, type Query } from './querier.ts';

/** What the main thread asks of a reader's thread, and what that says; answers come in the order of the questions. */
export type ToReader = Readonly<{ kind: 'query'; query: Query } | { kind: 'close' }>;
export type FromReader = Readonly<{ kind: 'answer'; answer: Answer } | { kind: 'closed' }>;
export type ReaderData = Readonly<{ file: string }>;

if (parentPort) serve(parentPort, workerData as ReaderData);

/** A reader's thread: one query after another over a connection that cannot write. */
function serve(port: NonNullable<typeof parentPort>, { file }: ReaderData): void {
  const tell = (message: FromReader) => port.postMessage(message);
  const database = openForReading(file);
  const querier = new Querier(database);
  port.on('message', (message: ToReader) => {
    if (message.kind === 'query') return tell({ kind: 'answer', answer: querier.answer(message.query) });
    database.close();
    tell({ kind: 'closed' });
    port.close();
  });
}
