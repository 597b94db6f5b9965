// npm test: installs what it needs, runs every check and every test, and ends with one line over all of it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildConsole, install, projectNode, root, run } from './prepare.mjs';

const chromiumPlaces = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const chromium = () => chromiumPlaces.find((place) => place && existsSync(place));
const reports = mkdtempSync(join(tmpdir(), 'charge-portal-test-'));
const counts = { passed: 0, failed: 0, skipped: 0 };

install();
installPrograms();
buildConsole();

// The checks need one processor for a minute, and daemons often wait: side by side. Browsers have the machine alone.
const checks = [check('types'), check('format'), check('layers'), check('unused')];
await Promise.all([inTurn(checks), inTurn([tests('unit'), tests('integration')])]);
process.env.CHROMIUM = chromium() ?? '';
if (chromium()) await tests('browser')();
else {
  console.log('Skipped: browser tests, because there is no Chromium.');
  counts.skipped += 1;
}
rmSync(reports, { recursive: true, force: true });
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed > 0 ? 1 : 0);

/** The browser, and the other people's programs that tests play stations with. Where they cannot be had, their tests are skipped. */
function installPrograms() {
  const missing = [
    ...(chromium() ? [] : ['chromium']),
    ...(works('lftp', '--version') ? [] : ['lftp']),
    ...(works('/usr/bin/python3', '-c', 'import zeep') ? [] : ['python3-zeep']),
    // Where there is no Java, its SOAP library would bring all of it.
    ...(works('wsimport', '-version') || !works('javac', '-version') ? [] : ['jaxws']),
  ];
  if (missing.length === 0 || process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || process.getuid() !== 0) return;
  console.log(`Installing for the tests (apt-get): ${missing.join(', ')}.`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', 'ignore', 'inherit'] };
  const flags = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  run('apt-get', [...flags, 'update'], options);
  run('apt-get', [...flags, 'install', '-y', '--no-install-recommends', ...missing], options);
}

function works(program, ...args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

async function inTurn(steps) {
  for (const step of steps) await step();
}

/** One of the scripts `check:…` of package.json; counts as one test. */
function check(name) {
  return async () => {
    const succeeded = await npmRun(`check:${name}`, []);
    counts[succeeded ? 'passed' : 'failed'] += 1;
  };
}

/** One of vitest's projects. */
function tests(project) {
  return async () => {
    const report = join(reports, `${project}.json`);
    await npmRun(`test:${project}`, ['--', '--reporter=default', '--reporter=json', `--outputFile=${report}`]);
    if (!existsSync(report)) {
      console.log(`Failed: the ${project} tests ended without a report.`);
      counts.failed += 1;
      return;
    }
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    // A file that fails before its first test has no failed test of its own.
    const brokenFiles = testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
    );
    counts.passed += numPassedTests;
    counts.failed += numFailedTests + brokenFiles.length;
    counts.skipped += numPendingTests + numTodoTests;
  };
}

/** Whether the script succeeded; its output is printed when it ends, so that two do not mix. */
function npmRun(script, flags) {
  const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`;
  return new Promise((resolve) => {
    const began = Date.now();
    const npm = process.env.npm_execpath ? [projectNode, process.env.npm_execpath] : ['npm'];
    const child = spawn(npm[0], [...npm.slice(1), 'run', '--silent', script, ...flags], {
      cwd: root,
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (output += part));
    child.on('close', (code) => {
      console.log(`${code === 0 ? 'Passed' : 'Failed'}: ${script}, ${((Date.now() - began) / 1000).toFixed(1)} s`);
      if (code !== 0 || script.startsWith('test:')) console.log(output.trimEnd());
      resolve(code === 0);
    });
  });
}
