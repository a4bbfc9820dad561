import type { NetworkInterfaceInfo } from 'node:os';
import type { ReservedBroadcast } from '../protocol/broadcast.ts';
import { pages } from '../protocol/urls.ts';

/** Everything that decides under which address others reach this origin. */
export interface Reachability {
  readonly publicUrl: string | undefined;
  readonly scheme: 'http' | 'https';
  /** `Host` or `:authority` of the request. */
  readonly requestHost: string | undefined;
  readonly boundHost: string;
  readonly boundPort: number;
  readonly interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;
}

const HOST_PATTERN = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/i;
const LOOPBACK_PATTERN = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const PRIVATE_PATTERN =
  /^(?:10\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|\[f[cde]|[^.]+$|[^:]+\.local(?::\d+)?$)/i;

/** A host that is safe to write into a URL; undefined for anything else that a client may send. */
export const hostOf = (header: string | undefined): string | undefined =>
  header !== undefined && HOST_PATTERN.test(header) ? header : undefined;

const isLoopback = (host: string): boolean => LOOPBACK_PATTERN.test(host);

const lanAddress = (interfaces: Reachability['interfaces']): string | undefined =>
  Object.values(interfaces)
    .flatMap((list) => list ?? [])
    .find((address) => address.family === 'IPv4' && !address.internal)?.address;

/** Absolute base of this origin as the client of this request sees it, for `UTCTiming`. No trailing slash. */
export function baseUrl(reach: Omit<Reachability, 'interfaces'>): string {
  if (reach.publicUrl !== undefined) return reach.publicUrl;
  return `${reach.scheme}://${hostOf(reach.requestHost) ?? `localhost:${reach.boundPort}`}`;
}

/** The link to give to others, never `localhost` for somebody else. */
export function watchLink(id: string, reach: Reachability): Pick<ReservedBroadcast, 'watchUrl' | 'reach'> {
  const link = (base: string) => `${base}${pages.watch(id)}`;
  if (reach.publicUrl !== undefined) return { watchUrl: link(reach.publicUrl), reach: 'public' };
  const host = hostOf(reach.requestHost);
  if (host !== undefined && !isLoopback(host))
    return { watchUrl: link(`${reach.scheme}://${host}`), reach: PRIVATE_PATTERN.test(host) ? 'lan' : 'public' };
  const lan = isLoopback(reach.boundHost) ? undefined : lanAddress(reach.interfaces);
  if (lan !== undefined) return { watchUrl: link(`${reach.scheme}://${lan}:${reach.boundPort}`), reach: 'lan' };
  return { watchUrl: link(`${reach.scheme}://localhost:${reach.boundPort}`), reach: 'this-machine' };
}
