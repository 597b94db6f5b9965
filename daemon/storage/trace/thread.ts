import { existsSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { setImmediate as others } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { TraceFrame } from '../../../shared/model/trace.ts';
import { isDamage, putAside, TraceFile } from './file.ts';
import { TraceStore } from './store.ts';
import type { Page, PageQuery, TraceCondition, TraceCounts } from './trace.ts';

/** What can be asked of the thread, and what it answers. */
export type TraceQuestions = {
  page: { ask: PageQuery; answer: Page };
  whole: { ask: PageQuery; answer: Page<TraceFrame> };
  get: { ask: Readonly<{ stationId: number; id: number }>; answer: TraceFrame | null };
  counts: { ask: Readonly<{ stationId: number; condition: TraceCondition }>; answer: TraceCounts };
  state: { ask: null; answer: Readonly<{ bytes: number; oldestAt: number | null }> };
};
export type TraceQuestion = {
  [Kind in keyof TraceQuestions]: Readonly<{ kind: Kind; ask: TraceQuestions[Kind]['ask'] }>;
}[keyof TraceQuestions];

export type ToTrace = Readonly<
  | { kind: 'messages'; buffer: SharedArrayBuffer; used: number }
  | { kind: 'question'; number: number; question: TraceQuestion }
  | { kind: 'close' }
>;
export type FromTrace = Readonly<
  | { kind: 'opened'; newestId: number }
  | { kind: 'taken'; buffer: SharedArrayBuffer; used: number }
  | { kind: 'answer'; number: number; answer: unknown }
  | { kind: 'failed'; number: number; why: string }
  | { kind: 'trouble'; why: string; isReplaced: boolean }
  | { kind: 'closed' }
>;
export type TraceData = Readonly<{ file: string; maxBytes: number; days: number; upkeepMs: number }>;

const dayMs = 86_400_000;

if (parentPort) {
  standBack();
  serve(parentPort, workerData as TraceData);
}

/** Where there are fewer processors than threads, those that answer stations go first. Only Linux has priorities of threads. */
function standBack(): void {
  const self = '/proc/thread-self';
  if (existsSync(self)) setPriority(Number(basename(readlinkSync(self))), 10);
}

/**
 * The trace's thread, the only one at its file. A file that is damaged, of another version or gone is replaced by a new one; one that cannot be
 * written (a full disk) loses what could not be written, and is tried again.
 */
function serve(port: NonNullable<typeof parentPort>, { file, maxBytes, days, upkeepMs }: TraceData): void {
  const tell = (message: FromTrace) => port.postMessage(message);
  let open: { file: TraceFile; store: TraceStore } | null = null;

  const current = () => {
    if (open) return open;
    try {
      open = opened(file);
    } catch (error) {
      if (!isDamage(error)) throw error;
      putAside(file);
      tell({ kind: 'trouble', why: String(error), isReplaced: true });
      open = opened(file);
    }
    return open;
  };
  /** After a failure: a damaged file is put aside, so that the next use makes a new one. */
  const cope = (error: unknown) => {
    const isReplaced = isDamage(error);
    if (isReplaced) {
      open?.file.close();
      open = null;
      putAside(file);
    }
    tell({ kind: 'trouble', why: String(error), isReplaced });
  };
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      cope(error);
    }
  };

  let isPruning = false;
  const upkeep = async () => {
    if (open && !existsSync(file)) {
      // Somebody deleted it: what is written now would be nowhere.
      attempt(() => open?.store.flush());
      open?.file.close();
      open = null;
      tell({ kind: 'trouble', why: 'the file is gone', isReplaced: true });
    }
    attempt(() => current().store.flush(Date.now()));
    if (isPruning) return;
    isPruning = true;
    while (pruned()) await others();
    attempt(() => open?.file.shrink());
    isPruning = false;
  };
  const pruned = (): boolean => {
    let isMore = false;
    attempt(() => {
      isMore = open?.file.prune(maxBytes, Date.now() - days * dayMs) ?? false;
    });
    return isMore;
  };
  const timer = setInterval(() => void upkeep(), upkeepMs);

  const answer = async (question: TraceQuestion): Promise<unknown> => {
    const { file: traceFile, store } = current();
    switch (question.kind) {
      case 'page':
        return store.page(question.ask);
      case 'whole':
        return store.whole(question.ask);
      case 'get':
        return store.get(question.ask.stationId, question.ask.id);
      case 'counts':
        return store.counts(question.ask.stationId, question.ask.condition);
      case 'state':
        return { bytes: traceFile.bytes(), oldestAt: traceFile.oldestAt() };
    }
  };

  port.on('message', (message: ToTrace) => {
    if (message.kind === 'messages') {
      const { buffer, used } = message;
      attempt(() => current().store.take(Buffer.from(buffer, 0, used)));
      tell({ kind: 'taken', buffer, used });
    } else if (message.kind === 'question') {
      const { number, question } = message;
      answer(question).then(
        (given) => tell({ kind: 'answer', number, answer: given }),
        (error: unknown) => {
          cope(error);
          tell({ kind: 'failed', number, why: String(error) });
        },
      );
    } else {
      clearInterval(timer);
      attempt(() => open?.store.flush());
      attempt(() => open?.file.close());
      open = null;
      tell({ kind: 'closed' });
      port.close();
    }
  });

  let newestId = 0;
  attempt(() => {
    newestId = current().file.newestId();
  });
  tell({ kind: 'opened', newestId });
}

function opened(file: string): { file: TraceFile; store: TraceStore } {
  const traceFile = new TraceFile(file);
  return { file: traceFile, store: new TraceStore(traceFile) };
}
