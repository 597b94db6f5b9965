import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { apiPath } from '../../shared/api/api.ts';

const index = 'index.html';

/**
 * The console's built pages. Files with a hash in their name are kept by browsers for ever; the page itself is asked for each time, so
 * that an update is seen at once. Any other path is a page of the console, whose router knows it.
 */
export async function servePages(server: FastifyInstance, consoleDir: string): Promise<void> {
  await server.register(fastifyStatic, {
    root: consoleDir,
    index: false,
    wildcard: true,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(join(consoleDir, 'assets'));
      reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  // The folder itself would be refused: `index` is off, because its pages are the router's.
  server.get('/', (_request, reply) => reply.callNotFound());
  server.setNotFoundHandler((request, reply) => {
    const [path = '/'] = request.url.split('?', 1);
    const isPage =
      (request.method === 'GET' || request.method === 'HEAD') && !path.includes('.') && !`${path}/`.startsWith(`${apiPath}/`);
    if (!isPage) return reply.code(404).type('text/plain').send('Not found\n');
    if (existsSync(join(consoleDir, index))) return reply.sendFile(index);
    return reply.code(503).type('text/plain').send('The console is not built yet. `npm start` builds it.\n');
  });
}
