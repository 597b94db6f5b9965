import { createHash, type Hash, randomUUIDv7 } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Statement } from '../../storage/storage.ts';
import {
  advanceTransfer,
  bytesOfStation,
  deleteStationFile,
  filesOfTransfers,
  insertStationFile,
  updateStationFile,
  updateTransfer,
} from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { stationEvent } from '../station/event.ts';
import { bytesOf, createFile, diskError, lookForRoomEvery, openFile, removeFile, syncFolder } from './files.ts';
import type { Job } from './job.ts';
import { fileNameOf } from './names.ts';
import { needRoom } from './room.ts';

/** Takes a file in, piece by piece. `finish` or `breakOff` ends it; what is called after that changes nothing. */
export type Receiver = Readonly<{
  /** Refuses with `fileTooLarge`, `stationQuotaFull` or `diskFull`. */
  write(bytes: Buffer): Promise<void>;
  /** It is whole, and on disk; unless the station has said meanwhile that it is not. Refuses with `diskFull`. */
  finish(): Promise<void>;
  /** Nothing more comes; what is there is kept and marked as partial. */
  breakOff(): Promise<void>;
}>;

const mostFiles = 50;
const tellEveryMs = 2000;
const storeAgainMs = 5000;
const megabytes = (bytes: number) => Math.floor(bytes / 1_000_000);

type Existing = Readonly<{ publicId: string; sizeBytes: number }>;

/**
 * Begins to take a file from a station. `from` is where in it the first byte belongs; null: behind what is there of that name.
 * Refuses with `fileNameRefused`, `offsetBeyondEnd`, `stationBusy`, and what `write` refuses with.
 */
export async function receive(central: Central, job: Job, path: string, from: number | null): Promise<Receiver> {
  const { files, storage, settings } = central;
  const name = fileNameOf(path);
  if (name === null) throw new DomainError('fileNameRefused');
  const present = await filesOfTransfers(storage.read, [job.transfer.id]);
  const same = present.filter((file) => file.name === name);
  const existing = same.at(-1);
  const offset = from ?? existing?.sizeBytes ?? 0;
  if (offset > (existing?.sizeBytes ?? 0)) throw new DomainError('offsetBeyondEnd');
  if (offset === 0 && present.length - same.length >= mostFiles) throw new DomainError('stationQuotaFull', { megabytes: 0 });
  if (existing && files.busy.has(existing.publicId)) throw new DomainError('stationBusy');

  const going = offset > 0 && existing ? await goOn(central, existing, offset) : await begin(central, job, name);
  const stored = await bytesOfStation(storage.read, job.station.id);
  const room = { most: settings.files.maxFileBytes - offset, quota: settings.files.quotaBytes - stored };
  const older = offset === 0 ? same.map((file) => file.publicId) : [];
  return receiver(central, job, { name, ...going, older, offset, room });
}

type Going = Readonly<{ id: string; handle: FileHandle; hash: Hash }>;

/** The row is there before the file, so that no file is ever without one; it says *partial* until the end. */
async function begin(central: Central, job: Job, name: string): Promise<Going> {
  const id = randomUUIDv7();
  const row = { publicId: id, transferId: job.transfer.id, stationId: job.station.id, name };
  await write(central, [insertStationFile({ ...row, sizeBytes: 0, sha256: null, partial: 1, receivedAt: central.clock.now() })]);
  try {
    return { id, handle: await createFile(central.files, id), hash: createHash('sha256') };
  } catch (error) {
    await writeWhenPossible(central, [deleteStationFile(id)]);
    throw diskError(error);
  }
}

async function goOn(central: Central, { publicId: id }: Existing, offset: number): Promise<Going> {
  await needRoom(central.files.folder);
  const handle = await openFile(central.files, id, 'write');
  await handle.truncate(offset);
  const hash = createHash('sha256');
  for await (const bytes of bytesOf(handle, 0, offset)) hash.update(bytes);
  try {
    await write(central, [updateStationFile(id, { sizeBytes: offset, partial: 1, sha256: null })]);
    return { id, handle, hash };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Refuses with `diskFull` when the database cannot grow. */
async function write(central: Central, unit: readonly Statement[]): Promise<void> {
  try {
    await central.storage.write(unit);
  } catch (error) {
    throw diskError(error);
  }
}

/** Stores what is true in any case. On a full disk nobody waits for it: it is tried again until there is room. */
async function writeWhenPossible(central: Central, unit: readonly Statement[]): Promise<void> {
  try {
    await write(central, unit);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    void wait(storeAgainMs, undefined, { ref: false })
      .then(() => writeWhenPossible(central, unit))
      .catch((err: unknown) => central.log.warn({ err }, 'state of a file not kept'));
  }
}

type Course = Going &
  Readonly<{ name: string; older: readonly string[]; offset: number; room: Readonly<{ most: number; quota: number }> }>;

function receiver(central: Central, job: Job, { id, handle, hash, name, older, offset, room }: Course): Receiver {
  const { files, settings, clock } = central;
  const { station, transfer } = job;
  files.busy.add(id);
  let written = 0;
  let lookedAt = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let isOver = false;

  const count = (bytes: number) => files.incoming.set(station.id, (files.incoming.get(station.id) ?? 0) + bytes);
  const close = async () => {
    isOver = true;
    files.busy.delete(id);
    files.disowned.delete(id);
    count(-written);
    if (files.incoming.get(station.id) === 0) files.incoming.delete(station.id);
    await handle.close();
  };
  const tell = async () => {
    toldAt = performance.now();
    await write(central, [
      updateTransfer(transfer.id, { movedBytes: offset + written }),
      advanceTransfer(transfer.id, 'running'),
    ]);
    central.publish({ kind: 'station.changed', stationId: station.id });
  };

  const breakOff = async () => {
    if (isOver) return;
    const { size } = await handle.stat();
    await close();
    if (size === 0) {
      await writeWhenPossible(central, [deleteStationFile(id)]);
      return await removeFile(files, id);
    }
    await writeWhenPossible(central, [
      updateStationFile(id, { sizeBytes: size, receivedAt: clock.now() }),
      updateTransfer(transfer.id, { movedBytes: size }),
      stationEvent(central, station, { kind: 'station.fileBroken', severity: 'warning', data: { name, sizeBytes: size } }),
    ]);
    central.publish({ kind: 'station.changed', stationId: station.id });
  };

  return {
    async write(bytes) {
      if (written + bytes.length > room.most)
        throw new DomainError('fileTooLarge', { megabytes: megabytes(settings.files.maxFileBytes) });
      if ((files.incoming.get(station.id) ?? 0) + bytes.length > room.quota)
        throw new DomainError('stationQuotaFull', { megabytes: megabytes(settings.files.quotaBytes) });
      count(bytes.length);
      files.moved.set(transfer.id, clock.now());
      const at = offset + written;
      written += bytes.length;
      hash.update(bytes);
      await files.pace.take(bytes.length);
      try {
        if (written - lookedAt > lookForRoomEvery) {
          lookedAt = written;
          await needRoom(files.folder);
        }
        await writeAll(handle, bytes, at);
      } catch (error) {
        throw diskError(error);
      }
      if (performance.now() - toldAt > tellEveryMs) await tell();
    },
    async finish() {
      if (isOver) return;
      const sizeBytes = offset + written;
      try {
        await handle.sync();
        syncFolder(files);
      } catch (error) {
        throw diskError(error);
      }
      // From here to the writing nothing may wait, else the station's word could be overwritten.
      if (files.disowned.has(id)) return await breakOff();
      await write(central, [
        updateStationFile(id, { sizeBytes, sha256: hash.digest('hex'), partial: 0, receivedAt: clock.now() }),
        ...older.map(deleteStationFile),
        updateTransfer(transfer.id, { movedBytes: sizeBytes, sizeBytes }),
        advanceTransfer(transfer.id, 'transferred'),
        stationEvent(central, station, { kind: 'station.fileReceived', severity: 'info', data: { name, sizeBytes } }),
      ]);
      await close();
      for (const each of older) await removeFile(files, each);
      central.publish({ kind: 'station.changed', stationId: station.id });
    },
    breakOff,
  };
}

async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
