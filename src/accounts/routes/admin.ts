import type { FastifyInstance } from 'fastify';
import { Problem } from '../../lib/problem.ts';
import type { AccountRow, NewInvitation, ResetLink } from '../../protocol/accounts.ts';
import { accountLink, admin } from '../../protocol/urls.ts';
import type { AccountsContext } from '../context.ts';
import { readAccountChange, readInvitation } from '../requests.ts';
import { noStore } from './auth.ts';

interface OfOne {
  Params: { id: string };
}

const unknownAccount = (): Problem =>
  new Problem(404, 'unknown_account', 'There is no such account; it may be deleted already.');

/** SPEC ADMIN1..ADMIN4. */
export function adminRoutes(app: FastifyInstance, context: AccountsContext): void {
  const { accounts, sessions, links, gate, readJson, baseUrl, broadcasts } = context;

  app.get(admin.invitations, async (request, reply) => {
    await gate.admin(request);
    return noStore(reply).send(await links.invitations());
  });

  app.post(admin.invitations, async (request, reply): Promise<NewInvitation> => {
    await gate.admin(request);
    const { invitation, token } = await links.invite(readInvitation(await readJson(request)));
    noStore(reply).code(201);
    return { invitation, url: baseUrl(request) + accountLink('invitation', token) };
  });

  app.delete<OfOne>(admin.invitation(':id'), async (request, reply) => {
    await gate.admin(request);
    if (!(await links.revoke(request.params.id)))
      throw new Problem(404, 'unknown_invitation', 'There is no such invitation; it may be revoked already.');
    return reply.code(204).send();
  });

  app.get(admin.accounts, async (request, reply): Promise<readonly AccountRow[]> => {
    await gate.admin(request);
    const counts = broadcasts.countByOwner();
    noStore(reply);
    return (await accounts.rows()).map((row) => ({ ...row, broadcasts: counts.get(row.id) ?? 0 }));
  });

  app.patch<OfOne>(admin.account(':id'), async (request, reply) => {
    await gate.admin(request);
    const { id } = request.params;
    const { role } = readAccountChange(await readJson(request));
    if ((await accounts.byId(id)) === undefined) throw unknownAccount();
    await accounts.setRole(id, role);
    sessions.forgetAccount(id);
    return noStore(reply).send({ id, role });
  });

  app.post<OfOne>(admin.resetLink(':id'), async (request, reply): Promise<ResetLink> => {
    await gate.admin(request);
    const { id } = request.params;
    if ((await accounts.byId(id)) === undefined) throw unknownAccount();
    const { token, expiresMs } = await links.mintReset(id);
    noStore(reply).code(201);
    return { url: baseUrl(request) + accountLink('reset', token), expiresMs };
  });

  app.delete<OfOne>(admin.account(':id'), async (request, reply) => {
    await gate.admin(request);
    const { id } = request.params;
    if ((await accounts.byId(id)) === undefined) throw unknownAccount();
    await accounts.refuseLastAdmin(id);
    await broadcasts.removeOwnedBy(id);
    await accounts.remove(id);
    sessions.forgetAccount(id);
    return reply.code(204).send();
  });
}
