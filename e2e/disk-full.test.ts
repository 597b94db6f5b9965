import { expect, test } from 'vitest';
import { fillTheDisk } from '../faults/disk-full.ts';
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
