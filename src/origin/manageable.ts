import type { FastifyRequest } from 'fastify';
import { type Identity, mayManage, mayShow, mayWatch } from '../accounts/permissions.ts';
import type { Visibility } from '../protocol/accounts.ts';
import type { Broadcast } from './broadcast.ts';
import type { OriginContext } from './context.ts';
import { Problem, unknownBroadcast } from './problem.ts';
import { ownedBroadcast } from './request-guards.ts';

/** Whoever may change a broadcast: its tab by the token, or somebody who is logged in. */
export type Manager =
  | { readonly kind: 'token'; readonly broadcast: Broadcast }
  | { readonly kind: 'account'; readonly broadcast: Broadcast; readonly who: Identity };

/** Throws 422 `needs_owner`, 403 `not_yours`. */
export function refuseVisibility(manager: Manager, visibility: Visibility): void {
  const { record } = manager.broadcast;
  if (visibility === 'private' && record.ownerId === undefined)
    throw new Problem(422, 'needs_owner', 'Only a broadcast that was made with an account can be private.');
  if (manager.kind === 'account' && !mayShow(manager.who, record, visibility))
    throw new Problem(403, 'not_yours', 'Only its owner may show this broadcast to more people.');
}

/** Throws 401 and 403 for everybody else, and 404 where they may not know that it is there. */
export async function manageable(
  { registry, accounts }: Pick<OriginContext, 'registry' | 'accounts'>,
  request: FastifyRequest,
  id: string,
): Promise<Manager> {
  const { gate } = accounts;
  if (request.headers.authorization !== undefined)
    return { kind: 'token', broadcast: await ownedBroadcast(request, registry, id) };
  // Without a session the answer is the one that a missing token has.
  if ((await gate.reader(request)) === undefined) await ownedBroadcast(request, registry, id);
  const who = await gate.known(request);
  const broadcast = await registry.find(id);
  if (mayManage(who, broadcast.record)) return { kind: 'account', broadcast, who };
  if (!mayWatch(who, broadcast.record)) throw unknownBroadcast();
  throw new Problem(403, 'not_yours', 'This broadcast is somebody else’s. Only its owner may change it.');
}
