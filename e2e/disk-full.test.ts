import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fillTheDisk } from '../faults/disk-full.ts';
import { startDaemon } from './support/daemon.ts';
import { mountSmallDisk } from './support/small-disk.ts';

const mayMount = (() => {
  const disk = mountSmallDisk(1, 'memory');
  disk?.remove();
  return disk !== null;
})();

// The short form; `npm run faults` has the long one.
test.skipIf(!mayMount)(
  'R8: on a full disk nothing is acknowledged that is not stored, uploads are refused and marked, and all is as before once there is room (skipped where no file system may be mounted: it takes root on Linux)',
  async () => {
    const lines: string[] = [];
    const report = await fillTheDisk({ kind: 'memory', stations: 5, fullMs: 1000, seed: 2026, say: (line) => lines.push(line) });
    expect(report?.problems, lines.join('\n')).toEqual([]);
    expect(report?.refused).toBeGreaterThan(0);
    expect(report?.acknowledged).toBeGreaterThan(0);
    expect(report?.normalAgainMs).toBeLessThan(60_000);
    expect(report?.answers).toEqual({ ftp: 452, http: 507, late: 452 });
    expect(report?.partial).toEqual([true, true]);
  },
  180_000,
);

test.skipIf(!mayMount)(
  'R8: a disk that gets full is told before it is, and takes no firmware for which there is no room (skipped where no file system may be mounted)',
  async () => {
    const disk = mountSmallDisk(48, 'memory');
    if (!disk) throw new Error('it could be mounted just now');
    onTestFinished(() => disk.remove());
    await using daemon = await startDaemon({ data: join(disk.folder, 'data'), flags: ['--log-level', 'info'] });
    const firmware = {
      ...{ name: 'Firmware', fileName: 'f.bin', maker: '', model: '', version: '', notes: '' },
      sizeBytes: 49_500_000,
    };
    await expect(daemon.api('firmware.beginUpload', firmware)).rejects.toMatchObject({ error: { code: 'diskFull' } });
    disk.fill();
    await expect.poll(daemon.output, { timeout: 20_000 }).toContain('the disk is full: messages cannot be stored');
    disk.release();
    await expect.poll(daemon.output, { timeout: 20_000 }).toContain('there is room on the disk again');
  },
  60_000,
);
