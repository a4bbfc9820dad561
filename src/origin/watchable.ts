import type { FastifyRequest } from 'fastify';
import { mayWatch } from '../accounts/permissions.ts';
import type { Broadcast } from './broadcast.ts';
import type { OriginContext } from './context.ts';
import { unknownBroadcast } from './problem.ts';

type WatchContext = Pick<OriginContext, 'registry' | 'accounts'>;

async function forOwner({ accounts }: WatchContext, request: FastifyRequest, broadcast: Broadcast): Promise<Broadcast> {
  if (broadcast.record.visibility !== 'private') return broadcast;
  if (!mayWatch(await accounts.gate.reader(request), broadcast.record)) throw unknownBroadcast();
  return broadcast;
}

/**
 * The broadcast of a path, for whoever may watch it; anybody else gets the 404 of one that is not there. Without a
 * promise for what is open and not private, which the hot path relies on.
 */
export function watchable(context: WatchContext, request: FastifyRequest, id: string): Broadcast | Promise<Broadcast> {
  const found = context.registry.find(id);
  if (found instanceof Promise) return found.then((broadcast) => forOwner(context, request, broadcast));
  return found.record.visibility === 'private' ? forOwner(context, request, found) : found;
}
