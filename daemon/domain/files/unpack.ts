import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { bytesOf } from './files.ts';

type Look = (name: string, body: AsyncIterable<Buffer>) => Promise<'goOn' | 'stop'>;

const mostEntries = 2000;
const mostDirectoryBytes = 4 * 1024 * 1024;
const tarBlock = 512;

/** Whether bytes look like text: no zeros, and few of those control characters that no text has. */
export function isText(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, 4096);
  let odd = 0;
  for (const byte of sample) {
    if (byte === 0) return false;
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27) odd++;
  }
  return odd <= sample.length / 50;
}

/** The budget of unpacked bytes is used up, or the archive is broken: what was seen counts, the rest is left. */
class Enough extends Error {}

/**
 * Hands over what is in a file, one after the other: itself, or the files in a zip, gz, tar or tar.gz. Nothing is unpacked to disk, and
 * no more than `mostBytes` are looked at, whatever the archive promises. False when something was left out.
 */
export async function readEntries(handle: FileHandle, name: string, mostBytes: number, look: Look): Promise<boolean> {
  const budget = { bytes: mostBytes };
  try {
    const head = await readAt(handle, 0, tarBlock);
    if (head.readUInt32LE4(0) === 0x04034b50) return await zipEntries(handle, budget, look);
    const isGzip = head.bytes[0] === 0x1f && head.bytes[1] === 0x8b;
    const whole = Readable.from(bytesOf(handle, 0, Number.MAX_SAFE_INTEGER));
    const body = isGzip ? whole.pipe(createGunzip()) : whole;
    const inner = isGzip ? name.replace(/\.(gz|tgz)$/i, (_, end: string) => (/tgz/i.test(end) ? '.tar' : '')) : name;
    return await plainOrTar(inner, bounded(body, budget), look);
  } catch (error) {
    if (error instanceof Enough || isBroken(error)) return false;
    throw error;
  }
}

/** What zlib says of damaged data. */
const isBroken = (error: unknown) =>
  error instanceof Error && 'code' in error && /^(Z_|ERR_STREAM_PREMATURE)/.test(String(error.code));

async function* bounded(body: AsyncIterable<Buffer>, budget: { bytes: number }): AsyncGenerator<Buffer> {
  for await (const bytes of body) {
    budget.bytes -= bytes.length;
    if (budget.bytes < 0) throw new Enough();
    yield bytes;
  }
}

async function plainOrTar(name: string, body: AsyncGenerator<Buffer>, look: Look): Promise<boolean> {
  const source = new Source(body);
  const head = await source.peek(tarBlock);
  if (!isTarHeader(head)) {
    await look(name, source.rest());
    return true;
  }
  for (let entries = 0; entries < mostEntries; entries++) {
    const header = await source.take(tarBlock);
    if (!isTarHeader(header)) return true; // Two empty blocks, or the end.
    const sizeBytes = Number.parseInt(textOf(header, 124, 12), 8) || 0;
    const prefix = textOf(header, 345, 155);
    const isFile = header[156] === 0x30 || header[156] === 0;
    const entry = prefix === '' ? textOf(header, 0, 100) : `${prefix}/${textOf(header, 0, 100)}`;
    const end = source.position + Math.ceil(sizeBytes / tarBlock) * tarBlock;
    if (isFile && (await look(entry, source.next(sizeBytes))) === 'stop') return true;
    await source.skipTo(end);
  }
  return false;
}

const isTarHeader = (block: Buffer) => block.length === tarBlock && block.toString('latin1', 257, 262) === 'ustar';
const textOf = (block: Buffer, start: number, length: number) =>
  block
    .toString('utf8', start, start + length)
    .replace(/\0.*$/s, '')
    .trim();

/** Bytes that come by and by, taken in the portions that a format has. */
class Source {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffered: Buffer = Buffer.alloc(0);
  position = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done) return false;
    this.#buffered = this.#buffered.length === 0 ? value : Buffer.concat([this.#buffered, value]);
    return true;
  }

  async peek(length: number): Promise<Buffer> {
    while (this.#buffered.length < length && (await this.#more()));
    return this.#buffered.subarray(0, length);
  }

  async take(length: number): Promise<Buffer> {
    const taken = await this.peek(length);
    this.#buffered = this.#buffered.subarray(taken.length);
    this.position += taken.length;
    return taken;
  }

  async *next(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#buffered.length === 0 && !(await this.#more())) throw new Enough();
      const part = await this.take(Math.min(left, this.#buffered.length));
      left -= part.length;
      yield part;
    }
  }

  async skipTo(position: number): Promise<void> {
    for await (const _ of this.next(position - this.position));
  }

  async *rest(): AsyncGenerator<Buffer> {
    while (this.#buffered.length > 0 || (await this.#more())) yield await this.take(this.#buffered.length);
  }
}

/** The files that the central directory at the end of a zip names, in its order. */
async function zipEntries(handle: FileHandle, budget: { bytes: number }, look: Look): Promise<boolean> {
  const { size } = await handle.stat();
  const tail = (await readAt(handle, Math.max(0, size - 65_557), Math.min(size, 65_557))).bytes;
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || tail.length - end < 22) return false;
  const directory = (await readAt(handle, tail.readUInt32LE(end + 16), Math.min(tail.readUInt32LE(end + 12), mostDirectoryBytes)))
    .bytes;
  let at = 0;
  for (let entries = 0; entries < mostEntries && at + 46 <= directory.length; entries++) {
    if (directory.readUInt32LE(at) !== 0x02014b50) return false;
    const method = directory.readUInt16LE(at + 10);
    const packed = directory.readUInt32LE(at + 20);
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    const local = directory.readUInt32LE(at + 42);
    const isEncrypted = (directory.readUInt16LE(at + 8) & 1) === 1;
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (name.endsWith('/') || isEncrypted || (method !== 0 && method !== 8)) continue;
    const { bytes: header } = await readAt(handle, local, 30);
    if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) return false;
    const start = local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
    const raw = Readable.from(bytesOf(handle, start, start + packed));
    const body = method === 8 && packed > 0 ? raw.pipe(createInflateRaw()) : raw;
    const verdict = await look(name, bounded(body, budget));
    if (verdict === 'stop') return true;
  }
  return at >= directory.length;
}

async function readAt(handle: FileHandle, position: number, length: number) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  const bytes = buffer.subarray(0, bytesRead);
  return { bytes, readUInt32LE4: (at: number) => (bytes.length >= at + 4 ? bytes.readUInt32LE(at) : 0) };
}
