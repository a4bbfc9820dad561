import type { FastifyInstance, FastifyReply } from 'fastify';
import { isViewPieces, partsOfPiece } from '../../protocol/grid.ts';
import { parseMediaName } from '../../protocol/urls.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import { answerOverloaded, MEDIA_HEADERS, NO_STORE, writeHead } from '../media-answer.ts';
import { Problem } from '../problem.ts';
import { serveFeed } from '../serve-feed.ts';
import { servePiece } from '../serve-piece.ts';
import { serveSegment } from '../serve-segment.ts';

interface OfMedia {
  Params: { id: string; track: string; file: string };
  Querystring: { from?: string | string[] };
}

const unknownName = (): Problem =>
  new Problem(404, 'unknown_name', 'Nothing has this name. Ask the manifest for the names of segments.');

/** The part within the segment of `?from=`; undefined when not said. */
function fromOf(text: string | string[] | undefined, partsPerSegment: number): number | undefined {
  if (text === undefined) return undefined;
  const from = typeof text === 'string' && /^[0-9]{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(from < partsPerSegment)) throw new Problem(400, 'bad_from', `from is a part, 0 to ${partsPerSegment - 1}.`);
  return from;
}

/** SPEC MEDIA1..MEDIA6. The answers are written on the bare response: this is the path that has to be lean. */
export function mediaRoutes(app: FastifyInstance, { registry }: OriginContext): void {
  const serveInit = (broadcast: Broadcast, track: string, reply: FastifyReply): void => {
    const init = broadcast.store.inits().get(track);
    if (init === undefined) throw unknownName();
    reply.hijack();
    // Before the start it may still be missing and come; after it, it is fixed.
    const cache = broadcast.running === undefined ? NO_STORE : 'public, max-age=31536000, immutable';
    writeHead(reply.raw, 200, track, { 'content-length': init.length, 'cache-control': cache });
    reply.raw.end(init);
  };

  const serve = (broadcast: Broadcast, request: Parameters<typeof answer>[0], reply: FastifyReply): void => {
    const { track, file } = request.params;
    const name = parseMediaName(track, file);
    if (name === undefined) throw unknownName();
    if (name.kind === 'init') return serveInit(broadcast, track, reply);
    const { running } = broadcast;
    if (running?.tracks.some(({ id }) => id === track) !== true) throw unknownName();
    const { partsPerSegment } = running.grid;
    if (name.kind === 'piece') {
      if (!isViewPieces(name.pieces, partsPerSegment)) throw unknownName();
      const { from, to } = partsOfPiece(name.segment, name.piece, name.pieces, partsPerSegment);
      reply.hijack();
      return servePiece(reply.raw, broadcast, track, from, to);
    }
    const within = fromOf(request.query.from, partsPerSegment);
    const first = name.segment * partsPerSegment;
    const growing = (): void => {
      if (request.method === 'HEAD') {
        writeHead(reply.raw, 200, track, { 'cache-control': NO_STORE });
        reply.raw.end();
      } else serveFeed(reply.raw, broadcast, track, first + (within ?? 0), first + partsPerSegment);
    };
    reply.hijack();
    if (within !== undefined) return growing();
    broadcast.store.segment(track, name.segment).then(
      (segment) => {
        if (segment === undefined) growing();
        else serveSegment(request.raw, reply.raw, track, segment);
      },
      () => answerOverloaded(reply.raw),
    );
  };

  const answer = (
    request: {
      params: OfMedia['Params'];
      query: OfMedia['Querystring'];
      method: string;
      raw: FastifyReply['raw']['req'];
    },
    reply: FastifyReply,
  ): void | Promise<void> => {
    const broadcast = registry.find(request.params.id);
    if (!(broadcast instanceof Promise)) return serve(broadcast, request, reply);
    return broadcast.then((opened) => serve(opened, request, reply));
  };

  app.get<OfMedia>('/live/:id/:track/:file', (request, reply) => answer(request, reply));
  app.options('/live/*', (_request, reply) => {
    const allowed = { 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': 'range' };
    reply
      .headers({ ...MEDIA_HEADERS, ...allowed, 'access-control-max-age': '86400' })
      .code(204)
      .send();
  });
}
