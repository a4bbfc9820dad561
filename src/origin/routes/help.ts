import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type HelpedRendition,
  type HelpState,
  type LooksAnswer,
  MAX_SOURCE_BYTES,
  type NewLendInvitation,
  SOURCE_CONTENT_TYPE,
} from '../../protocol/lend.ts';
import { helpedTracks } from '../../protocol/track.ts';
import { help, lendLink } from '../../protocol/urls.ts';
import type { BodyDeadlines } from '../body.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import { MAX_HELP_BYTES } from '../lend-files.ts';
import type { InvitationRecord } from '../lend-records.ts';
import { readHelpVerdict, readLendInvitation, readLooks, readLookVerdict } from '../lend-requests.ts';
import { partRangeOf, staleLook } from '../live-looks.ts';
import { manageable } from '../manageable.ts';
import { notStarted, Problem, sealed } from '../problem.ts';
import { publish } from '../publish.ts';
import { claimedBroadcast, ownedBroadcast, readJson, requireType } from '../request-guards.ts';
import { watchLink } from '../watch-url.ts';

interface OfBroadcast {
  Params: { id: string };
}
interface OfSegment {
  Params: { id: string; segment: string };
}

/** A source is large, and lines to the origin are slow. */
const SOURCE_TOTAL_MS = 20 * 60_000;

const noResult = (): Problem => new Problem(404, 'no_result', 'Nobody has brought this segment, or it was looked at.');

const shown = ({ id, createdMs, expiresMs }: InvitationRecord) => ({ id, createdMs, expiresMs });

const segmentOf = (broadcast: Broadcast, text: string): number => {
  const { running, record } = broadcast;
  if (running?.isUpload !== true) throw notStarted();
  if (record.state === 'sealed') throw sealed();
  const last = Math.max(0, ...Object.values(record.end?.endParts ?? {}));
  const segment = /^(?:0|[1-9][0-9]{0,6})$/.test(text) ? Number(text) : Number.NaN;
  if (segment * running.grid.partsPerSegment < last) return segment;
  throw new Problem(404, 'unknown_name', 'The recording has no such segment.');
};

/** Before anybody has come. */
const nobodyMakes = ({ running }: Broadcast): readonly HelpedRendition[] =>
  helpedTracks(running?.tracks ?? []).map(({ id }) => ({ track: id, madeBy: null, behindMs: 0 }));

/** SPEC LEND1, LEND2, LEND7 and LEND14: the creator's side of helpers. */
export function helpRoutes(app: FastifyInstance, context: OriginContext): void {
  const { registry, deadlines, lending, liveHelp, keeper } = context;
  const hasRoom = (): boolean => !keeper.facts.isOverBudget;
  const claimed = async (request: FastifyRequest, id: string) => claimedBroadcast(request, registry, id);
  const sourceDeadlines: BodyDeadlines = { idleMs: deadlines.idleMs, totalMs: SOURCE_TOTAL_MS };

  app.post<OfBroadcast>(help.invitations(':id'), async (request, reply) => {
    const { broadcast } = await manageable(context, request, request.params.id);
    const { forMs } = readLendInvitation(await readJson(request, deadlines));
    const { invitation, token } = await lending.invite(broadcast.record.id, forMs);
    const base = new URL(watchLink(broadcast.record.id, context.reachability(request.host)).watchUrl).origin;
    const answer: NewLendInvitation = { invitation: shown(invitation), url: base + lendLink(token) };
    return reply.code(201).header('cache-control', 'no-store').send(answer);
  });

  app.get<OfBroadcast>(help.invitations(':id'), async (request, reply) => {
    const { broadcast } = await manageable(context, request, request.params.id);
    return reply.header('cache-control', 'no-store').send(lending.invitations(broadcast.record.id).map(shown));
  });

  app.delete<{ Params: { id: string; invitation: string } }>(
    help.invitation(':id', ':invitation'),
    async (request, reply) => {
      const { broadcast } = await manageable(context, request, request.params.id);
      await lending.revoke(broadcast.record.id, request.params.invitation);
      return reply.code(204).send();
    },
  );

  app.get<OfBroadcast>(help.state(':id'), async (request, reply) => {
    const broadcast = await ownedBroadcast(request, registry, request.params.id);
    const { id } = broadcast.record;
    const state: HelpState = {
      ...lending.state(id, hasRoom()),
      looks: liveHelp.find(id)?.looks.counts ?? null,
      helped: liveHelp.find(id)?.helped ?? nobodyMakes(broadcast),
    };
    return reply.header('cache-control', 'no-store').send(state);
  });

  app.put<OfSegment>(help.job(':id', ':segment'), async (request, reply) => {
    const { broadcast, fence } = await claimed(request, request.params.id);
    requireType(request, SOURCE_CONTENT_TYPE);
    const segment = segmentOf(broadcast, request.params.segment);
    const { id } = broadcast.record;
    const board = lending.board(id);
    if (board.keepJob(segment) !== undefined) return reply.code(200).send({});
    if (!hasRoom() || lending.files.bytesOf(id) > MAX_HELP_BYTES)
      throw new Problem(507, 'disk_full', 'The origin has no room for more sources now.');
    await lending.files.putSource(id, segment, {
      stream: request.raw,
      limitBytes: MAX_SOURCE_BYTES,
      deadlines: sourceDeadlines,
    });
    fence();
    board.offer(segment);
    await lending.save(id, [segment]);
    return reply.code(201).send({});
  });

  app.delete<OfSegment>(help.job(':id', ':segment'), async (request, reply) => {
    const { broadcast } = await claimed(request, request.params.id);
    const segment = segmentOf(broadcast, request.params.segment);
    const { id } = broadcast.record;
    const board = lending.board(id);
    board.withdraw(segment);
    if (board.keepJob(segment) === undefined) await lending.files.dropSegment(id, segment);
    await lending.save(id, [segment]);
    return reply.code(204).send();
  });

  /** What somebody brought of a segment, until the creator's tab has looked at it. */
  const brought = async (broadcast: Broadcast, text: string) => {
    const segment = segmentOf(broadcast, text);
    const { id } = broadcast.record;
    const helperId = lending.board(id).broughtBy(segment);
    if (helperId === undefined) throw noResult();
    return { segment, helperId, parts: await lending.files.result(id, segment, helperId) };
  };

  app.get<{ Params: { id: string; segment: string; track: string; range: string } }>(
    '/ingest/:id/help/:segment/:track/:range',
    async (request, reply) => {
      const broadcast = await ownedBroadcast(request, registry, request.params.id);
      const { track, range } = request.params;
      const { from, to } = partRangeOf(range);
      reply.header('cache-control', 'no-store').type('video/mp4');
      if (broadcast.running?.isUpload === false)
        return reply.send(await liveHelp.looksOf(broadcast).read(undefined, track, { from, to }));
      const { parts } = await brought(broadcast, request.params.segment);
      const bytes = parts
        .filter((one) => one.track === track && one.part >= from && one.part < to)
        .toSorted((a, b) => a.part - b.part)
        .map((part) => part.bytes);
      if (bytes.length === 0) throw noResult();
      return reply.send(Buffer.concat(bytes));
    },
  );

  app.post<OfBroadcast>(help.looks(':id'), async (request): Promise<LooksAnswer> => {
    const broadcast = await ownedBroadcast(request, registry, request.params.id);
    const { isAll } = readLooks(await readJson(request, deadlines));
    return { look: liveHelp.find(broadcast.record.id)?.looks.askCreator(isAll) ?? null };
  });

  app.post<{ Params: { id: string; look: string } }>(help.look(':id', ':look'), async (request) => {
    const broadcast = await ownedBroadcast(request, registry, request.params.id);
    const verdict = readLookVerdict(await readJson(request, deadlines));
    if (!/^[0-9]{1,9}$/.test(request.params.look)) throw staleLook();
    await liveHelp.looksOf(broadcast).say(Number(request.params.look), undefined, verdict);
    return {};
  });

  app.post<OfSegment>(help.verdict(':id', ':segment'), async (request) => {
    const { broadcast, fence } = await claimed(request, request.params.id);
    const verdict = readHelpVerdict(await readJson(request, deadlines));
    fence();
    const { segment, helperId, parts } = await brought(broadcast, request.params.segment);
    const { id } = broadcast.record;
    const board = lending.board(id);
    if (verdict.kind === 'good') {
      await publish(broadcast, parts, hasRoom());
      board.accept(segment);
      await lending.credit(id, helperId);
      await lending.files.dropSegment(id, segment);
    } else {
      board.refuse(segment, verdict.reason);
      await lending.files.dropResult(id, segment, helperId);
    }
    await lending.save(id, [segment]);
    if (verdict.kind === 'lie') await lending.sendAway(id, helperId, `Sent away: ${verdict.reason}`);
    request.log.info(
      { broadcast: id, segment, helper: helperId, verdict: verdict.kind },
      'a helper’s segment was judged',
    );
    return {};
  });

  app.delete<{ Params: { id: string; helper: string } }>(help.helper(':id', ':helper'), async (request, reply) => {
    const broadcast = await ownedBroadcast(request, registry, request.params.id);
    await lending.sendAway(broadcast.record.id, request.params.helper);
    return reply.code(204).send();
  });
}
