import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Central } from '../central.ts';
import { DomainError } from '../error.ts';

/** What files leave free on their disk, at most: sessions matter more than logs do (SECURITY R8). */
const mostReservedBytes = 1024 ** 3;
/** Parts of the disk that are free below which somebody has to know, the worst last. */
const warnBelow = [0.1, 0.05, 0.005];

/** Refuses with `diskFull` when all but a twentieth of the disk is taken, or would be with so many bytes; that is kept for the database. */
export async function needRoom(folder: string, moreBytes = 0): Promise<void> {
  const { bavail, blocks, bsize } = await statfs(folder);
  if (bavail * bsize - moreBytes < Math.min((blocks * bsize) / 20, mostReservedBytes)) throw new DomainError('diskFull');
}

/** A look at the disk of the data folder that warns when a tenth of it is free, when a twentieth, and when nothing (SECURITY R8). */
export function watchRoom({ settings, log }: Pick<Central, 'settings' | 'log'>): () => Promise<void> {
  const folder = dirname(settings.files.folder);
  let told = 0;
  return async () => {
    const { bavail, blocks, bsize } = await statfs(folder);
    const free = bavail / blocks;
    const level = warnBelow.filter((part) => free < part).length;
    const facts = { folder, freeMegabytes: Math.floor((bavail * bsize) / 1_000_000), freePercent: Math.round(free * 1000) / 10 };
    if (level === warnBelow.length && level > told) log.error(facts, 'the disk is full: messages cannot be stored');
    else if (level > told) log.warn(facts, 'the disk gets full');
    else if (level === 0 && told > 0) log.info(facts, 'there is room on the disk again');
    told = level;
  };
}
