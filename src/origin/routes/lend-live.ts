import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LivePartsAnswer, LiveWord } from '../../protocol/lend.ts';
import { decodeTick, MAX_REQUEST_BYTES, TICK_CONTENT_TYPE } from '../../protocol/tick.ts';
import { helpSource } from '../../protocol/track.ts';
import { lend } from '../../protocol/urls.ts';
import { readBody } from '../body.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import type { HelperRecord } from '../lend-records.ts';
import { readLookVerdict } from '../lend-requests.ts';
import { partRangeOf } from '../live-looks.ts';
import { NO_STORE } from '../media-answer.ts';
import { notStarted, Problem } from '../problem.ts';
import { readJson, requireType } from '../request-guards.ts';
import { FeedAnswer } from '../serve-feed.ts';
import { bearerToken } from '../token.ts';

interface OfSegment {
  Params: { segment: string };
  Querystring: { from?: string };
}

/** SPEC LEND9, LEND10 and LEND14: a helper of a live. */
export function lendLiveRoutes(app: FastifyInstance, context: OriginContext): void {
  const { registry, deadlines, lending, liveHelp, metrics } = context;

  const helperOf = async (request: FastifyRequest): Promise<{ helper: HelperRecord; broadcast: Broadcast }> => {
    const helper = lending.helper(bearerToken(request.headers.authorization));
    return { helper, broadcast: await registry.find(helper.broadcastId) };
  };
  const segmentOf = (text: string): number => {
    if (/^(?:0|[1-9][0-9]{0,6})$/.test(text)) return Number(text);
    throw new Problem(404, 'unknown_name', 'There is no such segment.');
  };

  app.get(lend.live, async (request, reply) => {
    const { helper, broadcast } = await helperOf(request);
    const help = liveHelp.of(broadcast);
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': NO_STORE });
    const tell = (word: LiveWord): void => {
      if (response.writableEnded || response.destroyed) return;
      response.write(`${JSON.stringify(word)}\n`);
      if (word.kind === 'over') response.end();
    };
    response.once('close', help.listen(helper, { tell, end: () => response.destroy() }));
    tell({ kind: 'beat', segmentsDone: helper.segmentsDone });
  });

  app.get<OfSegment>('/api/lend/live/:segment/source', async (request, reply) => {
    const { helper, broadcast } = await helperOf(request);
    liveHelp.find(broadcast.record.id)?.heard(helper.id);
    const { running } = broadcast;
    const source = helpSource(running?.tracks ?? []);
    if (running === undefined || source === undefined) throw notStarted();
    const { partsPerSegment } = running.grid;
    const within = /^[0-9]{1,3}$/.test(request.query.from ?? '') ? Number(request.query.from) : Number.NaN;
    if (!(within < partsPerSegment)) throw new Problem(400, 'bad_from', `from is a part, 0 to ${partsPerSegment - 1}.`);
    const first = segmentOf(request.params.segment) * partsPerSegment;
    reply.hijack();
    const slice = { track: source.id, from: first + within, to: first + partsPerSegment };
    new FeedAnswer(reply.raw, broadcast, running, slice).pump();
  });

  app.post<OfSegment>(lend.liveParts(':segment'), async (request): Promise<LivePartsAnswer> => {
    const { helper, broadcast } = await helperOf(request);
    requireType(request, TICK_CONTENT_TYPE);
    const help = liveHelp.find(broadcast.record.id);
    help?.heard(helper.id);
    const segment = segmentOf(request.params.segment);
    if (help?.holds(helper.id, segment) !== true) return { isYours: false };
    const body = await readBody(request.raw, MAX_REQUEST_BYTES, deadlines);
    metrics.ingestBytes += body.length;
    const tick = decodeTick(body);
    if (tick.kind === 'malformed') throw new Problem(400, 'malformed', `Not a tick: ${tick.reason}.`);
    return help.take(helper, segment, tick.parts);
  });

  app.get<{ Params: { track: string; range: string } }>(lend.liveMade(':track', ':range'), async (request, reply) => {
    const { helper, broadcast } = await helperOf(request);
    const { track, range } = request.params;
    const bytes = await liveHelp.looksOf(broadcast).read(helper, track, partRangeOf(range));
    return reply.header('cache-control', NO_STORE).type('video/mp4').send(bytes);
  });

  app.post<{ Params: { look: string } }>(lend.liveLook(':look'), async (request) => {
    const { helper, broadcast } = await helperOf(request);
    const verdict = readLookVerdict(await readJson(request, deadlines));
    await liveHelp.looksOf(broadcast).say(segmentOf(request.params.look), helper, verdict);
    return {};
  });
}
