import { randomBytes } from 'node:crypto';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import { type BareServer, createServer, type Tls } from './server.ts';

const MAX_CONNECTIONS = 20_000;

export interface HttpOptions {
  readonly tls?: Tls | undefined;
  /** Whose `X-Forwarded-*` headers are believed: a number of proxies, or their addresses; nobody's when not said. */
  readonly trustProxy?: number | string | undefined;
  readonly maxConnections?: number | undefined;
  /** Structured lines go to stderr; nothing is logged without a level. */
  readonly logLevel?: string;
}

export interface HttpApp {
  readonly app: FastifyInstance;
  /** Ends what is still open. */
  readonly destroyConnections: () => void;
  /** The one that was really taken; 0 before it listens. */
  readonly port: () => number;
}

/** A number trusts that many hops, from the socket outwards. */
const trustedProxies = (
  who: HttpOptions['trustProxy'],
): boolean | string | ((address: string, hop: number) => boolean) =>
  typeof who === 'number' ? (_address, hop) => hop < who : (who ?? false);

/** The framework on our own server, without a route. */
export function openHttp({ tls, trustProxy, maxConnections = MAX_CONNECTIONS, logLevel }: HttpOptions): HttpApp {
  let bare: BareServer | undefined;
  const bootId = randomBytes(4).toString('hex');
  let requestCount = 0;
  const app = fastify({
    logger: logLevel === undefined ? false : { level: logLevel, stream: process.stderr },
    logController: new LogController({ disableRequestLogging: true }),
    // Unique over restarts, so that a line of the log and the answer that a person reports find each other.
    genReqId: () => `${bootId}-${(++requestCount).toString(36)}`,
    trustProxy: trustedProxies(trustProxy),
    // Paths are matched as they are; nobody gets a second spelling past a guard.
    routerOptions: { caseSensitive: true, ignoreDuplicateSlashes: false, ignoreTrailingSlash: false },
    serverFactory: (handler) => {
      bare = createServer(tls, handler, maxConnections);
      return bare.server;
    },
  });
  return {
    app,
    destroyConnections: () => bare?.destroyConnections(),
    port: () => {
      const address = app.server.address();
      return address === null || typeof address === 'string' ? 0 : address.port;
    },
  };
}
