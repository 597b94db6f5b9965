import { filesOfTransfers } from '../../storage/transfers.ts';
import type { Central } from '../central.ts';
import type { Job } from './job.ts';

/** What a station sees in its transfer: the file to fetch, or those that it has put. */
export async function visibleFiles(
  central: Central,
  job: Job,
): Promise<readonly Readonly<{ name: string; sizeBytes: number; changedAt: number }>[]> {
  if (job.way === 'fetch') return [job.file];
  const files = await filesOfTransfers(central.storage.read, [job.transfer.id]);
  return files.map(({ name, sizeBytes, receivedAt }) => ({ name, sizeBytes, changedAt: receivedAt }));
}
