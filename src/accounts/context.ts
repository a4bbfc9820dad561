import type { FastifyRequest } from 'fastify';
import type { RateLimiter } from '../lib/rate-limit.ts';
import type { BroadcastExtent } from '../positions/check.ts';
import type { BroadcastBy } from '../protocol/accounts.ts';
import type { BroadcastSummary } from '../protocol/broadcast.ts';
import type { AccountStore } from './account-store.ts';
import type { Gate, Site } from './gate.ts';
import type { LinkStore } from './link-store.ts';
import type { LogIns } from './log-ins.ts';
import type { Passkeys } from './passkeys.ts';
import type { Passwords } from './password.ts';
import type { Identity, Owned } from './permissions.ts';
import type { PositionStore } from './position-store.ts';
import type { SessionStore } from './session-store.ts';
import type { AccountDatabase } from './tables.ts';

/** What this room needs to know of a broadcast. */
export interface BroadcastFacts extends Owned {
  readonly extent: BroadcastExtent;
  readonly summary: (who: Identity | undefined) => BroadcastSummary;
}

/** The broadcasts of this origin, as this room sees them. */
export interface Broadcasts {
  /** Undefined for every id that is none. */
  facts(id: string): BroadcastFacts | undefined;
  /** Everything that somebody made, media too. */
  removeOwnedBy(accountId: string): Promise<void>;
  countByOwner(): ReadonlyMap<string, number>;
}

/** What the origin lends this room. */
export interface AccountsHost {
  readonly db: AccountDatabase;
  readonly nowMs: () => number;
  /** A JSON body of limited size, with deadlines. */
  readonly readJson: (request: FastifyRequest) => Promise<unknown>;
  /** `https://host` as this person's browser sees it. */
  readonly baseUrl: (request: FastifyRequest) => string;
  readonly site: Site;
  readonly broadcasts: Broadcasts;
  readonly broadcastBy: BroadcastBy;
}

/** What the routes of this room share. */
export interface AccountsContext extends Omit<AccountsHost, 'site' | 'db'> {
  readonly accounts: AccountStore;
  readonly sessions: SessionStore;
  readonly links: LinkStore;
  readonly logIns: LogIns;
  readonly passkeys: Passkeys;
  readonly passwords: Passwords;
  readonly positions: PositionStore;
  readonly gate: Gate;
  readonly limits: { readonly signUp: RateLimiter; readonly positions: RateLimiter; readonly links: RateLimiter };
}
