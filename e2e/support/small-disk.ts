import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, small enough to be filled. */
export type SmallDisk = Readonly<{
  folder: string;
  /** Fills what is free, to the last byte. */
  fill(): void;
  /** Gives back what `fill` took. */
  release(): void;
  remove(): void;
}>;

/** `memory`: quick, for tests. `file`: ext4 in a file, which is flushed and journalled like a real disk. */
export type DiskKind = 'memory' | 'file';

const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'pipe' }).status === 0;

/** Mounts a small disk; null where this may not be done (it takes root on Linux). */
export function mountSmallDisk(megabytes: number, kind: DiskKind): SmallDisk | null {
  const scratch = mkdtempSync(join(tmpdir(), 'charge-portal-disk-'));
  const image = `${scratch}.img`;
  const isMounted =
    kind === 'memory'
      ? run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', scratch)
      : run('truncate', '-s', `${megabytes}M`, image) &&
        run('mkfs.ext4', '-q', image) &&
        run('mount', '-o', 'loop', image, scratch);
  const remove = () => {
    if (isMounted) run('umount', '-l', scratch);
    rmSync(scratch, { recursive: true, force: true });
    rmSync(image, { force: true });
  };
  if (!isMounted) {
    remove();
    return null;
  }
  const filler = join(scratch, 'filler');
  return { folder: scratch, fill: () => fillUp(filler), release: () => rmSync(filler, { force: true }), remove };
}

function fillUp(file: string): void {
  const handle = openSync(file, 'a');
  try {
    for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 4)) {
      const part = Buffer.alloc(size, 1);
      try {
        while (writeSync(handle, part) === size);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  } finally {
    closeSync(handle);
  }
}
