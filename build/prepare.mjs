// What npm start and npm test do first. Runs under the machine's own Node and without node_modules, so: plain JavaScript.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const oldestMajor = 20;

/** The project's own Node, which the package `node` brings. */
export const projectNode = at('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Installs the packages of the lock file when they are missing or others. Ends the process when that fails. */
export function install() {
  if (Number(process.versions.node.split('.')[0]) < oldestMajor) {
    stop(`Charge Portal needs Node ${oldestMajor} or newer to install itself, and this is Node ${process.versions.node}.`);
  }
  if (isInstalled()) return;
  console.log('Installing packages (npm ci); about a minute, the first time only.');
  const npm = process.env.npm_execpath;
  const flags = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm ? run(process.execPath, [npm].concat(flags)) : run('npm', flags, { shell: process.platform === 'win32' });
  if (!done) stop('npm ci failed; what it said stands above.');
}

/** Builds the console's files when its sources have changed since. Ends the process when that fails. */
export function buildConsole() {
  const dist = at('console', 'dist');
  const stamp = join(dist, '.sources');
  const now = hashOf(['console', 'shared', 'build/vite.config.ts', 'build/messages.ts', 'package-lock.json']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  console.log('Building the console.');
  // Beside its place first: a daemon that runs goes on serving the old one until the new one is whole.
  const fresh = at('node_modules', '.cache', `console-${process.pid}`);
  mkdirSync(dirname(fresh), { recursive: true });
  const flags = [
    at('node_modules', 'vite', 'bin', 'vite.js'),
    'build',
    '--config',
    at('build', 'vite.config.ts'),
    '--logLevel',
    'warn',
  ];
  if (!run(projectNode, flags.concat(['--outDir', fresh, '--emptyOutDir'])))
    stop('The console could not be built; the reason stands above.');
  writeFileSync(join(fresh, '.sources'), now);
  const old = `${fresh}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

/** Runs a program with our streams; whether it succeeded. */
export function run(program, flags, options) {
  return spawnSync(program, flags, Object.assign({ cwd: root, stdio: 'inherit' }, options)).status === 0;
}

/** Ends the process with a sentence. */
export function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** npm notes in node_modules what it has put there; packages for other machines may be missing. */
function isInstalled() {
  const note = at('node_modules', '.package-lock.json');
  if (!existsSync(projectNode) || !existsSync(note)) return false;
  const wanted = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(note, 'utf8')).packages;
  return Object.keys(wanted).every((path) => {
    if (path === '') return true;
    return present[path] ? present[path].version === wanted[path].version : wanted[path].optional || wanted[path].devOptional;
  });
}

/** Content of files and folders, without tests and what was built. */
function hashOf(names) {
  const hash = createHash('sha256');
  const add = (name) => {
    if (!statSync(at(name)).isDirectory()) hash.update(`${name}\n`).update(readFileSync(at(name)));
    else
      for (const child of readdirSync(at(name)).sort())
        if (child !== 'dist' && !child.endsWith('.test.ts')) add(`${name}/${child}`);
  };
  names.forEach(add);
  return hash.digest('hex');
}
