import { isBroadcastId } from '../protocol/urls.ts';

/** Which page a path asks for; `unknown` also for a watch link whose id cannot be one. */
export type Route =
  | { readonly kind: 'home' }
  | { readonly kind: 'studio' }
  | { readonly kind: 'watch'; readonly broadcastId: string }
  | { readonly kind: 'capabilities' }
  | { readonly kind: 'unknown' };

export function routeOf(pathname: string): Route {
  const path = pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  if (path === '/') return { kind: 'home' };
  if (path === '/studio') return { kind: 'studio' };
  if (path === '/capabilities') return { kind: 'capabilities' };
  const broadcastId = path.startsWith('/watch/') ? path.slice('/watch/'.length) : '';
  return isBroadcastId(broadcastId) ? { kind: 'watch', broadcastId } : { kind: 'unknown' };
}
