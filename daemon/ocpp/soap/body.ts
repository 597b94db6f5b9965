import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { deflate, gunzip, gzip, inflate, inflateRaw } from 'node:zlib';

/** Largest body, as it comes and unpacked. The largest of OCPP are StopTransaction and GetConfiguration.conf. */
const MAX_BODY_BYTES = 256 * 1024;
/** A body that is packed because it pays. */
const PACK_ABOVE = 1024;

export const BROKEN_OFF = 'broken off';

/** A body that is not taken, with the HTTP status that says so. */
export class BodyRefused extends Error {
  readonly status: 400 | 413 | 415;

  constructor(status: 400 | 413 | 415, why: string) {
    super(why);
    this.name = 'BodyRefused';
    this.status = status;
  }
}

const unpack = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: (bytes: Buffer, options: { maxOutputLength: number }) =>
    // Some write the bare stream without its wrapping.
    (bytes[0] ?? 0) % 16 === 8 ? promisify(inflate)(bytes, options) : promisify(inflateRaw)(bytes, options),
};
const pack = { gzip: promisify(gzip), deflate: promisify(deflate) };

/** Reads the body of a request or an answer, unpacked; never more than `MAX_BODY_BYTES` (SECURITY R20, FACTS §4.5). */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const length = Number(message.headers['content-length'] ?? 0);
  if (length > MAX_BODY_BYTES) throw new BodyRefused(413, 'too large');
  const bytes = await wholeOf(message);
  const coding = (message.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '') return bytes;
  if (!isKnown(coding)) throw new BodyRefused(415, 'content coding not known');
  try {
    return await unpack[coding](bytes, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? new BodyRefused(413, 'too large when unpacked') : new BodyRefused(400, 'cannot be unpacked');
  }
}

function wholeOf(message: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    message.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= MAX_BODY_BYTES) parts.push(part);
      else reject(new BodyRefused(413, 'too large'));
    });
    message.on('end', () => resolve(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)));
    const brokenOff = () => reject(new BodyRefused(400, BROKEN_OFF));
    // After the end this changes nothing.
    message.on('error', brokenOff).on('close', brokenOff);
  });
}

const isKnown = (coding: string): coding is keyof typeof unpack => Object.hasOwn(unpack, coding);

/** A body packed as the other side wishes, if that pays. */
export async function packBody(
  text: string,
  accepted: string | undefined,
): Promise<Readonly<{ bytes: Buffer; coding?: string }>> {
  const bytes = Buffer.from(text);
  if (bytes.length < PACK_ABOVE || accepted === undefined) return { bytes };
  const wanted = accepted.split(',').flatMap((each) => {
    const [coding = '', ...parameters] = each.trim().toLowerCase().split(';');
    return parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter)) ? [] : [coding.trim()];
  });
  const coding = (['gzip', 'deflate'] as const).find((each) => wanted.includes(each));
  return coding === undefined ? { bytes } : { bytes: await pack[coding](bytes), coding };
}
