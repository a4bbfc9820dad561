import { networkInterfaces } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type AccountsOptions, openAccounts } from '../accounts/accounts.ts';
import { DEFAULT_BROADCAST_BY } from '../accounts/permissions.ts';
import type { AccountDatabase } from '../accounts/tables.ts';
import { type RateLimit, RateLimiter } from '../lib/rate-limit.ts';
import type { BroadcastBy } from '../protocol/accounts.ts';
import type { BodyDeadlines } from './body.ts';
import { BroadcastRecords } from './broadcast-records.ts';
import { type Clock, systemClock } from './clock.ts';
import type { OriginContext } from './context.ts';
import { openDatabase } from './database.ts';
import { DiskSegmentStore } from './disk-store.ts';
import { makeDirectoryDurably } from './durable-files.ts';
import { installErrors } from './errors.ts';
import type { FallbackPlaces } from './fallback-encoder.ts';
import { diskFiles } from './file-system.ts';
import { housekeep, keepHouse } from './housekeeping.ts';
import { type HttpOptions, openHttp } from './http-app.ts';
import { LendDesk } from './lend-desk.ts';
import { LendFiles } from './lend-files.ts';
import { LendRecords } from './lend-records.ts';
import { SILENCE_RULES, type SilenceRules } from './lifecycle.ts';
import { LiveDesk } from './live-desk.ts';
import { MEDIA_CACHE_BYTES, MediaCache } from './media-cache.ts';
import { Metrics } from './metrics.ts';
import { Registry } from './registry.ts';
import { readJson } from './request-guards.ts';
import type { RetentionRules } from './retention.ts';
import { adminStatusRoutes } from './routes/admin-status.ts';
import { apiRoutes } from './routes/api.ts';
import { fallbackRoutes } from './routes/fallback.ts';
import { helpRoutes } from './routes/help.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { lendRoutes } from './routes/lend.ts';
import { lendLiveRoutes } from './routes/lend-live.ts';
import { manifestRoutes } from './routes/manifest.ts';
import { mediaRoutes } from './routes/media.ts';
import { pageRoutes } from './routes/pages.ts';
import { serviceRoutes } from './routes/service.ts';
import { thumbnailRoutes } from './routes/thumbnails.ts';
import type { SegmentStore } from './segment-store.ts';
import { StaticFiles } from './static-files.ts';
import { readVersion } from './status.ts';
import { StorageKeeper } from './storage-keeper.ts';
import { Viewers } from './viewers.ts';
import { baseUrl, type Reachability } from './watch-url.ts';

export interface OriginOptions extends HttpOptions {
  /** Holds `tabcast.db` and the media; made when missing. */
  readonly dataDir: string;
  /** The built pages. */
  readonly staticDir: string;
  /** Where the fallback encoder is, if it is installed; not offered when not said. */
  readonly fallback?: FallbackPlaces | undefined;
  readonly store?: SegmentStore;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** `https://live.example.org`, without a trailing slash, when the origin stands behind a proxy. */
  readonly publicUrl?: string | undefined;
  readonly clock?: Clock;
  readonly deadlines?: BodyDeadlines;
  readonly createLimit?: RateLimit;
  readonly probeLimit?: RateLimit;
  readonly maxWaiters?: number;
  readonly silence?: SilenceRules | undefined;
  readonly retention?: RetentionRules | undefined;
  /** Memory for finished media; `MEDIA_CACHE_BYTES` when not said. */
  readonly mediaCacheBytes?: number | undefined;
  readonly metricsToken?: string | undefined;
  /** Who may make a broadcast; `DEFAULT_BROADCAST_BY` when not said. */
  readonly broadcastBy?: BroadcastBy | undefined;
  readonly accounts?: AccountsOptions;
}

export interface Origin {
  readonly app: FastifyInstance;
  /** With the port that was really taken: `http://localhost:8080`. */
  readonly url: string;
  /** Every route, for a test that must not miss one. */
  readonly routes: readonly { readonly method: string; readonly url: string }[];
  /** Where the first administrator is made, with a token that is good once; undefined when there is one. */
  setUpUrl(): Promise<string | undefined>;
  /** Forgets, gives up and deletes what is due; done every hour by itself. */
  housekeep(): Promise<void>;
  /** Ends what is in flight, syncs every journal, closes the database. */
  close(): Promise<void>;
}

const DEADLINES: BodyDeadlines = { idleMs: 10_000, totalMs: 30_000 };
const CREATE_LIMIT: RateLimit = { burst: 60, perMinute: 30 };
const PROBE_LIMIT: RateLimit = { burst: 120, perMinute: 120 };
const LEND_LIMIT: RateLimit = { burst: 60, perMinute: 60 };
const MAX_WAITERS = 20_000;
/** Time that requests in flight get at the end. */
const DRAIN_MS = 2000;
const KEEP_EVERYTHING: RetentionRules = { days: undefined, maxBytes: undefined };

/** How a person on this machine calls the address that was bound. */
function nameOf(host: string): string {
  if (['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** Builds the whole origin from its options and starts listening. Rejects when the port is taken. */
export async function startOrigin(options: OriginOptions): Promise<Origin> {
  const { dataDir, staticDir, publicUrl, tls, clock = systemClock, host = '0.0.0.0', port = 0 } = options;
  await makeDirectoryDurably(diskFiles, path.resolve(dataDir));
  const { app, port: takenPort, destroyConnections } = openHttp(options);
  const database = await openDatabase(path.join(dataDir, 'tabcast.db'));
  const records = new BroadcastRecords(database);
  const viewers = new Viewers();
  const cache = new MediaCache(options.mediaCacheBytes ?? MEDIA_CACHE_BYTES);
  const onStoreError = (error: unknown): void => app.log.error({ err: error }, 'a segment could not be filed');
  const store = options.store ?? new DiskSegmentStore(path.join(dataDir, 'broadcasts'), onStoreError, { cache });
  const waiters = { maxWaiters: options.maxWaiters ?? MAX_WAITERS, waiting: 0 };
  const registry = await Registry.load(store, {
    clock,
    records,
    viewers,
    budget: waiters,
    silence: options.silence ?? SILENCE_RULES,
    onError: (error) => app.log.error({ err: error }, 'a broadcast could not be saved'),
  });
  const scheme = tls === undefined ? 'http' : 'https';
  let isAccepting = true;
  const reachability = (requestHost: string | undefined): Reachability => ({
    publicUrl,
    scheme,
    requestHost,
    boundHost: host,
    boundPort: takenPort(),
    interfaces: networkInterfaces(),
  });
  const deadlines = options.deadlines ?? DEADLINES;
  const routes: { method: string; url: string }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url });
  });
  installErrors(app);
  const accounts = openAccounts(
    app,
    {
      // Kysely's types do not narrow to fewer tables by themselves.
      db: database as unknown as AccountDatabase,
      nowMs: () => clock.nowMs(),
      readJson: (request) => readJson(request, deadlines),
      baseUrl: (request) => baseUrl(reachability(request.host)),
      site: { publicUrl, isTls: tls !== undefined },
      broadcasts: {
        facts: (id) => registry.facts(id),
        removeOwnedBy: async (accountId) => {
          for (const id of await registry.removeOwnedBy(accountId)) await accounts.forgetBroadcast(id);
        },
        countByOwner: () => registry.countByOwner(),
      },
      broadcastBy: options.broadcastBy ?? DEFAULT_BROADCAST_BY,
    },
    options.accounts,
  );
  // Here and not in the routes, so that none can forget it.
  app.addHook('onRequest', async (request) => accounts.gate.guardChange(request));
  const lending = await LendDesk.load(
    new LendRecords(database),
    await LendFiles.open(path.join(dataDir, 'help')),
    clock,
  );
  const keeper = new StorageKeeper({
    registry,
    store,
    rules: options.retention ?? KEEP_EVERYTHING,
    nowMs: () => clock.nowMs(),
    forget: async (id) => {
      await accounts.forgetBroadcast(id);
      await lending.forget(id);
    },
    onDeleted: ({ id, because }) => app.log.info({ broadcast: id, because }, 'deleted by retention'),
  });
  const metrics = new Metrics();
  app.addHook('onResponse', (request, reply, done) => {
    metrics.answered(request.routeOptions.url ?? 'none', reply.raw.statusCode, clock.nowMs());
    done();
  });
  const context: OriginContext = {
    clock,
    registry,
    store,
    cache,
    viewers,
    accounts,
    keeper,
    metrics,
    waiters,
    version: await readVersion(),
    dataDir,
    metricsToken: options.metricsToken,
    deadlines,
    limits: {
      create: new RateLimiter(options.createLimit ?? CREATE_LIMIT),
      probe: new RateLimiter(options.probeLimit ?? PROBE_LIMIT),
      lend: new RateLimiter(LEND_LIMIT),
    },
    lending,
    liveHelp: new LiveDesk({ clock, lending, hasRoom: () => !keeper.facts.isOverBudget }),
    reachability,
    isAccepting: () => isAccepting,
  };

  apiRoutes(app, context);
  ingestRoutes(app, context);
  helpRoutes(app, context);
  lendRoutes(app, context);
  lendLiveRoutes(app, context);
  mediaRoutes(app, context);
  manifestRoutes(app, context);
  thumbnailRoutes(app, context);
  serviceRoutes(app, context);
  adminStatusRoutes(app, context);
  fallbackRoutes(app, options.fallback);
  pageRoutes(
    app,
    new StaticFiles(staticDir, () => clock.nowMs()),
    publicUrl === undefined ? undefined : new URL(publicUrl).origin,
  );
  const stopHousekeeping = keepHouse(context, (error, what) => app.log.error({ err: error }, what));

  await app.listen({ host, port });
  const url = `${scheme}://${nameOf(host)}:${takenPort()}`;
  return {
    app,
    url,
    routes,
    housekeep: () => housekeep(context),
    setUpUrl: async () => {
      const path = await accounts.setUpLink();
      return path === undefined ? undefined : (publicUrl ?? url) + path;
    },
    close: async () => {
      isAccepting = false;
      stopHousekeeping();
      metrics.close();
      registry.stopWaiting();
      const force = setTimeout(destroyConnections, DRAIN_MS);
      await app.close();
      clearTimeout(force);
      await accounts.close();
      await registry.close();
    },
  };
}
