import { mkdir } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { type RateLimit, RateLimiter } from '../lib/rate-limit.ts';
import type { BodyDeadlines } from './body.ts';
import { BroadcastRecords } from './broadcast-records.ts';
import { type Clock, systemClock } from './clock.ts';
import type { OriginContext } from './context.ts';
import { openDatabase } from './database.ts';
import { DiskSegmentStore } from './disk-store.ts';
import { installErrors } from './errors.ts';
import { Registry } from './registry.ts';
import { apiRoutes } from './routes/api.ts';
import { ingestRoutes } from './routes/ingest.ts';
import { manifestRoutes } from './routes/manifest.ts';
import { mediaRoutes } from './routes/media.ts';
import { pageRoutes } from './routes/pages.ts';
import { serviceRoutes } from './routes/service.ts';
import type { SegmentStore } from './segment-store.ts';
import { type BareServer, createServer, type Tls } from './server.ts';
import { StaticFiles } from './static-files.ts';

export interface OriginOptions {
  /** Holds `tabcast.db` and the media; made when missing. */
  readonly dataDir: string;
  /** The built pages. */
  readonly staticDir: string;
  readonly store?: SegmentStore;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port?: number;
  /** `https://live.example.org`, without a trailing slash, when the origin stands behind a proxy. */
  readonly publicUrl?: string | undefined;
  readonly tls?: Tls | undefined;
  readonly clock?: Clock;
  readonly deadlines?: BodyDeadlines;
  readonly createLimit?: RateLimit;
  readonly probeLimit?: RateLimit;
  readonly maxWaiters?: number;
  /** Structured lines go to stderr; nothing is logged without a level. */
  readonly logLevel?: string;
}

export interface Origin {
  readonly app: FastifyInstance;
  /** With the port that was really taken: `http://localhost:8080`. */
  readonly url: string;
  /** Ends what is in flight, syncs every journal, closes the database. */
  close(): Promise<void>;
}

const DEADLINES: BodyDeadlines = { idleMs: 10_000, totalMs: 30_000 };
const CREATE_LIMIT: RateLimit = { burst: 60, perMinute: 30 };
const PROBE_LIMIT: RateLimit = { burst: 120, perMinute: 120 };
const MAX_WAITERS = 20_000;
/** Time that requests in flight get at the end. */
const DRAIN_MS = 2000;
const HOUSEKEEPING_MS = 3600_000;

/** How a person on this machine calls the address that was bound. */
function nameOf(host: string): string {
  if (['0.0.0.0', '::', '127.0.0.1', '::1', 'localhost'].includes(host)) return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

const portOf = (app: FastifyInstance): number => {
  const address = app.server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
};

/** Builds the whole origin from its options and starts listening. Rejects when the port is taken. */
export async function startOrigin(options: OriginOptions): Promise<Origin> {
  const { dataDir, staticDir, publicUrl, tls, clock = systemClock, host = '0.0.0.0', port = 0 } = options;
  await mkdir(dataDir, { recursive: true });
  let bare: BareServer | undefined;
  const app = fastify({
    logger: options.logLevel === undefined ? false : { level: options.logLevel, stream: process.stderr },
    logController: new LogController({ disableRequestLogging: true }),
    // Paths are matched as they are; nobody gets a second spelling past a guard.
    routerOptions: { caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false },
    serverFactory: (handler) => {
      bare = createServer(tls, handler);
      return bare.server;
    },
  });
  const records = new BroadcastRecords(await openDatabase(path.join(dataDir, 'tabcast.db')));
  const store =
    options.store ??
    new DiskSegmentStore(path.join(dataDir, 'broadcasts'), (error) =>
      app.log.error({ err: error }, 'a segment could not be filed'),
    );
  const registry = await Registry.load(store, {
    clock,
    records,
    budget: { maxWaiters: options.maxWaiters ?? MAX_WAITERS, waiting: 0 },
    onError: (error) => app.log.error({ err: error }, 'a broadcast could not be saved'),
  });
  const scheme = tls === undefined ? 'http' : 'https';
  let isAccepting = true;
  const context: OriginContext = {
    clock,
    registry,
    store,
    deadlines: options.deadlines ?? DEADLINES,
    limits: {
      create: new RateLimiter(options.createLimit ?? CREATE_LIMIT),
      probe: new RateLimiter(options.probeLimit ?? PROBE_LIMIT),
    },
    reachability: (requestHost) => ({
      publicUrl,
      scheme,
      requestHost,
      boundHost: host,
      boundPort: portOf(app),
      interfaces: networkInterfaces(),
    }),
    isAccepting: () => isAccepting,
  };

  installErrors(app);
  apiRoutes(app, context);
  ingestRoutes(app, context);
  mediaRoutes(app, context);
  manifestRoutes(app, context);
  serviceRoutes(app, context);
  pageRoutes(
    app,
    new StaticFiles(staticDir, () => clock.nowMs()),
    publicUrl === undefined ? undefined : new URL(publicUrl).origin,
  );
  const housekeeping = setInterval(() => {
    registry.forgetOldReservations().catch((error: unknown) => app.log.error({ err: error }, 'housekeeping failed'));
  }, HOUSEKEEPING_MS);
  housekeeping.unref();

  await app.listen({ host, port });
  return {
    app,
    url: `${scheme}://${nameOf(host)}:${portOf(app)}`,
    close: async () => {
      isAccepting = false;
      clearInterval(housekeeping);
      registry.stopWaiting();
      const force = setTimeout(() => bare?.destroyConnections(), DRAIN_MS);
      await app.close();
      clearTimeout(force);
      await registry.close();
    },
  };
}
