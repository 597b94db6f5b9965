import { Readable } from 'node:stream';
import { advanceTransfer, updateTransfer } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { bytesOf, openFile } from './files.ts';
import type { Job } from './job.ts';
import { fileNameOf } from './names.ts';

/** A file on its way to a station. `done` tells that the bytes from `start` to before `end` have left. */
export type Sending = Readonly<{
  sizeBytes: number;
  read(start: number, end: number): Readable;
  done(end: number): Promise<void>;
  close(): Promise<void>;
}>;

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
  return {
    sizeBytes: file.sizeBytes,
    read: (start, end) => Readable.from(paced(central, bytesOf(handle, start, end))),
    async done(end) {
      const isWhole = end >= file.sizeBytes;
      await central.storage.write([
        updateTransfer(transfer.id, { movedBytes: end }),
        ...(isWhole ? [advanceTransfer(transfer.id, 'transferred')] : []),
      ]);
      central.publish({ kind: 'station.changed', stationId: station.id });
    },
    close: () => handle.close(),
  };
}

async function* paced({ files }: Central, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    await files.pace.take(piece.length);
    yield piece;
  }
}
