import { fileServerRow } from '../../storage/firmware.ts';
import { deleteStationFile, expireTransfers, filesBefore } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { removeFile } from './files.ts';
import { movingTransfers } from './job.ts';

const dayMs = 86_400_000;

/** Closes transfers whose time is over and that do not move, and removes files that were kept long enough. */
export async function keepFiles(central: Central): Promise<void> {
  const { storage, clock, files } = central;
  const now = clock.now();
  await storage.write([expireTransfers(now, movingTransfers(central))]);
  const { keepDays } = await fileServerRow(storage.read);
  const old = (await filesBefore(storage.read, now - keepDays * dayMs)).filter(({ publicId }) => !files.busy.has(publicId));
  if (old.length === 0) return;
  await storage.write(old.map(({ publicId }) => deleteStationFile(publicId)));
  for (const { publicId } of old) await removeFile(files, publicId);
}
