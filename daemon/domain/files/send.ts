import { Readable } from 'node:stream';
import { advanceTransfer, updateTransfer } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { bytesOf, openFile } from './files.ts';
import type { Job } from './job.ts';
import { fileNameOf } from './names.ts';

/** A file on its way to a station. `done` tells that the bytes to before `end` have left; what left before is told now and then. */
export type Sending = Readonly<{
  sizeBytes: number;
  read(start: number, end: number): Readable;
  done(end: number): Promise<void>;
  close(): Promise<void>;
}>;

const tellEveryMs = 2000;

/** What a station may fetch under a path; null: nothing is there. */
export function fetchable(job: Job, path: string): { name: string; sizeBytes: number; changedAt: number } | null {
  return job.way === 'fetch' && fileNameOf(path) === job.file.name ? job.file : null;
}

/** Opens the firmware of a job. Refuses with `fileUnknown`. */
export async function send(central: Central, job: Job, path: string): Promise<Sending> {
  if (job.way !== 'fetch' || !fetchable(job, path)) throw new DomainError('fileUnknown');
  const { transfer, file, station } = job;
  const handle = await openFile(central.files, file.id, 'read');
  await central.storage.write([
    updateTransfer(transfer.id, { sizeBytes: file.sizeBytes }),
    advanceTransfer(transfer.id, 'running'),
  ]);
  central.publish({ kind: 'station.changed', stationId: station.id });
  let sent = 0;
  let isTold = true;
  const tell = async (movedBytes: number, isWhole: boolean) => {
    isTold = true;
    await central.storage.write([
      updateTransfer(transfer.id, { movedBytes }),
      ...(isWhole ? [advanceTransfer(transfer.id, 'transferred')] : []),
    ]);
    central.publish({ kind: 'station.changed', stationId: station.id });
  };
  // A disk that is full keeps nobody from fetching.
  const tellIfPossible = () =>
    tell(sent, false).catch((err) => station.log.warn({ err }, 'how far a file has come was not kept'));

  async function* paced(start: number, end: number): AsyncGenerator<Buffer> {
    let toldAt = performance.now();
    sent = start;
    for await (const piece of bytesOf(handle, start, end)) {
      await central.files.pace.take(piece.length);
      central.files.moved.set(transfer.id, central.clock.now());
      yield piece;
      sent += piece.length;
      isTold = false;
      if (performance.now() - toldAt < tellEveryMs) continue;
      toldAt = performance.now();
      await tellIfPossible();
    }
  }

  return {
    sizeBytes: file.sizeBytes,
    read: (start, end) => Readable.from(paced(start, end)),
    done: (end) => tell(end, end >= file.sizeBytes),
    async close() {
      if (!isTold) await tellIfPossible();
      await handle.close();
    },
  };
}
