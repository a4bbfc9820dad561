import { hash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { liveMpd, type MpdView, staticMpd } from '../../package/mpd.ts';
import { isViewPieces } from '../../protocol/grid.ts';
import { api } from '../../protocol/urls.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import { isStatic } from '../lifecycle.ts';
import { MEDIA_HEADERS, visibleHeaders } from '../media-answer.ts';
import { Problem } from '../problem.ts';
import { baseUrl } from '../watch-url.ts';
import { watchable } from '../watchable.ts';

const DEFAULT_PART_MS = 200;
/** `?part=` to pieces per segment (SPEC MEDIA7). */
const PIECES: Readonly<Record<string, number>> = { 33: 300, 100: 100, 200: 50, 500: 20, 2000: 5 };

interface OfManifest {
  Params: { id: string };
  Querystring: { part?: string | string[] };
}

function piecesOf(part: string | string[] | undefined, partsPerSegment: number): number {
  const pieces = typeof part === 'object' ? undefined : PIECES[part ?? DEFAULT_PART_MS];
  if (pieces !== undefined && isViewPieces(pieces, partsPerSegment)) return pieces;
  const offered = Object.entries(PIECES).filter(([, k]) => isViewPieces(k, partsPerSegment));
  throw new Problem(400, 'bad_part', `part is one of ${offered.map(([ms]) => ms).join(', ')} milliseconds.`);
}

/** SPEC MEDIA7 and MEDIA8; the text changes exactly when `publishTime` does. */
function manifestOf(broadcast: Broadcast, view: (partsPerSegment: number) => MpdView, timeUrl: string): string {
  const { running, record } = broadcast;
  if (running === undefined)
    throw new Problem(404, 'not_started', 'The broadcast has not started yet. Try again in a moment.');
  const { id, title, publishMs, state, durationMs, cuts } = record;
  const { availabilityStartMs, grid, tracks } = running;
  const { helped } = broadcast;
  const facts = { id, title, publishMs, availabilityStartMs, grid, tracks, cuts, helped };
  const wanted = view(grid.partsPerSegment);
  if (!isStatic(state)) return liveMpd(facts, wanted, timeUrl);
  if (durationMs === 0) throw new Problem(404, 'not_started', 'The broadcast ended before anything was sent.');
  return staticMpd(facts, durationMs);
}

export function manifestRoutes(app: FastifyInstance, context: OriginContext): void {
  const { reachability } = context;
  const answer = async (
    request: FastifyRequest<OfManifest>,
    reply: FastifyReply,
    view: (partsPerSegment: number) => MpdView,
  ): Promise<FastifyReply> => {
    const broadcast = await watchable(context, request, request.params.id);
    reply.headers(MEDIA_HEADERS);
    const text = manifestOf(broadcast, view, baseUrl(reachability(request.host)) + api.time);
    const etag = `"${hash('sha256', text, 'hex').slice(0, 32)}"`;
    const maxAge = isStatic(broadcast.record.state) ? 10 : 1;
    reply.headers({
      etag,
      'cache-control': `max-age=${maxAge}`,
      vary: 'host',
      ...visibleHeaders(broadcast.record.visibility),
    });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.header('content-type', 'application/dash+xml').send(text);
  };

  app.get<OfManifest>('/live/:id/manifest.mpd', (request, reply) =>
    answer(request, reply, (parts) => ({ kind: 'pieces', pieces: piecesOf(request.query.part, parts) })),
  );

  app.get<OfManifest>('/live/:id/chunked.mpd', (request, reply) => answer(request, reply, () => ({ kind: 'chunked' })));

  app.get<OfManifest>('/live/:id/poster.jpg', async (request, reply) => {
    const broadcast = await watchable(context, request, request.params.id);
    const jpeg = await broadcast.store.poster();
    if (jpeg === undefined) throw new Problem(404, 'no_poster', 'There is no picture of this broadcast yet.');
    return reply
      .headers({
        ...MEDIA_HEADERS,
        'cache-control': 'public, max-age=10',
        ...visibleHeaders(broadcast.record.visibility),
      })
      .type('image/jpeg')
      .send(jpeg);
  });
}
