import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isOwner } from '../../accounts/permissions.ts';
import type { RateLimiter } from '../../lib/rate-limit.ts';
import type { BroadcastRight } from '../../protocol/accounts.ts';
import type { BroadcastDetail, ReservedBroadcast } from '../../protocol/broadcast.ts';
import { api } from '../../protocol/urls.ts';
import { drainBody } from '../body.ts';
import type { Broadcast } from '../broadcast.ts';
import type { OriginContext } from '../context.ts';
import { manageable, refuseVisibility } from '../manageable.ts';
import { Problem } from '../problem.ts';
import { readJson } from '../request-guards.ts';
import { readChangeRequest, readCreateRequest, readWatchingRequest } from '../requests.ts';
import { readerOf } from '../viewers.ts';
import { watchLink } from '../watch-url.ts';
import { watchable } from '../watchable.ts';

const MAX_PROBE_BYTES = 8 * 1024 * 1024;

function admit(limiter: RateLimiter, request: FastifyRequest, nowMs: number): void {
  const admission = limiter.admit(request.ip, nowMs);
  if (admission.kind === 'go') return;
  throw new Problem(429, 'too_many', 'Too many requests from this address. Wait a moment and try again.', {
    'retry-after': String(admission.retryAfterSeconds),
  });
}

type Missing = Extract<BroadcastRight, { kind: 'no' }>['because'];

const MISSING: Readonly<Record<Missing, string>> = {
  'first-admin': 'Nobody looks after this Tabcast yet. Make the first account here, then go live.',
  'setup-link': 'Nobody looks after this Tabcast yet. Open the link that it printed when it started.',
  'log-in': 'Log in to broadcast.',
  invitation: 'You need an invitation to broadcast here. Ask whoever looks after this Tabcast for one.',
};

const mayNotBroadcast = (because: Missing): Problem =>
  because === 'invitation'
    ? new Problem(403, 'invitation_needed', MISSING[because])
    : new Problem(401, because === 'log-in' ? 'log_in' : 'no_admin_yet', MISSING[because]);

/** SPEC INGEST1, API and OWN. */
export function apiRoutes(app: FastifyInstance, context: OriginContext): void {
  const { clock, registry, limits, deadlines, viewers, accounts, lending } = context;
  const reader = (request: FastifyRequest) => accounts.gate.reader(request);
  const detailFor = async (request: FastifyRequest, broadcast: Broadcast): Promise<BroadcastDetail> => ({
    ...broadcast.detail(),
    isOwn: isOwner(await reader(request), broadcast.record),
    viewers: viewers.count(broadcast.record.id, clock.nowMs()),
  });

  app.post(api.broadcasts, async (request, reply) => {
    admit(limits.create, request, clock.nowMs());
    const right = await accounts.broadcastRight(request);
    if (right.kind === 'no') throw mayNotBroadcast(right.because);
    const owner = await reader(request);
    const { title } = readCreateRequest(await readJson(request, deadlines, true));
    const { broadcast, token } = await registry.reserve(title, owner?.accountId);
    const { id } = broadcast.record;
    const answer: ReservedBroadcast = { id, token, title, ...watchLink(id, context.reachability(request.host)) };
    return reply.code(201).header('cache-control', 'no-store').send(answer);
  });

  app.get(api.broadcasts, async (request, reply) =>
    reply.header('cache-control', 'no-store').send(registry.list(await reader(request))),
  );

  app.get<{ Params: { id: string } }>(api.broadcast(':id'), async (request, reply) => {
    const broadcast = await watchable(context, request, request.params.id);
    return reply.header('cache-control', 'no-store').send(await detailFor(request, broadcast));
  });

  app.patch<{ Params: { id: string } }>(api.broadcast(':id'), async (request) => {
    const manager = await manageable(context, request, request.params.id);
    const { broadcast } = manager;
    const { title, visibility } = readChangeRequest(await readJson(request, deadlines));
    if (visibility !== undefined) refuseVisibility(manager, visibility);
    if (title !== undefined) await broadcast.setTitle(title);
    if (visibility !== undefined) await broadcast.setVisibility(visibility);
    return detailFor(request, broadcast);
  });

  app.delete<{ Params: { id: string } }>(api.broadcast(':id'), async (request, reply) => {
    const { broadcast } = await manageable(context, request, request.params.id);
    const { id } = broadcast.record;
    await registry.remove(id);
    await accounts.forgetBroadcast(id);
    await lending.forget(id);
    return reply.code(204).send();
  });

  app.post<{ Params: { id: string } }>(api.watching(':id'), async (request, reply) => {
    const broadcast = await watchable(context, request, request.params.id);
    const { viewer } = readWatchingRequest(await readJson(request, deadlines));
    viewers.page(broadcast.record.id, viewer, readerOf(request), clock.nowMs());
    return reply.code(204).header('cache-control', 'no-store').send();
  });

  app.post(api.uplinkProbe, async (request) => {
    admit(limits.probe, request, clock.nowMs());
    const startedMs = performance.now();
    const receivedBytes = await drainBody(request.raw, MAX_PROBE_BYTES, deadlines, () => {});
    return { receivedBytes, tookMs: Math.round((performance.now() - startedMs) * 10) / 10 };
  });
}
