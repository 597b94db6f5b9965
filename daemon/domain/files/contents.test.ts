import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestCentral, testCentral } from '../testing.ts';
import { linesOf, searchIn, textEntries } from './contents.ts';

const id = '01890000-0000-7000-8000-000000000000';
let folder: string;
let made: TestCentral;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'charge-portal-contents-'));
  const files = { folder, keyFile: '', maxFileBytes: 1, quotaBytes: 1, bytesPerSecond: 0, jobMs: 1 };
  made = await testCentral({ settings: { files } });
});
afterAll(async () => {
  await made.close();
  rmSync(folder, { recursive: true });
});

const stored = (name: string, bytes: Buffer) => {
  writeFileSync(join(folder, id), bytes);
  return { publicId: id, name };
};
const text = Buffer.from('first line\r\nsecond Line with ERROR\nthird\n');

function tar(entries: Readonly<Record<string, Buffer>>): Buffer {
  const blocks = Object.entries(entries).flatMap(([name, body]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write(body.length.toString(8).padStart(11, '0'), 124);
    header.write('0', 156);
    header.write('ustar', 257);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function zip(entries: Readonly<Record<string, Buffer>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, body] of Object.entries(entries)) {
    const packed = deflateRawSync(body);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    locals.push(local, Buffer.from(name), packed);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    directory.push(entry, Buffer.from(name));
    at += 30 + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const image = Buffer.from([0x89, 0, 1, 2, 3, 0, 0]);
test.each([
  ['plain text', 'log.txt', text, 'log.txt'],
  ['gz', 'log.txt.gz', gzipSync(text), 'log.txt'],
  ['tar', 'logs.tar', tar({ 'a.bin': image, 'b/log.txt': text }), 'b/log.txt'],
  ['tar.gz', 'logs.tgz', gzipSync(tar({ 'a.bin': image, 'b/log.txt': text })), 'b/log.txt'],
  ['zip', 'logs.zip', zip({ 'a.bin': image, 'b/log.txt': text }), 'b/log.txt'],
])('%s is shown by lines and searched', async (_, name, bytes, entry) => {
  const file = stored(name, bytes);
  expect((await textEntries(made.central, file)).find((each) => each.text)).toEqual({
    name: entry,
    sizeBytes: text.length,
    text: true,
  });
  expect(await linesOf(made.central, file, { from: 1, count: 2 })).toEqual({
    ...{ entry, lines: ['first line', 'second Line with ERROR'], more: true },
  });
  expect(await linesOf(made.central, file, { entry, from: 3, count: 5 })).toEqual({ entry, lines: ['third'], more: false });
  expect(await searchIn(made.central, file, 'line WITH')).toEqual({
    matches: [{ entry, line: 2, text: 'second Line with ERROR' }],
    more: false,
  });
});

test('what is no text has no lines; its archive is known all the same', async () => {
  await expect(linesOf(made.central, stored('x.bin', image), { from: 1, count: 5 })).rejects.toMatchObject({
    code: 'fileNotText',
  });
  expect(await textEntries(made.central, stored('x.bin', image))).toEqual([{ name: 'x.bin', sizeBytes: 7, text: false }]);
  expect(await searchIn(made.central, stored('x.bin', image), 'a')).toEqual({ matches: [], more: false });
});

test('broken archives, bombs and endless lines are left where they break', async () => {
  const broken = gzipSync(Buffer.concat([text, Buffer.from(randomBytes(100_000).toString('base64'))])).subarray(0, 50_000);
  expect((await searchIn(made.central, stored('x.gz', broken), 'none')).more).toBe(true);
  const cut = zip({ 'log.txt': text });
  for (const length of [5, 40, cut.length - 10]) await searchIn(made.central, stored('x.zip', cut.subarray(0, length)), 'a');
  const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, 'a'));
  const before = process.memoryUsage().rss;
  expect((await searchIn(made.central, stored('bomb.gz', bomb), 'b')).more).toBe(true);
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  expect(await textEntries(made.central, stored('empty', Buffer.alloc(0)))).toEqual([
    { name: 'empty', sizeBytes: 0, text: false },
  ]);
});
