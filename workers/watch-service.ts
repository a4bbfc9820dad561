/**
 * The service worker of the watch page: who comes back without a line, or while the server restarts, still gets the
 * page, and the page plays what the device kept. The page comes from the network whenever that answers; only the files
 * of this build are kept, never media, manifests or answers of the API. A new build's worker takes over when no page of
 * the old one is open.
 *
 * It imports nothing: browsers without module workers run it too.
 */
interface WatchBuild {
  /** Names of what a viewer's browser fetches before the first frame; written by the build. */
  readonly WATCH_FILES: readonly string[];
  readonly WATCH_VERSION: string;
}
declare const self: ServiceWorkerGlobalScope & WatchBuild;

/** Chromium only: these addresses never wake the worker. */
interface RouterRule {
  readonly condition: { readonly urlPattern: string };
  readonly source: 'network';
}
interface RoutableEvent extends ExtendableEvent {
  addRoutes?(rules: readonly RouterRule[]): Promise<void>;
}

const CACHES = 'tabcast-watch-';
const CACHE = CACHES + self.WATCH_VERSION;
/** Any broadcast's page is the same document. */
const DOCUMENT = '/watch/0000000000000000';
const PATIENCE_MS = 4000;
const STRAIGHT_TO_NETWORK = ['/live/*', '/api/*', '/time', '/healthz'];

async function keepPage(): Promise<void> {
  const cache = await caches.open(CACHE);
  const answer = await fetch(DOCUMENT, { cache: 'no-cache' });
  const page = await answer.clone().text();
  const scripts = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name ?? '');
  // A server that was updated in this moment: its own worker comes with its own list.
  if (!answer.ok || !scripts.every((name) => self.WATCH_FILES.includes(name)))
    throw new Error('the page is of another build');
  await cache.put(DOCUMENT, answer);
  await cache.addAll(self.WATCH_FILES.filter((name) => name.startsWith('assets/')).map((name) => `/${name}`));
}

async function dropOldPages(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(CACHES) && name !== CACHE) await caches.delete(name);
  await self.registration.navigationPreload?.enable();
}

/** The network's page; the kept one where nobody answers, a proxy says that the server is away, or it takes too long. */
async function pageFor(event: FetchEvent): Promise<Response> {
  const kept = await caches.match(DOCUMENT, { cacheName: CACHE });
  const network = Promise.resolve(event.preloadResponse as Promise<Response | undefined>).then(
    (answer) => answer ?? fetch(event.request),
  );
  if (kept === undefined) return network;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  const answered = network.then(
    (answer) => (answer.status >= 500 ? kept : answer),
    () => kept,
  );
  return Promise.race([answered, late]);
}

/** Names of assets change with their bytes: what is kept is right. */
async function assetFor(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: CACHE, ignoreVary: true })) ?? fetch(request);
}

self.addEventListener('install', (event: RoutableEvent) => {
  const rules = STRAIGHT_TO_NETWORK.map((urlPattern): RouterRule => ({ condition: { urlPattern }, source: 'network' }));
  const routed = event.addRoutes?.(rules).catch(() => undefined);
  event.waitUntil(Promise.all([routed, keepPage()]));
});

self.addEventListener('activate', (event) => event.waitUntil(dropOldPages()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === 'navigate') event.respondWith(pageFor(event));
  else if (request.method === 'GET' && origin === self.location.origin && pathname.startsWith('/assets/'))
    event.respondWith(assetFor(request));
});
