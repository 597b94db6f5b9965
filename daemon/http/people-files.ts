import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Central } from '../domain/central.ts';
import { DomainError } from '../domain/error.ts';
import { useLink } from '../domain/files/library.ts';
import type { Listener } from './cookie.ts';
import { originOfRequest } from './origin.ts';

/**
 * One-time links of people (DESIGN §6): GET downloads a file of a station, PUT brings a firmware. Whoever has the link was given it by
 * a procedure that had looked at the rights.
 */
export function servePeopleFiles(server: FastifyInstance, central: Central, listener: Listener): void {
  // The body goes to the disk as it comes, whatever it is said to be.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _body, done) => done(null));

  server.get<{ Params: { token: string } }>('/:token', async (request, reply) => {
    const use = useLink(central, request.params.token);
    if (use?.kind !== 'download') return refuse(reply, 404, 'fileUnknown');
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-length', use.sizeBytes)
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(use.name)}`)
      .send(createReadStream(use.path, { end: Math.max(0, use.sizeBytes - 1) }));
  });
  server.put<{ Params: { token: string } }>('/:token', { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
    if (originOfRequest(request.headers, listener) === 'foreign') return refuse(reply, 403, 'originRefused');
    const use = useLink(central, request.params.token);
    if (use?.kind !== 'upload') return refuse(reply, 404, 'fileUnknown');
    try {
      return await reply.send(await use.store(request.raw));
    } catch (error) {
      if (error instanceof DomainError) return refuse(reply, 400, error.code, error.facts);
      if (request.raw.destroyed) return reply.hijack();
      throw error;
    }
  });
}

const refuse = (reply: FastifyReply, status: number, code: ErrorCode, facts: DomainError['facts'] = {}): FastifyReply =>
  reply
    .code(status)
    .header('connection', 'close')
    .send({ error: { message: code, data: { httpStatus: status, error: { code, facts } } } });
