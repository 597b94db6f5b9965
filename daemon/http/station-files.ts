import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { type Job, openJob } from '../domain/files/job.ts';
import { receive } from '../domain/files/receive.ts';
import { send } from '../domain/files/send.ts';
import { addressOf } from './origin.ts';
import { partOf, rangeOf } from './range.ts';

const prefix = '/files/';
const stalledMs = 60_000;
/** What a form may have around its file. */
const mostAroundFile = 100_000;
const lingerMs = 500;

/** How refusals look to a station; what is not here answers 400. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  transferRefused: 404,
  signInLocked: 429,
  fileUnknown: 404,
  fileTooLarge: 413,
  stationQuotaFull: 413,
  diskFull: 507,
  stationBusy: 409,
  offsetBeyondEnd: 416,
};

/**
 * Files over HTTP for stations, on their own listener: GET fetches, with Range, and PUT or POST puts, raw or as a form.
 * The path holds user and password of one transfer (`/files/<user>/<password>/<name>`). False: the request is for somebody else.
 */
export const stationFiles =
  (central: Central) =>
  (request: IncomingMessage, response: ServerResponse): boolean => {
    if (!pathOf(request).startsWith(prefix)) return false;
    request.socket.setTimeout(stalledMs, () => request.socket.destroy());
    void serve(central, request, response).catch((error: unknown) => refuse(central, request, response, error));
    return true;
  };

/** The path that is meant: some stations join address and path with two slashes, some send the whole address as proxies want it. */
const pathOf = ({ url = '' }: IncomingMessage): string => url.replace(/^https?:\/\/[^/]*/i, '').replace(/^\/+/, '/');

async function serve(central: Central, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = ''] = pathOf(request).slice(prefix.length).split('?', 1);
  const [user = '', password = '', ...rest] = path.split('/').map(decoded);
  const job = await openJob(central, user, password, addressOf(request));
  const name = rest.join('/');
  const { method = '' } = request;
  if (method === 'GET' || method === 'HEAD') return await fetchFile(central, job, name, request, response);
  if (method !== 'PUT' && method !== 'POST') {
    response.writeHead(405, { allow: 'GET, HEAD, PUT, POST', connection: 'close' }).end();
    return;
  }
  if (job.way !== 'put') throw new DomainError('fileUnknown');
  const { maxFileBytes } = central.settings.files;
  if (Number(request.headers['content-length'] ?? 0) > maxFileBytes + mostAroundFile)
    throw new DomainError('fileTooLarge', { megabytes: Math.floor(maxFileBytes / 1_000_000) });
  const isForm = /^multipart\/form-data/i.test(request.headers['content-type'] ?? '');
  if (isForm) await takeForm(central, job, name, request);
  else await takeBody(central, job, name === '' ? 'file' : name, request);
  response
    .writeHead(method === 'PUT' ? 201 : 200, { 'content-type': 'text/plain', connection: 'close' })
    .end('It has arrived.\n');
}

async function fetchFile(
  central: Central,
  job: Job,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const sending = await send(central, job, name);
  try {
    const { sizeBytes } = sending;
    const range = rangeOf(request.headers.range, sizeBytes);
    if (range === 'beyond') {
      response.writeHead(416, { 'content-range': `bytes */${sizeBytes}`, connection: 'close' }).end();
      return;
    }
    const { start, end } = range ?? { start: 0, end: sizeBytes };
    response.writeHead(range ? 206 : 200, {
      'content-type': 'application/octet-stream',
      'content-length': end - start,
      'accept-ranges': 'bytes',
      connection: 'close',
      ...(range && { 'content-range': `bytes ${start}-${end - 1}/${sizeBytes}` }),
    });
    if (request.method === 'HEAD') return void response.end();
    await pipeline(sending.read(start, end), response);
    await sending.done(end);
  } finally {
    await sending.close();
  }
}

/** A file, or with Content-Range a part that goes on where another one broke (RFC 9110 §14.5); it is whole when the last part is there. */
async function takeBody(central: Central, job: Job, name: string, request: IncomingMessage): Promise<void> {
  const part = partOf(request.headers['content-range']);
  if (part === 'wrong') throw new DomainError('fileIncomplete');
  if (part === null) return await take(central, job, name, request, () => request.complete);
  let received = 0;
  const counted = async function* () {
    for await (const bytes of request) {
      received += bytes.length;
      yield bytes;
    }
  };
  const isWhole = () => request.complete && received === part.end - part.start;
  if (part.isLast) return await take(central, job, name, counted(), isWhole, part.start);
  const receiver = await receive(central, job, name, part.start);
  try {
    for await (const bytes of counted()) await receiver.write(bytes);
  } finally {
    await receiver.breakOff();
  }
  if (!isWhole()) throw new DomainError('fileIncomplete');
}

/** Takes a body in; when it breaks, what came is kept as partial. */
async function take(
  central: Central,
  job: Job,
  name: string,
  body: AsyncIterable<Buffer>,
  isWhole: () => boolean,
  from = 0,
): Promise<void> {
  const receiver = await receive(central, job, name, from);
  try {
    for await (const bytes of body) await receiver.write(bytes);
    if (!isWhole()) throw new DomainError('fileIncomplete');
    await receiver.finish();
  } catch (error) {
    await receiver.breakOff();
    throw error;
  }
}

/** The files of a form; what its fields say is of no interest. */
async function takeForm(central: Central, job: Job, name: string, request: IncomingMessage): Promise<void> {
  const form = new Busboy({
    headers: { ...request.headers, 'content-type': request.headers['content-type'] ?? '' },
    limits: { files: 5, fields: 20, fieldSize: 4096, headerPairs: 50 },
  });
  let taking = Promise.resolve();
  let files = 0;
  form.on('file', (_field, stream, filename) => {
    files++;
    taking = taking
      .then(() => take(central, job, name || filename || 'file', stream, () => request.complete && !stream.truncated))
      .catch((error: unknown) => {
        stream.resume();
        throw error;
      });
    taking.catch(() => {}); // It is awaited below.
  });
  const parsed = pipeline(request, form);
  await Promise.race([
    parsed,
    new Promise((_, reject) => request.once('aborted', () => reject(new DomainError('fileIncomplete')))),
  ]);
  await taking;
  if (files === 0) throw new DomainError('fileIncomplete');
}

function refuse(central: Central, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const isOurs = !(error instanceof DomainError) && !request.destroyed && !response.destroyed;
  if (isOurs) central.log.error({ err: error, method: request.method }, 'a file over HTTP failed');
  if (response.headersSent) return void response.destroy();
  const code = error instanceof DomainError ? error.code : 'internal';
  const status = error instanceof DomainError ? (statusOf[error.code] ?? 400) : 500;
  const words = Buffer.from(`${code}\n`);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': words.length,
    connection: 'close',
  });
  if (request.complete) return void response.end(words);
  // What still comes is let run for a moment, as cutting the line at once may swallow the answer.
  response.write(words);
  const end = () => response.end();
  const timer = setTimeout(end, lingerMs);
  request
    .once('close', () => clearTimeout(timer))
    .once('end', end)
    .resume();
}

/** A path that is wrongly encoded names nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
