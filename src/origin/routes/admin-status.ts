import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { admin } from '../../protocol/urls.ts';
import type { OriginContext } from '../context.ts';
import { METRICS_TYPE } from '../metrics.ts';
import { Problem } from '../problem.ts';
import { originStatus, statusMetrics } from '../status.ts';
import { bearerToken } from '../token.ts';

const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));

/** SPEC OPS: for whoever sits at this machine, for administrators, and for a collector that has the token. */
export function adminStatusRoutes(app: FastifyInstance, context: OriginContext): void {
  const { accounts, metrics, cache, metricsToken } = context;

  app.get(admin.status, async (request, reply) => {
    if (!accounts.gate.isAtThisMachine(request)) await accounts.gate.admin(request);
    return reply.header('cache-control', 'no-store').send(await originStatus(context));
  });

  const guardMetrics = async (request: FastifyRequest): Promise<void> => {
    if (accounts.gate.isAtThisMachine(request)) return;
    if (metricsToken === undefined) {
      await accounts.gate.admin(request);
      return;
    }
    if (!isSame(bearerToken(request.headers.authorization), metricsToken))
      throw new Problem(401, 'wrong_token', 'This is not the token of METRICS_TOKEN.');
  };

  app.get('/metrics', async (request, reply) => {
    await guardMetrics(request);
    const text = statusMetrics(await originStatus(context), cache.facts) + metrics.text();
    return reply.header('cache-control', 'no-store').type(METRICS_TYPE).send(text);
  });
}
