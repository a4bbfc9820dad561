import type { FastifyInstance } from 'fastify';
import { api } from '../../protocol/urls.ts';
import type { OriginContext } from '../context.ts';

/** `/time` (SPEC MEDIA9), and what a supervisor asks. */
export function serviceRoutes(app: FastifyInstance, { clock, store, keeper, isAccepting }: OriginContext): void {
  app.get(api.time, (_request, reply) => {
    // Firefox reads an answer without a text type as XML and reports an error.
    reply
      .header('content-type', 'text/plain; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('access-control-allow-origin', '*')
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('timing-allow-origin', '*')
      .send(new Date(clock.nowMs()).toISOString());
  });

  app.get(api.health, (_request, reply) => {
    reply.header('cache-control', 'no-store').send({ status: 'ok', disk: store.health() });
  });

  /** Ready means: send me creators and viewers. A full disk still serves viewers, and says so. */
  app.get('/readyz', (_request, reply) => {
    const isReady = isAccepting();
    reply
      .code(isReady ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: isReady ? 'ready' : 'stopping', disk: keeper.facts.isOverBudget ? 'full' : store.health() });
  });
}
