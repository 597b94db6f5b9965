import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `npm run faults`: everything that breaks things, in its long form. */
for (const name of ['kill.ts', 'disk-full.ts', 'key-rotation.ts', 'fuzz.ts', 'soap-fuzz.ts', 'storm.ts', 'noise.ts']) {
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(name, import.meta.url))], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
