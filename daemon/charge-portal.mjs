#!/usr/bin/env node
// Runs under any Node, so that the wrong one is told in a sentence instead of failing on a word that it does not know.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const cli = join(folder, 'cli.ts');
const neededMajor = 26;

if (Number(process.versions.node.split('.')[0]) >= neededMajor) {
  // What was compiled stays for the next start, which takes half the time.
  modules.enableCompileCache(join(folder, '..', 'node_modules', '.cache', 'charge-portal'));
  import('./cli.ts').catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
} else {
  const node = join(folder, '..', 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(node)) handOver(node);
  else {
    console.error(
      `Charge Portal needs Node ${neededMajor}, and this is Node ${process.versions.node}: run "npm ci" in its folder once, which brings the right one.`,
    );
    process.exitCode = 1;
  }
}

function handOver(node) {
  const child = spawn(node, [cli].concat(process.argv.slice(2)), { stdio: 'inherit', shell: process.platform === 'win32' });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
    process.on(signal, () => child.kill(signal));
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : code;
  });
}
