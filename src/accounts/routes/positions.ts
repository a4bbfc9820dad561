import type { FastifyInstance } from 'fastify';
import { Problem } from '../../lib/problem.ts';
import { checkPosition } from '../../positions/check.ts';
import { exportHistory } from '../../positions/history.ts';
import { clampHlc, hlcMs, isHlc, laterHlc, NO_HLC, nextHlc } from '../../positions/hlc.ts';
import { isCleared } from '../../positions/merge.ts';
import { StampMemory } from '../../positions/stamp-memory.ts';
import type {
  ClearedAnswer,
  Hlc,
  Position,
  PositionAnswer,
  PositionList,
  PositionOutcome,
  PositionsAnswer,
} from '../../protocol/positions.ts';
import { api } from '../../protocol/urls.ts';
import type { AccountsContext } from '../context.ts';
import { notLoggedIn } from '../gate.ts';
import { mayWatch } from '../permissions.ts';
import { readHistorySettings, readPosition, readPositions } from '../requests.ts';
import type { Session } from '../session-store.ts';
import { noStore } from './auth.ts';

const NOBODYS_DEVICE = { id: '0'.repeat(16), name: '', tab: '0'.repeat(16) } as const;

interface OfOne {
  Params: { id: string };
  Querystring: { hlc?: string | string[] };
}

const unknownBroadcast = (): Problem =>
  new Problem(404, 'unknown_broadcast', 'There is no broadcast with this id. Check the link.');

function stampOf(text: string | string[] | undefined): Hlc | undefined {
  if (text === undefined) return undefined;
  const stamp = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!isHlc(stamp)) throw new Problem(422, 'bad_request', 'hlc is a whole number.');
  return stamp;
}

/** SPEC POSITION1..POSITION9. */
export function positionRoutes(app: FastifyInstance, context: AccountsContext): void {
  const { accounts, positions, sessions, gate, limits, broadcasts, readJson, nowMs } = context;
  const memory = new StampMemory();

  const admit = (session: Session): void => {
    const admission = limits.positions.admit(session.id, nowMs());
    if (admission.kind === 'later')
      throw new Problem(429, 'too_many', 'Positions come too fast. Send the newest of each broadcast together.', {
        'retry-after': String(admission.retryAfterSeconds),
      });
  };

  /** Throws a Problem for what is refused. */
  const take = async (session: Session, sent: Position): Promise<Exclude<PositionOutcome, { outcome: 'refused' }>> => {
    const { accountId } = session;
    const facts = broadcasts.facts(sent.broadcastId);
    if (facts === undefined || !mayWatch(session, facts)) throw unknownBroadcast();
    const checked = checkPosition(sent, facts.extent, nowMs());
    if (checked.kind === 'beyond') throw new Problem(422, 'beyond_end', checked.message);
    if (session.isHistoryPaused && sent.state !== 'cleared')
      return { outcome: 'paused', position: (await positions.one(accountId, sent.broadcastId)) ?? null };
    const writer = `${accountId} ${sent.broadcastId} ${sent.device.id}`;
    const hlc = memory.stamp(writer, sent.hlc, nowMs());
    if (hlc <= session.clearedHlc) return { outcome: 'older', position: null };
    return positions.write(accountId, { ...checked.position, hlc }).catch(async (error: unknown) => {
      // Deleted while its last position was on the way.
      throw (await accounts.byId(accountId)) === undefined ? notLoggedIn() : error;
    });
  };

  const outcomeOf = async (session: Session, sent: unknown): Promise<PositionOutcome> => {
    try {
      return await take(session, readPosition(sent));
    } catch (error) {
      if (!(error instanceof Problem) || (error.status !== 404 && error.status !== 422)) throw error;
      return { outcome: 'refused', status: error.status, ...error.toWire() };
    }
  };

  const visible = async (session: Session): Promise<readonly Position[]> =>
    (await positions.of(session.accountId)).filter((position) => {
      const facts = broadcasts.facts(position.broadcastId);
      return facts !== undefined && mayWatch(session, facts) && position.hlc > session.clearedHlc;
    });

  app.get(api.positions, async (request, reply): Promise<PositionList> => {
    const session = await gate.known(request);
    const held = await visible(session);
    noStore(reply);
    return {
      positions: held,
      clearedHlc: session.clearedHlc,
      isPaused: session.isHistoryPaused,
      broadcasts: held
        .filter((position) => !isCleared(position, session.clearedHlc))
        .flatMap(({ broadcastId }) => broadcasts.facts(broadcastId)?.summary(session) ?? []),
      serverTimeMs: nowMs(),
    };
  });

  app.put<OfOne>(api.position(':id'), async (request, reply): Promise<PositionAnswer> => {
    const session = await gate.known(request);
    admit(session);
    const sent = readPosition(await readJson(request));
    if (sent.broadcastId !== request.params.id)
      throw new Problem(422, 'bad_position', 'The position is of another broadcast than the address.');
    const outcome = await take(session, sent);
    noStore(reply);
    return { ...outcome, serverTimeMs: nowMs() };
  });

  app.put(api.positions, async (request, reply): Promise<PositionsAnswer> => {
    const session = await gate.known(request);
    admit(session);
    const sent = readPositions(await readJson(request));
    const results = await Promise.all(sent.map((position) => outcomeOf(session, position)));
    noStore(reply);
    return { results, serverTimeMs: nowMs() };
  });

  app.patch(api.positions, async (request, reply) => {
    const session = await gate.known(request);
    const { isPaused } = readHistorySettings(await readJson(request));
    await positions.setPaused(session.accountId, isPaused);
    sessions.forgetAccount(session.accountId);
    return noStore(reply).send({ isPaused });
  });

  app.delete<Pick<OfOne, 'Querystring'>>(api.positions, async (request, reply): Promise<ClearedAnswer> => {
    const session = await gate.known(request);
    const asked = stampOf(request.query.hlc);
    const latest = await positions.latest(session.accountId);
    const hlc = asked === undefined ? nextHlc(nowMs(), latest) : clampHlc(asked, nowMs());
    await positions.clear(session.accountId, hlc);
    sessions.forgetAccount(session.accountId);
    noStore(reply);
    return { hlc: laterHlc(hlc, session.clearedHlc), serverTimeMs: nowMs() };
  });

  app.delete<OfOne>(api.position(':id'), async (request, reply): Promise<ClearedAnswer> => {
    const session = await gate.known(request);
    const { id } = request.params;
    const facts = broadcasts.facts(id);
    if (facts === undefined || !mayWatch(session, facts)) throw unknownBroadcast();
    const asked = stampOf(request.query.hlc);
    const held = await positions.one(session.accountId, id);
    const hlc = asked === undefined ? nextHlc(nowMs(), held?.hlc ?? NO_HLC) : clampHlc(asked, nowMs());
    const { position } = await positions.write(session.accountId, {
      broadcastId: id,
      state: 'cleared',
      mediaMs: 0,
      durationMs: null,
      wallMs: null,
      isAtEdge: false,
      finishedMs: null,
      hlc,
      device: NOBODYS_DEVICE,
    });
    noStore(reply);
    return { hlc: position.hlc, serverTimeMs: nowMs() };
  });

  app.get(api.positionsExport, async (request, reply) => {
    const session = await gate.known(request);
    const held = await visible(session);
    const titleOf = (id: string) => broadcasts.facts(id)?.summary(session).title;
    return noStore(reply)
      .header('content-disposition', 'attachment; filename="tabcast-history.json"')
      .send({
        exportedAt: new Date(nowMs()).toISOString(),
        historyClearedAt: session.clearedHlc === NO_HLC ? null : new Date(hlcMs(session.clearedHlc)).toISOString(),
        isHistoryPaused: session.isHistoryPaused,
        positions: exportHistory(held, session.clearedHlc, titleOf),
      });
  });
}
