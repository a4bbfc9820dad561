/** What of a request says where it comes from. */
export interface Whereabouts {
  /** Of the socket, not of a header. */
  readonly remoteAddress: string | undefined;
  readonly host: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The origin was told that it stands behind something. */
  readonly publicUrl: string | undefined;
}

const LOOPBACK_ADDRESS = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * Whoever sits at this machine may become the first administrator without the printed link. A proxy on the same
 * machine would make everybody look like that: then there is a public address, or a header that tells.
 */
export const isAtThisMachine = ({ remoteAddress, host, headers, publicUrl }: Whereabouts): boolean =>
  publicUrl === undefined &&
  LOOPBACK_ADDRESS.test(remoteAddress ?? '') &&
  LOOPBACK_HOST.test(host ?? '') &&
  PROXY_HEADERS.every((name) => headers[name] === undefined);
