import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type RateLimit, RateLimiter } from '../lib/rate-limit.ts';
import type { BroadcastRight } from '../protocol/accounts.ts';
import { accountLink } from '../protocol/urls.ts';
import { AccountStore } from './account-store.ts';
import { firstAdminFor } from './claims.ts';
import type { AccountsContext, AccountsHost } from './context.ts';
import { Gate } from './gate.ts';
import { LinkStore } from './link-store.ts';
import { LOG_IN_LIMITS, type LogInLimits, LogIns } from './log-ins.ts';
import { Passkeys } from './passkeys.ts';
import { type HashCost, Passwords } from './password.ts';
import { broadcastRight } from './permissions.ts';
import { PositionStore } from './position-store.ts';
import { adminRoutes } from './routes/admin.ts';
import { authRoutes } from './routes/auth.ts';
import { linkRoutes } from './routes/links.ts';
import { passkeyRoutes } from './routes/passkeys.ts';
import { positionRoutes } from './routes/positions.ts';
import { SessionStore } from './session-store.ts';

const SIGN_UPS: RateLimit = { burst: 30, perMinute: 10 };
const LINKS: RateLimit = { burst: 60, perMinute: 30 };
/** A tab writes every 15 s, and a little more while somebody seeks; a person has a few tabs. */
const POSITIONS: RateLimit = { burst: 120, perMinute: 60 };

export interface AccountsOptions {
  readonly logInLimits?: LogInLimits | undefined;
  /** Of a password; what OWASP recommends when not said. */
  readonly hashCost?: HashCost | undefined;
}

/** What the rest of the origin asks of this room. */
export interface Accounts {
  readonly gate: Gate;
  /** Whether whoever sent this may make a broadcast, and what is missing. */
  broadcastRight(request: FastifyRequest): Promise<BroadcastRight>;
  /** Everybody's positions in a broadcast that is gone. */
  forgetBroadcast(id: string): Promise<void>;
  /** The path of the link that makes the first administrator; undefined when there is one. New on every start. */
  setUpLink(): Promise<string | undefined>;
  /** Sessions and challenges that are too old; now and then. */
  housekeep(): Promise<void>;
  /** Writes what is gathered. */
  close(): Promise<void>;
}

/** Makes the room and hangs its routes on the app. */
export function openAccounts(app: FastifyInstance, host: AccountsHost, options: AccountsOptions = {}): Accounts {
  const { db, nowMs, site } = host;
  const accounts = new AccountStore(db, nowMs);
  const sessions = new SessionStore({ db, nowMs });
  const links = new LinkStore(db, nowMs);
  const passwords = new Passwords(options.hashCost);
  const gate = new Gate(site, sessions);
  const limits = options.logInLimits ?? LOG_IN_LIMITS;
  const context: AccountsContext = {
    ...host,
    accounts,
    sessions,
    links,
    passwords,
    gate,
    logIns: new LogIns({ accounts, sessions, passwords, gate, nowMs, limits }),
    passkeys: new Passkeys(db, nowMs),
    positions: new PositionStore(db),
    limits: {
      signUp: new RateLimiter(SIGN_UPS),
      links: new RateLimiter(LINKS),
      positions: new RateLimiter(POSITIONS),
    },
  };
  authRoutes(app, context);
  linkRoutes(app, context);
  passkeyRoutes(app, context);
  adminRoutes(app, context);
  positionRoutes(app, context);
  return {
    gate,
    broadcastRight: async (request) =>
      broadcastRight(host.broadcastBy, await gate.reader(request), await firstAdminFor(context, request)),
    forgetBroadcast: (id) => context.positions.forgetBroadcast(id),
    setUpLink: async () =>
      (await accounts.hasAdmin()) ? undefined : accountLink('first-admin', links.mintFirstAdmin()),
    housekeep: async () => {
      await sessions.removeExpired();
      await context.passkeys.removeExpired();
    },
    close: () => context.positions.flush(),
  };
}
