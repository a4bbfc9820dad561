import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../lib/problem.ts';
import type { LoggedIn, PasskeyOptions } from '../../protocol/accounts.ts';
import { auth } from '../../protocol/urls.ts';
import type { AccountsContext } from '../context.ts';
import { readPasskey } from '../requests.ts';
import { accountView, noStore } from './auth.ts';

/** SPEC PASSKEY1..PASSKEY4. */
export function passkeyRoutes(app: FastifyInstance, context: AccountsContext): void {
  const { passkeys, logIns, gate, readJson, baseUrl } = context;
  const party = (request: FastifyRequest) => ({ origin: baseUrl(request) });

  app.get(auth.passkeys, async (request, reply) => {
    const session = await gate.known(request);
    return noStore(reply).send(await passkeys.list(session.accountId));
  });

  app.post(auth.passkeyOptions, async (request, reply): Promise<PasskeyOptions> => {
    const session = await gate.known(request);
    const account = await accountView(context, session.accountId);
    noStore(reply);
    return passkeys.creationOptions(account, party(request));
  });

  app.post(auth.passkeys, async (request, reply) => {
    const session = await gate.known(request);
    await passkeys.create(session.accountId, readPasskey(await readJson(request)), party(request));
    return noStore(reply)
      .code(201)
      .send(await passkeys.list(session.accountId));
  });

  app.delete<{ Params: { id: string } }>(auth.passkey(':id'), async (request, reply) => {
    const session = await gate.known(request);
    if (!(await passkeys.remove(session.accountId, request.params.id)))
      throw new Problem(404, 'unknown_passkey', 'You have no such passkey; it may be removed already.');
    return reply.code(204).send();
  });

  app.post(auth.passkeyLogInOptions, async (request, reply): Promise<PasskeyOptions> => {
    logIns.countTry(request);
    noStore(reply);
    return passkeys.logInOptions(party(request));
  });

  app.post(auth.passkeyLogIn, async (request, reply): Promise<LoggedIn> => {
    const asked = readPasskey(await readJson(request));
    logIns.countTry(request);
    const accountId = await passkeys.logIn(asked, party(request));
    await logIns.open(request, reply, accountId);
    noStore(reply);
    return { account: await accountView(context, accountId) };
  });
}
