import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../lib/problem.ts';
import { type RateLimit, RateLimiter } from '../lib/rate-limit.ts';
import type { AccountStore, StoredAccount } from './account-store.ts';
import { addressKey } from './address-key.ts';
import { readCookie, setCookie } from './cookies.ts';
import { deviceWords } from './device-words.ts';
import type { Gate } from './gate.ts';
import { usernameKey } from './names.ts';
import type { Passwords } from './password.ts';
import { hashSecret } from './secrets.ts';
import { SESSION_IDLE_MS, type SessionStore } from './session-store.ts';

/** Tries that strangers have at one account, whoever and wherever they are; the same for each known browser of it. */
const PER_ACCOUNT: RateLimit = { burst: 5, perMinute: 5 };
const PER_ADDRESS: RateLimit = { burst: 20, perMinute: 20 };
const DEVICE_SECONDS = 400 * 86_400;

export interface LogInLimits {
  readonly perAccount: RateLimit;
  readonly perAddress: RateLimit;
}

export const LOG_IN_LIMITS: LogInLimits = { perAccount: PER_ACCOUNT, perAddress: PER_ADDRESS };

const tooMany = (retryAfterSeconds: number): Problem =>
  new Problem(
    429,
    'too_many',
    'Too many tries. Wait a minute, or use a passkey, a recovery code, or a browser that was logged in before.',
    { 'retry-after': String(retryAfterSeconds) },
  );

/** One answer for an unknown name, a wrong password and a wrong code. */
export const wrongLogIn = (): Problem =>
  new Problem(401, 'wrong_log_in', 'The name or the password is not right. Check both; a recovery code helps too.');

export interface LogInsDeps {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly passwords: Passwords;
  readonly gate: Gate;
  readonly nowMs: () => number;
  readonly limits: LogInLimits;
}

/**
 * Checks who somebody is, and opens sessions. Strangers who guess at one account share one allowance; a browser that
 * logged in before has its own, so they cannot lock its owner out. Codes and passkeys cannot be guessed and count only
 * for the address.
 */
export class LogIns {
  readonly #deps: LogInsDeps;
  readonly #byAccount: RateLimiter;
  readonly #byAddress: RateLimiter;

  constructor(deps: LogInsDeps) {
    this.#deps = deps;
    this.#byAccount = new RateLimiter(deps.limits.perAccount);
    this.#byAddress = new RateLimiter(deps.limits.perAddress);
  }

  /** Throws 401 `wrong_log_in`, 429 `too_many`; takes the same time whether there is such an account or not. */
  async byPassword(request: FastifyRequest, username: string, password: string): Promise<StoredAccount> {
    const { accounts, passwords } = this.#deps;
    const account = await accounts.byName(username);
    const device = readCookie(request.headers.cookie, 'device', this.#deps.gate.scope());
    const owner = device === undefined ? undefined : await accounts.deviceOwner(device);
    const isKnown = device !== undefined && owner !== undefined && owner === account?.id;
    const key = isKnown ? `device ${hashSecret(device).toString('hex')}` : `name ${usernameKey(username)}`;
    const giveBack = this.#admit(request, key);
    const check = await passwords.check(password, account?.passwordHash);
    if (check.kind === 'wrong' || account === undefined) throw wrongLogIn();
    giveBack();
    if (check.isOutdated) await accounts.setPassword(account.id, await passwords.hash(password));
    return account;
  }

  /** For what only the person may do, from a session of theirs. Throws 403 `wrong_password`, 429 `too_many`. */
  async confirm(request: FastifyRequest, accountId: string, password: string): Promise<StoredAccount> {
    const giveBack = this.#admit(request, `confirm ${accountId}`);
    const account = await this.#deps.accounts.byId(accountId);
    const check = await this.#deps.passwords.check(password, account?.passwordHash);
    if (check.kind === 'wrong' || account === undefined)
      throw new Problem(403, 'wrong_password', 'This is not the present password. Nothing was changed.');
    giveBack();
    return account;
  }

  /** Counts a try of something that cannot be guessed. Throws 429 `too_many`. */
  countTry(request: FastifyRequest): void {
    this.#admit(request, undefined);
  }

  /** Logs in: a session with a new token, whatever the browser held before. */
  async open(request: FastifyRequest, reply: FastifyReply, accountId: string): Promise<void> {
    const { accounts, sessions, gate } = this.#deps;
    const scope = gate.scope();
    const before = await gate.reader(request);
    if (before !== undefined) await sessions.end(before.accountId, before.id);
    const token = await sessions.open(accountId, deviceWords(request.headers['user-agent']));
    reply.header('set-cookie', setCookie('session', token, scope, SESSION_IDLE_MS / 1000));
    const device = readCookie(request.headers.cookie, 'device', scope);
    const isKnown = device !== undefined && (await accounts.deviceOwner(device)) === accountId;
    if (isKnown) return;
    reply.header('set-cookie', setCookie('device', await accounts.rememberDevice(accountId), scope, DEVICE_SECONDS));
  }

  /** Takes the cookie away; the session itself is ended by whoever calls. */
  forgetCookie(reply: FastifyReply): void {
    reply.header('set-cookie', setCookie('session', '', this.#deps.gate.scope(), 0));
  }

  /** Returns how to give the try back: a right answer does not count. */
  #admit(request: FastifyRequest, key: string | undefined): () => void {
    const nowMs = this.#deps.nowMs();
    const address = addressKey(request.ip);
    const byAddress = this.#byAddress.admit(address, nowMs);
    if (byAddress.kind === 'later') throw tooMany(byAddress.retryAfterSeconds);
    const byAccount = key === undefined ? undefined : this.#byAccount.admit(key, nowMs);
    if (byAccount?.kind === 'later') throw tooMany(byAccount.retryAfterSeconds);
    return () => {
      this.#byAddress.refund(address);
      if (key !== undefined) this.#byAccount.refund(key);
    };
  }
}
