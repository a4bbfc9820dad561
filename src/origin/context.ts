import type { Accounts } from '../accounts/accounts.ts';
import type { RateLimiter } from '../lib/rate-limit.ts';
import type { BodyDeadlines } from './body.ts';
import type { Clock } from './clock.ts';
import type { WaiterBudget } from './hot-tail.ts';
import type { LendDesk } from './lend-desk.ts';
import type { LiveDesk } from './live-desk.ts';
import type { MediaCache } from './media-cache.ts';
import type { Metrics } from './metrics.ts';
import type { Registry } from './registry.ts';
import type { SegmentStore } from './segment-store.ts';
import type { StorageKeeper } from './storage-keeper.ts';
import type { Viewers } from './viewers.ts';
import type { Reachability } from './watch-url.ts';

/** What the routes share; `app.ts` makes it. */
export interface OriginContext {
  readonly clock: Clock;
  readonly registry: Registry;
  readonly store: SegmentStore;
  readonly cache: MediaCache;
  readonly viewers: Viewers;
  /** Who asks, and what they may do. */
  readonly accounts: Accounts;
  readonly keeper: StorageKeeper;
  readonly metrics: Metrics;
  readonly waiters: WaiterBudget;
  readonly version: string;
  readonly dataDir: string;
  /** What a collector of metrics on another machine must send; undefined: administrators only. */
  readonly metricsToken: string | undefined;
  readonly deadlines: BodyDeadlines;
  readonly limits: { readonly create: RateLimiter; readonly probe: RateLimiter; readonly lend: RateLimiter };
  /** Helpers and what they make. */
  readonly lending: LendDesk;
  readonly liveHelp: LiveDesk;
  /** The address under which the client of this request reaches us. */
  readonly reachability: (requestHost: string | undefined) => Reachability;
  /** False from the moment the process was asked to stop. */
  readonly isAccepting: () => boolean;
}
