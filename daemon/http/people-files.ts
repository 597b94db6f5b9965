import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { useLink } from '../domain/user/one-time-links.ts';
import type { Listener } from './cookie.ts';
import { originOfRequest } from './origin.ts';

/**
 * One-time links of people (DESIGN §6): GET downloads, a file of a station or an export, PUT brings a firmware. Whoever has the link was
 * given it by a procedure that had looked at the rights.
 */
export function servePeopleFiles(server: FastifyInstance, central: Central, listener: Listener): void {
  // The body goes to the disk as it comes, whatever it is said to be.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _body, done) => done(null));

  server.get<{ Params: { token: string } }>('/:token', async (request, reply) => {
    const download = useLink(central, request.params.token, 'download');
    if (!download) return refuse(reply, 404, 'fileUnknown');
    if (download.sizeBytes !== null) reply.header('content-length', download.sizeBytes);
    return reply
      .header('content-type', download.type)
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; ${fileName(download.name)}`)
      .send(Readable.from(download.content()));
  });
  server.put<{ Params: { token: string } }>('/:token', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
    if (originOfRequest(request.headers, listener) === 'foreign') return refuse(reply, 403, 'originRefused');
    const upload = useLink(central, request.params.token, 'upload');
    if (!upload) return refuse(reply, 404, 'fileUnknown');
    try {
      return await reply.send(await upload.store(request.raw));
    } catch (error) {
      if (error instanceof DomainError) return refuse(reply, 400, error.code, error.facts);
      if (request.raw.destroyed) return reply.hijack();
      throw error;
    }
  });
}

/** Programs that know no more than letters get those (RFC 6266 §4.3). */
const fileName = (name: string): string =>
  /^[\w.-]+$/.test(name) ? `filename="${name}"` : `filename*=UTF-8''${encodeURIComponent(name)}`;

const refuse = (reply: FastifyReply, status: number, code: ErrorCode, facts: DomainError['facts'] = {}): FastifyReply =>
  reply
    .code(status)
    .header('connection', 'close')
    .send({ error: { message: code, data: { httpStatus: status, error: { code, facts } } } });
