import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../lib/problem.ts';
import type { Account, LoggedIn, Me, SignUpAnswer } from '../../protocol/accounts.ts';
import { auth } from '../../protocol/urls.ts';
import { addressKey } from '../address-key.ts';
import { claimRole, firstAdminFor } from '../claims.ts';
import type { AccountsContext } from '../context.ts';
import { wrongLogIn } from '../log-ins.ts';
import { readNewPassword, readUsername } from '../names.ts';
import { broadcastRight } from '../permissions.ts';
import { readConfirm, readLogIn, readLogOut, readPassword, readRecover, readReset, readSignUp } from '../requests.ts';
import { readRecoveryCode } from '../secrets.ts';

/** An account that was there a moment ago. */
export async function accountView(context: AccountsContext, id: string): Promise<Account> {
  const account = await context.accounts.view(id);
  if (account === undefined) throw new Problem(401, 'log_in', 'This account is gone.');
  return account;
}

export const noStore = (reply: FastifyReply): FastifyReply => reply.header('cache-control', 'no-store');

/** SPEC ACCOUNT1..ACCOUNT9. */
export function authRoutes(app: FastifyInstance, context: AccountsContext): void {
  const { accounts, sessions, links, logIns, passwords, gate, limits, readJson, nowMs, broadcasts } = context;

  const welcome = async (request: FastifyRequest, reply: FastifyReply, accountId: string): Promise<LoggedIn> => {
    await logIns.open(request, reply, accountId);
    noStore(reply);
    return { account: await accountView(context, accountId) };
  };

  app.get(auth.me, async (request, reply): Promise<Me> => {
    const session = await gate.reader(request);
    const account = session === undefined ? undefined : await accounts.view(session.accountId);
    noStore(reply);
    return {
      account: account ?? null,
      broadcast: broadcastRight(context.broadcastBy, session, await firstAdminFor(context, request)),
      broadcastBy: context.broadcastBy,
      serverTimeMs: nowMs(),
    };
  });

  app.post(auth.signUp, async (request, reply): Promise<SignUpAnswer> => {
    const { username: typed, password: typedPassword, claim } = readSignUp(await readJson(request));
    const username = readUsername(typed);
    const password = readNewPassword(typedPassword, username);
    const admission = limits.signUp.admit(addressKey(request.ip), nowMs());
    if (admission.kind === 'later')
      throw new Problem(429, 'too_many', 'Too many new accounts from this address. Wait a moment and try again.', {
        'retry-after': String(admission.retryAfterSeconds),
      });
    const passwordHash = await passwords.hash(password);
    const account = await claimRole(context, request, claim, (role) =>
      accounts.create({ username, passwordHash, role: role ?? 'viewer' }),
    );
    const recoveryCodes = await accounts.renewRecoveryCodes(account.id);
    reply.code(201);
    return { ...(await welcome(request, reply, account.id)), recoveryCodes };
  });

  app.post(auth.logIn, async (request, reply): Promise<LoggedIn> => {
    const { username, password } = readLogIn(await readJson(request));
    const account = await logIns.byPassword(request, username, password);
    return welcome(request, reply, account.id);
  });

  app.post(auth.logOut, async (request, reply) => {
    const session = await gate.known(request);
    const { where } = readLogOut(await readJson(request));
    if (where === 'here') await sessions.end(session.accountId, session.id);
    else await sessions.endAll(session.accountId);
    logIns.forgetCookie(reply);
    return noStore(reply).send({});
  });

  app.post(auth.recover, async (request, reply): Promise<LoggedIn> => {
    const { username, code, newPassword } = readRecover(await readJson(request));
    const password = readNewPassword(newPassword, username);
    logIns.countTry(request);
    const account = await accounts.byName(username);
    // Hashed first and for nobody too, so that the time tells nothing.
    const passwordHash = await passwords.hash(password);
    const isRight = await accounts.useRecoveryCode(account?.id ?? '', readRecoveryCode(code));
    if (account === undefined || !isRight) throw wrongLogIn();
    await accounts.setPassword(account.id, passwordHash);
    await sessions.endAll(account.id);
    return welcome(request, reply, account.id);
  });

  app.post(auth.reset, async (request, reply): Promise<LoggedIn> => {
    const { link, newPassword } = readReset(await readJson(request));
    logIns.countTry(request);
    const info = await links.look(link);
    const password = readNewPassword(newPassword, info.kind === 'reset' ? info.username : '');
    const accountId = await links.useReset(link);
    await accounts.setPassword(accountId, await passwords.hash(password));
    await sessions.endAll(accountId);
    return welcome(request, reply, accountId);
  });

  app.post(auth.password, async (request, reply): Promise<LoggedIn> => {
    const session = await gate.known(request);
    const { currentPassword, newPassword } = readPassword(await readJson(request));
    const account = await logIns.confirm(request, session.accountId, currentPassword);
    const password = readNewPassword(newPassword, account.username);
    await accounts.setPassword(account.id, await passwords.hash(password));
    await sessions.endAll(account.id);
    return welcome(request, reply, account.id);
  });

  app.post(auth.recoveryCodes, async (request, reply) => {
    const session = await gate.known(request);
    const { currentPassword } = readConfirm(await readJson(request));
    const account = await logIns.confirm(request, session.accountId, currentPassword);
    return noStore(reply).send({ recoveryCodes: await accounts.renewRecoveryCodes(account.id) });
  });

  app.post(auth.deleteAccount, async (request, reply) => {
    const session = await gate.known(request);
    const { currentPassword } = readConfirm(await readJson(request));
    const account = await logIns.confirm(request, session.accountId, currentPassword);
    await accounts.refuseLastAdmin(account.id);
    await broadcasts.removeOwnedBy(account.id);
    await accounts.remove(account.id);
    sessions.forgetAccount(account.id);
    logIns.forgetCookie(reply);
    return noStore(reply).send({});
  });

  app.get(auth.sessions, async (request, reply) => {
    const session = await gate.known(request);
    return noStore(reply).send(await sessions.list(session.accountId, session.id));
  });

  app.delete<{ Params: { id: string } }>(auth.session(':id'), async (request, reply) => {
    const session = await gate.known(request);
    if (!(await sessions.end(session.accountId, request.params.id)))
      throw new Problem(404, 'unknown_session', 'You have no such session; it may have ended already.');
    if (request.params.id === session.id) logIns.forgetCookie(reply);
    return reply.code(204).send();
  });
}
