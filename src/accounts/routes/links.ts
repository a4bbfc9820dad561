import type { FastifyInstance } from 'fastify';
import { Problem } from '../../lib/problem.ts';
import type { LinkInfo, LoggedIn } from '../../protocol/accounts.ts';
import { auth } from '../../protocol/urls.ts';
import { addressKey } from '../address-key.ts';
import { claimRole } from '../claims.ts';
import type { AccountsContext } from '../context.ts';
import { readClaim, readLink } from '../requests.ts';
import { accountView, noStore } from './auth.ts';

/** SPEC ACCOUNT10 and ACCOUNT11: what a one-time link is, and taking what it gives. */
export function linkRoutes(app: FastifyInstance, context: AccountsContext): void {
  const { links, gate, limits, accounts, sessions, readJson, nowMs } = context;

  app.post(auth.links, async (request, reply): Promise<LinkInfo> => {
    const { link } = readLink(await readJson(request));
    const admission = limits.links.admit(addressKey(request.ip), nowMs());
    if (admission.kind === 'later')
      throw new Problem(429, 'too_many', 'Too many links from this address. Wait a moment and try again.', {
        'retry-after': String(admission.retryAfterSeconds),
      });
    noStore(reply);
    return links.look(link);
  });

  app.post(auth.claim, async (request, reply): Promise<LoggedIn> => {
    const session = await gate.known(request);
    const claim = readClaim(await readJson(request));
    if (session.role === 'admin')
      throw new Problem(409, 'nothing_to_gain', 'You are an administrator already. Give the link to somebody else.');
    if (session.role === 'creator' && 'link' in claim && (await links.look(claim.link)).kind === 'invitation')
      throw new Problem(409, 'nothing_to_gain', 'You may broadcast already. Give the link to somebody else.');
    await claimRole(context, request, claim, async (role) => {
      if (role !== undefined) await accounts.setRole(session.accountId, role);
    });
    sessions.forgetAccount(session.accountId);
    noStore(reply);
    return { account: await accountView(context, session.accountId) };
  });
}
