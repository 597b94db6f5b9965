import { deleteStationFile, filesOfTransfers, updateStationFile } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';
import { removeFile } from './files.ts';
import type { Job } from './job.ts';
import { fileNameOf } from './names.ts';

/**
 * Gives a file that came another name, in place of one that had it: some stations send under a name for the time being, and report a
 * failure when they cannot do this. Refuses with `fileUnknown`, `fileNameRefused`, `stationBusy`.
 */
export async function renameReceived(central: Central, job: Job, path: string, newPath: string): Promise<void> {
  const [name, newName] = [fileNameOf(path), fileNameOf(newPath)];
  if (newName === null) throw new DomainError('fileNameRefused');
  const present = job.way === 'put' ? await filesOfTransfers(central.storage.read, [job.transfer.id]) : [];
  const file = present.findLast((each) => each.name === name);
  if (!file) throw new DomainError('fileUnknown');
  const replaced = present.filter((each) => each.name === newName && each.id !== file.id);
  if ([file, ...replaced].some(({ publicId }) => central.files.busy.has(publicId))) throw new DomainError('stationBusy');
  await central.storage.write([
    updateStationFile(file.publicId, { name: newName }),
    ...replaced.map(({ publicId }) => deleteStationFile(publicId)),
  ]);
  for (const { publicId } of replaced) await removeFile(central.files, publicId);
  central.publish({ kind: 'station.changed', stationId: job.station.id });
}
