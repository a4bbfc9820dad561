/** Whether this request came over HTTPS, as far as the origin was told. */
export type CookieScope = 'secure' | 'plain';

export type CookieName = 'session' | 'device';

/** Over HTTPS the browser itself guards the name: this host only, the whole host, never over plain HTTP. */
export const cookieName = (name: CookieName, scope: CookieScope): string =>
  scope === 'secure' ? `__Host-tabcast-${name}` : `tabcast-${name}`;

const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Lax';

/** The value of `Set-Cookie`; `maxAgeSeconds` 0 takes the cookie away. */
export const setCookie = (name: CookieName, value: string, scope: CookieScope, maxAgeSeconds: number): string =>
  `${cookieName(name, scope)}=${value}; Max-Age=${maxAgeSeconds}; ${ATTRIBUTES}${scope === 'secure' ? '; Secure' : ''}`;

/** The secret of a `Cookie` header; undefined when there is none, or none of ours. */
export function readCookie(header: string | undefined, name: CookieName, scope: CookieScope): string | undefined {
  const wanted = `${cookieName(name, scope)}=`;
  for (const pair of (header ?? '').split(';')) {
    const text = pair.trim();
    if (text.startsWith(wanted) && /^[\w-]{43}$/.test(text.slice(wanted.length))) return text.slice(wanted.length);
  }
  return undefined;
}
