import type { FastifyInstance } from 'fastify';
import { SEGMENT_MS } from '../../protocol/grid.ts';
import { MAX_STRIP_BYTES, STRIP_PICTURES, THUMBNAIL_SIDE_PX } from '../../protocol/thumbnails.ts';
import { parseStripName } from '../../protocol/urls.ts';
import { readBody } from '../body.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import { jpegSize } from '../jpeg.ts';
import { IMMUTABLE, MEDIA_HEADERS, visibleHeaders } from '../media-answer.ts';
import { notStarted, Problem, sealed } from '../problem.ts';
import { claimedBroadcast, requireType } from '../request-guards.ts';
import { watchable } from '../watchable.ts';

interface OfStrip {
  Params: { id: string; file: string };
}

const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

const unknownName = (): Problem => new Problem(404, 'unknown_name', 'Small pictures are named <segment>.jpg.');
const diskFull = (): Problem => new Problem(507, 'disk_full', 'The origin has no room for pictures now.');

/** A segment of which something can be seen by now; throws 422. */
function refuseStrangeSegment(broadcast: Broadcast, segment: number, startMs: number): void {
  if (startMs + segment * SEGMENT_MS > broadcast.nowMs())
    throw new Problem(422, 'bad_strip', 'This segment has not begun yet.');
}

function refuseStrangePicture(bytes: Buffer): void {
  const size = jpegSize(bytes);
  if (size === undefined) throw new Problem(422, 'bad_strip', 'The picture is not a JPEG.');
  const isStrip =
    size.width > 0 &&
    size.height > 0 &&
    size.width % STRIP_PICTURES === 0 &&
    size.width <= STRIP_PICTURES * THUMBNAIL_SIDE_PX &&
    size.height <= THUMBNAIL_SIDE_PX;
  if (isStrip) return;
  const limit = `${STRIP_PICTURES} pictures side by side, of at most ${THUMBNAIL_SIDE_PX} pixels a side`;
  throw new Problem(422, 'bad_strip', `A strip is ${limit}.`);
}

/** SPEC THUMB: the small pictures of a segment, from the creator's tab and to viewers. */
export function thumbnailRoutes(app: FastifyInstance, context: OriginContext): void {
  const { registry, deadlines, keeper } = context;

  app.put<OfStrip>('/ingest/:id/thumbnails/:file', async (request, reply) => {
    const { broadcast, fence } = await claimedBroadcast(request, registry, request.params.id);
    const segment = parseStripName(request.params.file);
    if (segment === undefined) throw unknownName();
    requireType(request, 'image/jpeg');
    if (broadcast.running === undefined) throw notStarted();
    if (broadcast.record.state === 'sealed') throw sealed();
    refuseStrangeSegment(broadcast, segment, broadcast.running.availabilityStartMs);
    const bytes = await readBody(request.raw, MAX_STRIP_BYTES, deadlines);
    fence();
    refuseStrangePicture(bytes);
    if (broadcast.store.strips().has(segment)) return reply.code(200).send({});
    if (keeper.facts.isOverBudget) throw diskFull();
    await broadcast.store.putStrip(segment, bytes).catch((error: NodeJS.ErrnoException) => {
      throw NO_ROOM.has(error.code ?? '') ? diskFull() : error;
    });
    return reply.code(201).send({});
  });

  app.get<OfStrip>('/live/:id/thumbnails/:file', async (request, reply) => {
    const broadcast = await watchable(context, request, request.params.id);
    const segment = parseStripName(request.params.file);
    const jpeg = segment === undefined ? undefined : await broadcast.store.strip(segment);
    if (jpeg === undefined) throw new Problem(404, 'no_strip', 'There are no small pictures of this segment.');
    return reply
      .headers({ ...MEDIA_HEADERS, 'cache-control': IMMUTABLE, ...visibleHeaders(broadcast.record.visibility) })
      .type('image/jpeg')
      .send(jpeg);
  });
}
