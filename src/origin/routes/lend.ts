import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkInit } from '../../package/check-init.ts';
import type { LendDone, LendJoined, LendLive, LendOffer, LendWork } from '../../protocol/lend.ts';
import { decodeTick, MAX_REQUEST_BYTES, TICK_CONTENT_TYPE } from '../../protocol/tick.ts';
import { helpedTracks, helpSource, type VideoTrack } from '../../protocol/track.ts';
import { lend } from '../../protocol/urls.ts';
import { readBody } from '../body.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import type { HelperRecord } from '../lend-records.ts';
import { readLendDone, readLendJoin, readLendLook, readLendWork } from '../lend-requests.ts';
import { maxResultBytes, resultPartProblem, resultProblem } from '../lend-result.ts';
import { notStarted, Problem, tooLarge } from '../problem.ts';
import { readJson, requireType } from '../request-guards.ts';
import type { Running } from '../running.ts';
import { bearerToken } from '../token.ts';

interface OfSegment {
  Params: { segment: string };
}

const notLeased = (): Problem =>
  new Problem(409, 'not_leased', 'This segment is not lent to this helper any more. Leave it, and go on with another.');

/** SPEC LEND4 to LEND6: everything a helper's tab asks and sends. */
export function lendRoutes(app: FastifyInstance, context: OriginContext): void {
  const { registry, deadlines, lending, limits, clock, metrics } = context;

  const admit = (request: FastifyRequest): void => {
    const admission = limits.lend.admit(request.ip, clock.nowMs());
    if (admission.kind === 'go') return;
    throw new Problem(429, 'too_many', 'Too many requests from this address. Wait a moment and try again.', {
      'retry-after': String(admission.retryAfterSeconds),
    });
  };
  const helperOf = async (request: FastifyRequest): Promise<{ helper: HelperRecord; broadcast: Broadcast }> => {
    const helper = lending.helper(bearerToken(request.headers.authorization));
    return { helper, broadcast: await registry.find(helper.broadcastId) };
  };
  /** The segment of the path, while this helper holds it. */
  const held = (helper: HelperRecord, text: string): number => {
    const lease = lending
      .board(helper.broadcastId)
      .leasesOf(helper.id)
      .find(({ segment }) => String(segment) === text);
    if (lease === undefined) throw notLeased();
    return lease.segment;
  };

  app.post(lend.look, async (request, reply) => {
    admit(request);
    const invitation = lending.invitation(readLendLook(await readJson(request, deadlines)).invitation);
    const { record, running } = await registry.find(invitation.broadcastId);
    if (running === undefined) throw notStarted();
    const { title } = record;
    const { grid, isUpload } = running;
    const { expiresMs } = invitation;
    const offer: LendOffer = { title, grid, tracks: tracksToMake(running), expiresMs, isLive: !isUpload };
    return reply.header('cache-control', 'no-store').send(offer);
  });

  app.post(lend.join, async (request, reply) => {
    admit(request);
    const { invitation: token, name, configs } = readLendJoin(await readJson(request, deadlines));
    const invitation = lending.invitation(token);
    const broadcast = await registry.find(invitation.broadcastId);
    const { running, record } = broadcast;
    if (running === undefined) throw notStarted();
    refuseOtherEncoder(broadcast, configs);
    const joined = await lending.join(invitation, name);
    request.log.info({ broadcast: record.id, helper: joined.helper.id }, 'a helper has joined');
    const answer: LendJoined = {
      helperId: joined.helper.id,
      token: joined.token,
      broadcastId: record.id,
      title: record.title,
      grid: running.grid,
      tracks: tracksToMake(running),
      availabilityStartMs: running.availabilityStartMs,
      durationMs: record.durationMs,
      live: liveOf(broadcast),
    };
    return reply.code(201).header('cache-control', 'no-store').send(answer);
  });

  app.post(lend.work, async (request): Promise<LendWork> => {
    const { helper, broadcast } = await helperOf(request);
    const asked = readLendWork(await readJson(request, deadlines));
    if (broadcast.record.state === 'sealed' || broadcast.running?.isUpload !== true)
      return { state: 'over', lent: [], ended: [], segmentsDone: helper.segmentsDone };
    return lending.work(helper, asked);
  });

  app.get<OfSegment>(lend.source(':segment'), async (request, reply) => {
    const { helper } = await helperOf(request);
    const source = lending.files.source(helper.broadcastId, held(helper, request.params.segment));
    if (source === undefined) throw new Problem(404, 'no_source', 'The source of this segment is not here any more.');
    reply.header('cache-control', 'no-store').header('content-length', source.bytes);
    return reply.type('application/octet-stream').send(source.stream);
  });

  app.post<OfSegment>(lend.result(':segment'), async (request) => {
    const { helper, broadcast } = await helperOf(request);
    requireType(request, TICK_CONTENT_TYPE);
    const segment = held(helper, request.params.segment);
    const body = await readBody(request.raw, MAX_REQUEST_BYTES, deadlines);
    metrics.ingestBytes += body.length;
    const limitBytes = maxResultBytes(broadcast) * 2;
    if (lending.files.resultBytes(helper.broadcastId, segment, helper.id) + body.length > limitBytes)
      throw tooLarge(limitBytes);
    const tick = decodeTick(body);
    if (tick.kind === 'malformed') throw new Problem(400, 'malformed', `Not a tick: ${tick.reason}.`);
    for (const part of tick.parts) {
      const problem = resultPartProblem(broadcast, segment, part);
      if (problem !== undefined && 'code' in problem) throw new Problem(problem.status, problem.code, problem.message);
    }
    const [first] = tick.parts;
    if (first !== undefined) await lending.files.putResult(helper.broadcastId, segment, helper.id, body, first);
    return {};
  });

  app.post<OfSegment>(lend.done(':segment'), async (request): Promise<LendDone> => {
    const { helper, broadcast } = await helperOf(request);
    const done = readLendDone(await readJson(request, deadlines));
    const segment = held(helper, request.params.segment);
    const { broadcastId, id } = helper;
    const board = lending.board(broadcastId);
    const reason =
      done.kind === 'failed'
        ? done.reason
        : resultProblem(broadcast, segment, await lending.files.result(broadcastId, segment, id));
    const verdict = reason === undefined ? board.bring(segment, id, clock.nowMs()) : 'unknown';
    if (reason !== undefined) board.fail(segment, id, reason);
    if (verdict !== 'first') await lending.files.dropResult(broadcastId, segment, id);
    await lending.save(broadcastId, [segment]);
    if (reason !== undefined && done.kind === 'made') throw new Problem(422, 'bad_result', `${reason}.`);
    return { verdict };
  });

  app.post(lend.leave, async (request, reply) => {
    const { helper } = await helperOf(request);
    await lending.leave(helper);
    return reply.code(204).send();
  });
}

/** Of a recording all pictures, of a live those that its creator leaves to others. */
function tracksToMake({ tracks, isUpload }: Running): readonly VideoTrack[] {
  if (isUpload) return tracks.filter((track) => track.kind === 'video');
  const helped = helpedTracks(tracks);
  if (helped.length > 0) return helped;
  throw new Problem(
    409,
    'no_help_wanted',
    'The creator makes all of this broadcast, so there is nothing to help with.',
  );
}

function liveOf({ running, store }: Broadcast): LendLive | null {
  const source = helpSource(running?.tracks ?? []);
  if (running === undefined || running.isUpload || source === undefined) return null;
  return { source, init: (store.inits().get(source.id) ?? Buffer.alloc(0)).toString('base64') };
}

/** SPEC LEND3: what another encoder makes cannot stand in the same rendition. */
function refuseOtherEncoder(broadcast: Broadcast, configs: Readonly<Record<string, string>>): void {
  for (const track of broadcast.running === undefined ? [] : tracksToMake(broadcast.running)) {
    const init = checkInit(broadcast.store.inits().get(track.id) ?? new Uint8Array());
    if (init.kind === 'bad' || init.facts.media.kind !== 'video') continue;
    if (configs[track.id] === Buffer.from(init.facts.media.avcC).toString('base64')) continue;
    throw new Problem(
      409,
      'other_encoder',
      'This browser makes video in another way than the creator’s, so the pieces would not fit together. Try the same browser as the creator’s, on the same kind of computer.',
    );
  }
}
