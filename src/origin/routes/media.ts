import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { initKey } from '../../protocol/broadcast.ts';
import { isViewPieces, partsOfPiece } from '../../protocol/grid.ts';
import { parseMediaName } from '../../protocol/urls.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import {
  answerNotMade,
  answerOverloaded,
  IMMUTABLE,
  keepPrivate,
  MEDIA_HEADERS,
  NO_STORE,
  type RawRequest,
  type RawResponse,
  writeHead,
} from '../media-answer.ts';
import { Problem } from '../problem.ts';
import type { Running } from '../running.ts';
import { FeedAnswer } from '../serve-feed.ts';
import { PieceAnswer } from '../serve-piece.ts';
import { serveSegment } from '../serve-segment.ts';
import { readerOf } from '../viewers.ts';
import { watchable } from '../watchable.ts';

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
export function mediaRoutes(app: FastifyInstance, context: OriginContext): void {
  const { viewers, clock } = context;
  app.get<OfMedia>('/live/:id/:track/:file', (request, reply) => {
    const { id } = request.params;
    // No promise, and no turn of the event loop, when the broadcast is open.
    const broadcast = watchable(context, request, id);
    if (broadcast instanceof Promise)
      return broadcast.then((opened) => {
        viewers.read(id, readerOf(request), clock.nowMs());
        serve(opened, request, reply);
      });
    viewers.read(id, readerOf(request), clock.nowMs());
    serve(broadcast, request, reply);
    return undefined;
  });

  app.options('/live/*', (_request, reply) => {
    const allowed = { 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': 'range' };
    reply
      .headers({ ...MEDIA_HEADERS, ...allowed, 'access-control-max-age': '86400' })
      .code(204)
      .send();
  });
}

/** Throws a Problem, or takes the response from the framework. */
function serve(broadcast: Broadcast, request: FastifyRequest<OfMedia>, reply: FastifyReply): void {
  if (broadcast.record.visibility === 'private') keepPrivate(reply.raw);
  const { track, file } = request.params;
  const name = parseMediaName(track, file);
  if (name === undefined) throw unknownName();
  if (name.kind === 'init') {
    serveInit(broadcast, name, reply);
    return;
  }
  const { running } = broadcast;
  if (running?.expectations.has(track) !== true) throw unknownName();
  const { partsPerSegment } = running.grid;
  if (name.kind === 'piece') {
    if (!isViewPieces(name.pieces, partsPerSegment)) throw unknownName();
    const slice = { track, ...partsOfPiece(name.segment, name.piece, name.pieces, partsPerSegment) };
    reply.hijack();
    new PieceAnswer(reply.raw, broadcast, running, slice).look();
    return;
  }
  const within = fromOf(request.query.from, partsPerSegment);
  reply.hijack();
  if (within === undefined) serveWhole(broadcast, running, name, request.raw, reply.raw);
  else serveGrowing(broadcast, running, { ...name, within }, request.raw, reply.raw);
}

function serveInit(broadcast: Broadcast, { track, segment }: SegmentName, reply: FastifyReply): void {
  const init = broadcast.store.inits().get(initKey(track, segment));
  if (init === undefined) throw unknownName();
  reply.hijack();
  writeHead(reply.raw, 200, track, { 'content-length': init.length, 'cache-control': IMMUTABLE });
  reply.raw.end(init);
}

interface SegmentName {
  readonly track: string;
  readonly segment: number;
}

function serveWhole(
  broadcast: Broadcast,
  running: Running,
  name: SegmentName,
  request: RawRequest,
  response: RawResponse,
): void {
  broadcast.store.segment(name.track, name.segment).then(
    (stored) => {
      if (stored === undefined) serveGrowing(broadcast, running, { ...name, within: 0 }, request, response);
      else
        serveSegment(request, response, {
          track: name.track,
          segment: stored,
          report: (error) => broadcast.report(error),
        });
    },
    (error: unknown) => {
      broadcast.report(error);
      answerOverloaded(response);
    },
  );
}

function serveGrowing(
  broadcast: Broadcast,
  running: Running,
  { track, segment, within }: SegmentName & { readonly within: number },
  request: RawRequest,
  response: RawResponse,
): void {
  if (request.method === 'HEAD') {
    writeHead(response, 200, track, { 'cache-control': NO_STORE });
    response.end();
    return;
  }
  const first = segment * running.grid.partsPerSegment;
  const slice = { track, from: first + within, to: first + running.grid.partsPerSegment };
  const end = Math.min(slice.to, broadcast.record.end?.endParts[track] ?? slice.to);
  if (broadcast.isBeingMade && slice.from < end && !broadcast.store.stored(track).covers(slice.from, end)) {
    answerNotMade(response);
    return;
  }
  new FeedAnswer(response, broadcast, running, slice).pump();
}
