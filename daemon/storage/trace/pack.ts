import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** What is smaller is kept as it is. */
const worthwhile = 256;
/** Blocks are small: with room for no more than one (64 KiB), making the packer's memory costs less than packing. */
const fast = { chunkSize: 4096, params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 16 } };
/** How packed bytes begin (RFC 8878 §3.1.1). No message does: it would be 4 GB long. */
const mark = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** More than a block can hold: what says that it is larger is damaged. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Messages made small. A station says nearly the same each time, so that a block shrinks to a tenth or less: the file holds as many times more,
 * and writing it costs a fraction (bench/ingest).
 */
export function packed(messages: Buffer): Buffer {
  if (messages.length < worthwhile) return messages;
  const small = zstdCompressSync(messages, fast);
  return small.length < messages.length ? small : messages;
}

/** The messages again; those of older files never were packed. Throws a `RangeError` when they are damaged. */
export function unpacked(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, mark.length).equals(mark)) return bytes;
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: mostBytes });
  } catch (error) {
    throw new RangeError('the trace holds something that cannot be unpacked', { cause: error });
  }
}
