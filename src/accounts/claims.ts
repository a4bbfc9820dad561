import type { FastifyRequest } from 'fastify';
import { Problem } from '../lib/problem.ts';
import type { Claim, Role } from '../protocol/accounts.ts';
import type { AccountsContext } from './context.ts';
import { badLink } from './link-store.ts';
import type { FirstAdmin } from './permissions.ts';

type ClaimContext = Pick<AccountsContext, 'accounts' | 'links' | 'gate'>;

/** How whoever sent this request could become the first administrator. */
export async function firstAdminFor({ accounts, gate }: ClaimContext, request: FastifyRequest): Promise<FirstAdmin> {
  if (await accounts.hasAdmin()) return 'done';
  return gate.isAtThisMachine(request) ? 'here' : 'by-link';
}

async function makeFirstAdmin<T>(
  context: ClaimContext,
  request: FastifyRequest,
  token: string | undefined,
  take: (role: Role) => Promise<T>,
): Promise<T> {
  const first = await firstAdminFor(context, request);
  if (token !== undefined && first === 'done') throw badLink();
  if (token === undefined && first !== 'here')
    throw new Problem(
      403,
      'admin_only',
      first === 'done'
        ? 'Somebody looks after this origin already. Ask for an invitation.'
        : 'Open the link that the origin printed when it started.',
    );
  const taken = await take('admin');
  context.links.endFirstAdmin();
  return taken;
}

/**
 * Gives what a claim says, exactly once, to what `take` makes of it; `take(undefined)` without a claim. When `take`
 * fails, an invitation has its use back. Throws 404 `bad_link`, 403 `admin_only`.
 */
export async function claimRole<T>(
  context: ClaimContext,
  request: FastifyRequest,
  claim: Claim | undefined,
  take: (role: Role | undefined) => Promise<T>,
): Promise<T> {
  if (claim === undefined) return take(undefined);
  const { links } = context;
  if ('isFirstAdmin' in claim) return links.oneByOne(() => makeFirstAdmin(context, request, undefined, take));
  const { link } = claim;
  const info = await links.look(link);
  if (info.kind === 'first-admin') return links.oneByOne(() => makeFirstAdmin(context, request, link, take));
  if (info.kind === 'reset') throw badLink();
  await links.useInvitation(link);
  try {
    return await take('creator');
  } catch (error) {
    await links.giveBackInvitation(link);
    throw error;
  }
}
