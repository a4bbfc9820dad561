import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MAX_INIT_BYTES } from '../../package/check-init.ts';
import type { Part } from '../../protocol/part.ts';
import type { PartOutcome, TickAnswer } from '../../protocol/tick.ts';
import { decodeTick, MAX_PART_BYTES, MAX_REQUEST_BYTES, TICK_CONTENT_TYPE } from '../../protocol/tick.ts';
import { ingest, parseMediaName } from '../../protocol/urls.ts';
import { readBody } from '../body.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import { cutTimeline, endBroadcast, startBroadcast } from '../control.ts';
import { notStarted, Problem, sealed, tooFast } from '../problem.ts';
import {
  type ClaimedBroadcast,
  claimedBroadcast,
  contentDigest,
  ownedBroadcast,
  readJson,
  requireType,
} from '../request-guards.ts';
import { readEndRequest, readStartRequest, readTimelineCut } from '../requests.ts';
import { takeInit } from '../take-init.ts';
import { takePart } from '../take-part.ts';

const MAX_POSTER_BYTES = 256 * 1024;

interface OfBroadcast {
  Params: { id: string };
}
interface OfTrack {
  Params: { id: string; track: string; file: string };
}

/** SPEC INGEST2..INGEST7 and TICK: everything the creator's tab sends. */
export function ingestRoutes(app: FastifyInstance, context: OriginContext): void {
  const { registry, deadlines, keeper, metrics } = context;
  /** Refuses a body that comes too fast before it is read, when it says how long it is. */
  const admit = (broadcast: Broadcast, bytes: number): void => {
    const later = broadcast.running?.allowance.take(bytes, broadcast.nowMs());
    if (later !== undefined) throw tooFast(later.retryAfterSeconds);
  };
  const readParts = async (request: FastifyRequest, broadcast: Broadcast, limitBytes: number): Promise<Buffer> => {
    const announced = Number(request.headers['content-length'] ?? 'NaN');
    if (announced > 0) admit(broadcast, Math.min(announced, limitBytes));
    const body = await readBody(request.raw, limitBytes, deadlines);
    if (!(announced > 0)) admit(broadcast, body.length);
    metrics.ingestBytes += body.length;
    return body;
  };
  const take = async (broadcast: Broadcast, part: Part): Promise<PartOutcome> => {
    const outcome = await takePart(broadcast, part, !keeper.facts.isOverBudget);
    metrics.part(outcome.status);
    return outcome;
  };

  const claimed = (request: FastifyRequest, id: string): Promise<ClaimedBroadcast> =>
    claimedBroadcast(request, registry, id);

  app.post<OfBroadcast>(ingest.parts(':id'), async (request): Promise<TickAnswer> => {
    const { broadcast, fence } = await claimed(request, request.params.id);
    requireType(request, TICK_CONTENT_TYPE);
    if (broadcast.running === undefined) throw notStarted();
    const tick = decodeTick(await readParts(request, broadcast, MAX_REQUEST_BYTES));
    fence();
    if (tick.kind === 'malformed') throw new Problem(400, 'malformed', `Not a tick: ${tick.reason}.`);
    const startedMs = performance.now();
    const parts: TickAnswer['parts'][number][] = [];
    for (const part of tick.parts) parts.push(await take(broadcast, part));
    // Node sends what was written to those who waited when this turn is over; this comes behind it in the same queue.
    process.nextTick(() => metrics.relayed(performance.now() - startedMs));
    if (parts.some((outcome) => outcome.status === 201)) broadcast.heard();
    return { parts, durable: broadcast.durable(), serverTimeMs: broadcast.nowMs() };
  });

  app.put<OfTrack>('/ingest/:id/:track/:file', async (request, reply) => {
    const { id, track, file } = request.params;
    const { broadcast, fence } = await claimed(request, id);
    const name = parseMediaName(track, file);
    const digest = contentDigest(request);
    if (name?.kind === 'init') {
      const bytes = await readBody(request.raw, MAX_INIT_BYTES, deadlines);
      fence();
      return reply.code(await takeInit(broadcast, name, bytes, digest)).send({});
    }
    if (broadcast.running === undefined) throw notStarted();
    const { partsPerSegment } = broadcast.running.grid;
    if (name?.kind !== 'piece' || name.pieces !== partsPerSegment)
      throw new Problem(404, 'unknown_name', `A part is named <segment>-<part>of${partsPerSegment}.m4s.`);
    const bytes = await readParts(request, broadcast, MAX_PART_BYTES);
    fence();
    const outcome = await take(broadcast, {
      track,
      part: name.segment * partsPerSegment + name.piece,
      bytes,
      digest,
    });
    if (outcome.status === 201) broadcast.heard();
    return reply.code(outcome.status).send('code' in outcome ? { code: outcome.code, message: outcome.message } : {});
  });

  app.post<OfBroadcast>(ingest.start(':id'), async (request) => {
    const { broadcast, fence } = await claimed(request, request.params.id);
    const start = readStartRequest(await readJson(request, deadlines));
    fence();
    await startBroadcast(broadcast, start);
    request.log.info({ broadcast: request.params.id }, 'started');
    return { state: broadcast.record.state };
  });

  app.post<OfBroadcast>(ingest.end(':id'), async (request) => {
    const { broadcast, fence } = await claimed(request, request.params.id);
    const end = readEndRequest(await readJson(request, deadlines));
    fence();
    await endBroadcast(broadcast, end);
    request.log.info({ broadcast: request.params.id }, 'ended by its creator');
    return { state: broadcast.record.state };
  });

  app.post<OfBroadcast>(ingest.cuts(':id'), async (request) => {
    const { broadcast, fence } = await claimed(request, request.params.id);
    const cut = readTimelineCut(await readJson(request, deadlines));
    fence();
    await cutTimeline(broadcast, cut);
    request.log.info({ broadcast: request.params.id, ...cut }, 'the timeline was cut');
    return { cuts: broadcast.record.cuts };
  });

  app.post<OfBroadcast>(ingest.claim(':id'), async (request, reply) => {
    const broadcast = await ownedBroadcast(request, registry, request.params.id);
    await broadcast.claim();
    request.log.info({ broadcast: request.params.id, generation: broadcast.record.generation }, 'claimed by a tab');
    return reply.header('cache-control', 'no-store').send(broadcast.ingestState());
  });

  app.get<OfBroadcast>(ingest.state(':id'), async (request, reply) => {
    const broadcast = await ownedBroadcast(request, registry, request.params.id);
    return reply.header('cache-control', 'no-store').send(broadcast.ingestState());
  });

  app.put<OfBroadcast>(ingest.poster(':id'), async (request, reply) => {
    const { broadcast, fence } = await claimed(request, request.params.id);
    requireType(request, 'image/jpeg');
    if (broadcast.record.state === 'sealed') throw sealed();
    const bytes = await readBody(request.raw, MAX_POSTER_BYTES, deadlines);
    fence();
    if (bytes.length < 4 || bytes.readUInt32BE(0) >>> 8 !== 0xffd8ff)
      throw new Problem(422, 'bad_poster', 'The picture is not a JPEG.');
    await broadcast.setPoster(bytes);
    return reply.code(204).send();
  });
}
