import { isBroadcastId, pages } from '../protocol/urls.ts';

/** Which page a path asks for; `unknown` also for a watch link whose id cannot be one. */
export type Route =
  | { readonly kind: 'home' }
  | { readonly kind: 'studio' }
  | { readonly kind: 'watch'; readonly broadcastId: string }
  | { readonly kind: 'account' }
  | { readonly kind: 'admin' }
  | { readonly kind: 'capabilities' }
  | { readonly kind: 'lend' }
  | { readonly kind: 'unknown' };

const WATCH = pages.watch('');

export function routeOf(pathname: string): Route {
  if (pathname === pages.home) return { kind: 'home' };
  if (pathname === pages.studio) return { kind: 'studio' };
  if (pathname === pages.account) return { kind: 'account' };
  if (pathname === pages.admin) return { kind: 'admin' };
  if (pathname === pages.lend) return { kind: 'lend' };
  if (pathname === '/capabilities') return { kind: 'capabilities' };
  const broadcastId = pathname.startsWith(WATCH) ? pathname.slice(WATCH.length) : '';
  return isBroadcastId(broadcastId) ? { kind: 'watch', broadcastId } : { kind: 'unknown' };
}
