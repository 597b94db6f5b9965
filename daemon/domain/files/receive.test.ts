import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DomainError } from '../error.ts';
import { reportDiagnosticsStatus } from '../station/files.ts';
import { type TestCentral, testCentral, testLink, testPerson } from '../testing.ts';
import { openFile, pathOf } from './files.ts';
import { type Job, openJob } from './job.ts';
import { keepFiles } from './keep.ts';
import { fileNameOf, harmlessName } from './names.ts';
import { receive } from './receive.ts';
import { requestDiagnostics } from './request.ts';
import { fileOf, transferOf } from './station-files.ts';

let folder: string;
let made: TestCentral;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'charge-portal-box-'));
  const files = {
    folder: join(folder, 'files'),
    keyFile: join(folder, 'key'),
    maxFileBytes: 1000,
    quotaBytes: 2500,
    bytesPerSecond: 0,
    jobMs: 60_000,
  };
  made = await testCentral({ settings: { files } });
  const at = { host: 'portal.example.org', port: 1 };
  made.central.files.endpoints = { ftp: at, http: at, https: at };
});
afterEach(async () => {
  await made.close();
  rmSync(folder, { recursive: true });
});

/** A transfer into which the station may put files, and what it was told. */
async function putJob(): Promise<{ job: Job; id: string; user: string; password: string }> {
  const { central, station, clock } = made;
  const link = testLink(clock);
  link.answer = () => ({ outcome: 'accepted', answer: 'Accepted', detail: { fileName: 'log' } });
  station.link = link;
  const { publicId: id } = await requestDiagnostics(central, testPerson, station, { protocol: 'ftp' });
  const request = link.requests.at(-1);
  const { username: user, password } = new URL(request?.kind === 'getDiagnostics' ? request.location : '');
  return { job: await openJob(central, user, password, '192.0.2.10'), id, user, password };
}

const put = async (job: Job, name: string, text: string, from: number | null = 0) => {
  const receiver = await receive(made.central, job, name, from);
  try {
    await receiver.write(Buffer.from(text));
  } catch (error) {
    await receiver.breakOff();
    throw error;
  }
  await receiver.finish();
};

test('a file that its station calls failed while it comes stays partial, whatever its end looks like', async () => {
  const { job, id } = await putJob();
  const receiver = await receive(made.central, job, 'log.txt', 0);
  await receiver.write(Buffer.from('half of it'));
  await reportDiagnosticsStatus(made.central, made.station, 'UploadFailed');
  await receiver.finish();
  expect(await transferOf(made.central, testPerson, id)).toMatchObject({
    ...{ state: 'failed', problem: 'UploadFailed' },
    files: [{ name: 'log.txt', partial: true, sizeBytes: 10 }],
  });
  // Tried again, it is whole.
  await put(job, 'log.txt', 'all of it, this time');
  expect((await transferOf(made.central, testPerson, id)).files).toMatchObject([{ name: 'log.txt', partial: false }]);
});

/** Numbers that look random and are the same each time (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pieces = [
  ...[
    '..',
    '.',
    '/',
    '\\',
    '//',
    '../',
    '..\\',
    '%2e%2e',
    '%2f',
    '%5c',
    '%00',
    '\0',
    'C:',
    'c:\\',
    '\\\\server\\share',
    'CON',
    'NUL.txt',
  ],
  ...[
    'aux',
    'LPT1',
    ' ',
    '  ',
    '. . .',
    '...',
    'a',
    'log',
    '.txt',
    ':stream',
    '∕',
    '／',
    '＼',
    '․․',
    '..',
    '\u202e',
    '\r\n',
    '\t',
    '~',
    '$HOME',
  ],
  ...[
    '`id`',
    '|rm',
    '-rf',
    '*',
    '?',
    '<',
    '>',
    '"',
    "'",
    ';',
    'é',
    '日',
    '🔌',
    '\ud800',
    'etc/passwd',
    'x'.repeat(4096),
    '/proc/self/environ',
  ],
];

test('R19, A13: of 10,000 odd paths none leads out of the folder', async () => {
  const { job, id } = await putJob();
  const witness = join(folder, 'witness');
  writeFileSync(witness, 'untouched');
  const random = seeded(16);
  let accepted = 0;
  for (let path = 0; path < 10_000; path++) {
    const given = Array.from({ length: 1 + random(8) }, () => pieces[random(pieces.length)]).join('');
    const name = fileNameOf(given);
    if (name === null) {
      await expect(receive(made.central, job, given, 0)).rejects.toMatchObject({ code: 'fileNameRefused' });
      continue;
    }
    expect(name).not.toMatch(/[/\\\p{C}]|^\.+$/u);
    expect(harmlessName(name)).toMatch(/^[^\\/:*?"<>|.\p{C}][^\\/:*?"<>|\p{C}]*$/u);
    // Every fortieth is really written; all of them go through the same two lines.
    if (accepted++ % 40 === 0 && accepted < 2000) await put(job, given, 'x').catch(ignoreFull);
  }
  expect(accepted).toBeGreaterThan(1000);
  for (const file of readdirSync(join(folder, 'files'))) {
    expect(file).toMatch(/^[0-9a-f-]{36}$/);
    expect(lstatSync(join(folder, 'files', file)).isFile()).toBe(true);
  }
  expect(readdirSync(folder).toSorted()).toEqual(['files', 'witness']);
  expect(readFileSync(witness, 'utf8')).toBe('untouched');
  expect((await transferOf(made.central, testPerson, id)).files.length).toBe(readdirSync(join(folder, 'files')).length);
});

function ignoreFull(error: unknown): void {
  if (!(error instanceof DomainError) || error.code !== 'stationQuotaFull') throw error;
}

test('A13: a link that takes the place of a file, or of the folder, is not followed', async () => {
  const { job, id } = await putJob();
  await put(job, 'log', 'first');
  const [file] = (await transferOf(made.central, testPerson, id)).files;
  const path = pathOf(made.central.files, file?.id ?? '');
  const witness = join(folder, 'witness');
  writeFileSync(witness, 'untouched');
  rmSync(path);
  symlinkSync(witness, path);
  await expect(openFile(made.central.files, file?.id ?? '', 'read')).rejects.toMatchObject({ code: 'fileUnknown' });
  await expect(put(job, 'log', 'more', null)).rejects.toMatchObject({ code: 'fileUnknown' });
  renameSync(join(folder, 'files'), join(folder, 'away'));
  symlinkSync(join(folder, 'away'), join(folder, 'files'));
  await expect(put(job, 'other', 'x')).rejects.toThrow(/is no folder/);
  expect(readFileSync(witness, 'utf8')).toBe('untouched');
});

describe('A14: bounds', () => {
  test('one file, the files of a station, and where a transfer goes on', async () => {
    const { job, id } = await putJob();
    await expect(put(job, 'big', 'x'.repeat(1001))).rejects.toMatchObject({ code: 'fileTooLarge' });
    await put(job, 'one', 'x'.repeat(1000));
    await put(job, 'two', 'x'.repeat(1000));
    await expect(put(job, 'three', 'x'.repeat(501))).rejects.toMatchObject({ code: 'stationQuotaFull' });
    await expect(put(job, 'one', 'x', 1001)).rejects.toMatchObject({ code: 'offsetBeyondEnd' });
    await expect(put(job, 'new', 'x', 1)).rejects.toMatchObject({ code: 'offsetBeyondEnd' });
    await put(job, 'one', 'yy', 10);
    const { files } = await transferOf(made.central, testPerson, id);
    expect(files.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['one', 12],
      ['two', 1000],
    ]);
  });

  test('what comes in at the same time counts too', async () => {
    const { job } = await putJob();
    const receivers = await Promise.all(['a', 'b', 'c'].map((name) => receive(made.central, job, name, 0)));
    const results = await Promise.allSettled(receivers.map((receiver) => receiver.write(Buffer.alloc(1000))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await Promise.all(receivers.map((receiver) => receiver.breakOff()));
    expect(made.central.files.incoming.size).toBe(0);
  });
});

test('a newer file of a name takes the place of the older; the same bytes have the same check sum', async () => {
  const { job, id } = await putJob();
  await put(job, 'log', 'first');
  await put(job, 'log', 'second');
  await put(job, 'log', ' and third', null);
  const { files } = await transferOf(made.central, testPerson, id);
  expect(files).toMatchObject([{ name: 'log', sizeBytes: 16, partial: false }]);
  expect(readdirSync(join(folder, 'files'))).toEqual([files[0]?.id]);
  await put(job, 'copy', 'second and third');
  expect((await transferOf(made.central, testPerson, id)).files[1]?.sha256).toBe(files[0]?.sha256);
});

test('A14: user and password are valid for their time, and not after the transfer has ended', async () => {
  const { job, user, password } = await putJob();
  const open = () => openJob(made.central, user, password, '192.0.2.10');
  await expect(openJob(made.central, user, 'wrong', '192.0.2.10')).rejects.toMatchObject({ code: 'transferRefused' });
  await expect(openJob(made.central, 'nobody', password, '192.0.2.10')).rejects.toMatchObject({ code: 'transferRefused' });
  expect((await open()).transfer.id).toBe(job.transfer.id);
  made.clock.advance(60_001);
  await expect(open()).rejects.toMatchObject({ code: 'transferRefused' });
  await keepFiles(made.central);
  expect(await transferOf(made.central, testPerson, job.transfer.publicId)).toMatchObject({ state: 'expired' });
});

test('one that began and was never heard of again says that, not that it runs; a word that comes late still counts', async () => {
  const { job } = await putJob();
  const { central, station } = made;
  const state = async () => (await transferOf(central, testPerson, job.transfer.publicId)).state;
  await reportDiagnosticsStatus(central, station, 'Uploading');
  expect(await state()).toBe('running');
  made.clock.advance(60_001);
  await keepFiles(central);
  expect(await state()).toBe('silent');
  await reportDiagnosticsStatus(central, station, 'Uploaded');
  expect(await state()).toBe('done');
});

test('a transfer is open as long as its file moves, and a while longer to go on where it broke', async () => {
  const { job, id, user, password } = await putJob();
  const { central, clock } = made;
  const state = async () => (await transferOf(central, testPerson, id)).state;
  const receiver = await receive(central, job, 'log', 0);
  await receiver.write(Buffer.from('first '));
  clock.advance(59_000);
  await receiver.write(Buffer.from('and second '));
  clock.advance(4 * 60_000);
  await keepFiles(central);
  expect(await state()).toBe('running');
  await receiver.breakOff();
  const again = await openJob(central, user, password, '192.0.2.10');
  await put(again, 'log', 'third', null);
  expect((await transferOf(central, testPerson, id)).files).toMatchObject([{ name: 'log', sizeBytes: 22, partial: false }]);
  clock.advance(6 * 60_000);
  await expect(openJob(central, user, password, '192.0.2.10')).rejects.toMatchObject({ code: 'transferRefused' });
  await keepFiles(central);
  expect(central.files.moved.size).toBe(0);
  expect((await transferOf(central, testPerson, id)).endedAt).not.toBeNull();
});

test('a station that says that it goes on gets its time anew, one that has ended does not', async () => {
  const { job, user, password } = await putJob();
  const { central, station, clock } = made;
  const transfer = () => transferOf(central, testPerson, job.transfer.publicId);
  clock.advance(60_001);
  await keepFiles(central);
  expect((await transfer()).state).toBe('expired');
  await reportDiagnosticsStatus(central, station, 'Uploading');
  expect(await transfer()).toMatchObject({ state: 'running', endedAt: null });
  await put(await openJob(central, user, password, '192.0.2.10'), 'log', 'late');
  await reportDiagnosticsStatus(central, station, 'Uploaded');
  await reportDiagnosticsStatus(central, station, 'Uploading');
  expect((await transfer()).endedAt).toBe(clock.now());
  await expect(openJob(central, user, password, '192.0.2.10')).rejects.toMatchObject({ code: 'transferRefused' });
});

test('files go after their days, those that are being written stay', async () => {
  const { job, id } = await putJob();
  await put(job, 'old', 'x');
  made.clock.advance(89 * 86_400_000);
  await keepFiles(made.central);
  const [file] = (await transferOf(made.central, testPerson, id)).files;
  expect(statSync(pathOf(made.central.files, file?.id ?? '')).size).toBe(1);
  made.clock.advance(2 * 86_400_000);
  await keepFiles(made.central);
  await expect(fileOf(made.central, testPerson, file?.id ?? '')).rejects.toMatchObject({ code: 'fileUnknown' });
  expect(readdirSync(join(folder, 'files'))).toEqual([]);
});
