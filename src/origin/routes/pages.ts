import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isBroadcastId, pages } from '../../protocol/urls.ts';
import { send404Or405 } from '../errors.ts';
import { assetHeaders, pageHeaders } from '../page-headers.ts';
import { preloadLinks, WATCH_FILES } from '../preload-links.ts';
import { Problem } from '../problem.ts';
import type { StaticFile, StaticFiles } from '../static-files.ts';

const PAGES = [pages.home, pages.studio, pages.lend, '/account', '/admin', '/capabilities'] as const;
const INDEX = '/index.html';

async function sendFile(request: FastifyRequest, reply: FastifyReply, file: StaticFile): Promise<FastifyReply> {
  reply.headers({ etag: file.etag, vary: 'accept-encoding' });
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
  const bytes = encoding === undefined ? file.identity : await file.encoded(encoding);
  if (encoding !== undefined && bytes !== file.identity) reply.header('content-encoding', encoding);
  return reply.type(file.type).send(bytes);
}

/** The product's pages: one document, whose script shows the page that the address names. */
export function pageRoutes(app: FastifyInstance, files: StaticFiles, publicOrigin: string | undefined): void {
  const sendPage = async (request: FastifyRequest, reply: FastifyReply, path: string, status = 200) => {
    const index = await files.get(INDEX);
    if (index === undefined)
      throw new Problem(503, 'not_built', 'The pages are not built yet. Run npm start, or npm run build.');
    reply.code(status).headers(pageHeaders(path, publicOrigin));
    return sendFile(request, reply, index);
  };

  for (const page of PAGES) app.get(page, (request, reply) => sendPage(request, reply, page));

  // The page itself says that there is no such broadcast; the status says it to everybody else.
  app.get<{ Params: { id: string } }>(pages.watch(':id'), async (request, reply) => {
    const { id } = request.params;
    const links = preloadLinks(String((await files.get(WATCH_FILES))?.identity ?? ''));
    if (links !== undefined) reply.header('link', links);
    return sendPage(request, reply, pages.watch(id), isBroadcastId(id) ? 200 : 404);
  });

  app.get('/*', async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const file = path === INDEX ? undefined : await files.get(path);
    if (file === undefined) return send404Or405(app, request, reply);
    const isHashed = path.startsWith('/assets/');
    reply.headers(assetHeaders);
    reply.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'public, max-age=300');
    return sendFile(request, reply, file);
  });
}
