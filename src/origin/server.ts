import http from 'node:http';
import http2 from 'node:http2';

/** PEM texts; with them the origin speaks HTTPS, HTTP/2 first. */
export interface Tls {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than any held request, and than the idle timers of the usual proxies. */
const KEEP_ALIVE_MS = 75_000;
const SOCKET_IDLE_MS = 120_000;
const CHECK_INTERVAL_MS = 1000;
/** HTTP/2 uploads crawl at 64 KiB a round trip unless both the stream's and the session's window are raised. */
const STREAM_WINDOW_BYTES = 4 * 1024 * 1024;
const SESSION_WINDOW_BYTES = 16 * 1024 * 1024;
const MAX_STREAMS = 128;

/** A server and the way to end what is still open on it. */
export interface BareServer {
  readonly server: http.Server;
  readonly destroyConnections: () => void;
}

function plainServer(handler: http.RequestListener): BareServer {
  const server = http.createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      // Bodies have their own deadlines; a response may stream as long as it likes.
      requestTimeout: 0,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
    },
    handler,
  );
  server.setTimeout(SOCKET_IDLE_MS);
  return { server, destroyConnections: () => server.closeAllConnections() };
}

function secureServer(tls: Tls, handler: http.RequestListener): BareServer {
  const server = http2.createSecureServer({
    ...tls,
    allowHTTP1: true,
    settings: { initialWindowSize: STREAM_WINDOW_BYTES, maxConcurrentStreams: MAX_STREAMS },
  });
  const open = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    session.setLocalWindowSize(SESSION_WINDOW_BYTES);
    session.setTimeout(SOCKET_IDLE_MS, () => session.close());
  });
  server.on('secureConnection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.setNoDelay(true);
    if (socket.alpnProtocol !== 'h2') socket.setTimeout(SOCKET_IDLE_MS, () => socket.destroy());
  });
  // Node's compatibility layer gives HTTP/2 requests the shape of HTTP/1.1 ones.
  const compatible = server as unknown as http.Server;
  compatible.on('request', handler);
  return {
    server: compatible,
    destroyConnections: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

/** The one place that knows sockets. */
export function createServer(tls: Tls | undefined, handler: http.RequestListener, maxConnections: number): BareServer {
  const bare = tls === undefined ? plainServer(handler) : secureServer(tls, handler);
  // Before the process runs out of descriptors, which would hurt the files of those who are here already.
  bare.server.maxConnections = maxConnections;
  return bare;
}
