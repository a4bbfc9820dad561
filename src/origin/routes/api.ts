import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RateLimiter } from '../../lib/rate-limit.ts';
import type { ReservedBroadcast } from '../../protocol/broadcast.ts';
import { api } from '../../protocol/urls.ts';
import { drainBody } from '../body.ts';
import type { OriginContext } from '../context.ts';
import { Problem } from '../problem.ts';
import { ownedBroadcast, readJson, refuseCrossSite } from '../request-guards.ts';
import { readCreateRequest, readTitleRequest } from '../requests.ts';
import { watchLink } from '../watch-url.ts';

const MAX_PROBE_BYTES = 8 * 1024 * 1024;

function admit(limiter: RateLimiter, request: FastifyRequest, nowMs: number): void {
  const admission = limiter.admit(request.ip, nowMs);
  if (admission.kind === 'go') return;
  throw new Problem(429, 'too_many', 'Too many requests from this address. Wait a moment and try again.', {
    'retry-after': String(admission.retryAfterSeconds),
  });
}

/** SPEC INGEST1 and API1..API4. */
export function apiRoutes(app: FastifyInstance, context: OriginContext): void {
  const { clock, registry, limits, deadlines } = context;

  app.post(api.broadcasts, async (request, reply) => {
    refuseCrossSite(request);
    admit(limits.create, request, clock.nowMs());
    const { title } = readCreateRequest(await readJson(request, deadlines, true));
    const { broadcast, token } = await registry.reserve(title);
    const { id } = broadcast.record;
    const answer: ReservedBroadcast = { id, token, title, ...watchLink(id, context.reachability(request.host)) };
    return reply.code(201).header('cache-control', 'no-store').send(answer);
  });

  app.get(api.broadcasts, async (_request, reply) => reply.header('cache-control', 'no-store').send(registry.list()));

  app.get<{ Params: { id: string } }>(api.broadcast(':id'), async (request, reply) => {
    const broadcast = await registry.find(request.params.id);
    return reply.header('cache-control', 'no-store').send(broadcast.detail());
  });

  app.patch<{ Params: { id: string } }>(api.broadcast(':id'), async (request) => {
    const broadcast = await ownedBroadcast(request, registry, request.params.id);
    const { title } = readTitleRequest(await readJson(request, deadlines));
    await broadcast.setTitle(title);
    return broadcast.detail();
  });

  app.post(api.uplinkProbe, async (request) => {
    refuseCrossSite(request);
    admit(limits.probe, request, clock.nowMs());
    const startedMs = performance.now();
    const receivedBytes = await drainBody(request.raw, MAX_PROBE_BYTES, deadlines, () => {});
    return { receivedBytes, tookMs: Math.round((performance.now() - startedMs) * 10) / 10 };
  });
}
