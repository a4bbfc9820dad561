import type { FastifyRequest } from 'fastify';
import { Problem } from '../lib/problem.ts';
import { type CookieScope, readCookie } from './cookies.ts';
import { isAtThisMachine } from './first-admin.ts';
import { isSameOrigin } from './same-origin.ts';
import type { Session, SessionStore } from './session-store.ts';

/** Where this origin stands. */
export interface Site {
  /** Without a trailing slash. */
  readonly publicUrl: string | undefined;
  readonly isTls: boolean;
}

export const notLoggedIn = (): Problem => new Problem(401, 'log_in', 'Log in first. Your session may have ended.');

const CHANGES_NOTHING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Who is behind a request, which every route asks for itself, and whether it may change anything. */
export class Gate {
  readonly site: Site;
  readonly #sessions: SessionStore;

  constructor(site: Site, sessions: SessionStore) {
    this.site = site;
    this.#sessions = sessions;
  }

  scope(): CookieScope {
    return this.site.isTls || this.site.publicUrl?.startsWith('https://') === true ? 'secure' : 'plain';
  }

  isAtThisMachine(request: FastifyRequest): boolean {
    const { headers, host, socket } = request;
    return isAtThisMachine({ remoteAddress: socket.remoteAddress, host, headers, publicUrl: this.site.publicUrl });
  }

  /** Asked of every request to the origin, whatever its route (SPEC API4). Throws 403 `cross_site`. */
  guardChange(request: FastifyRequest): void {
    if (CHANGES_NOTHING.includes(request.method)) return;
    const { origin, 'sec-fetch-site': site } = request.headers;
    const secFetchSite = typeof site === 'string' ? site : undefined;
    if (!isSameOrigin({ secFetchSite, origin, host: request.host, publicUrl: this.site.publicUrl }))
      throw new Problem(
        403,
        'cross_site',
        'Another site may not change anything here. Open the page of this origin; behind a proxy, set PUBLIC_URL.',
      );
  }

  /** Undefined when nobody is logged in. */
  async reader(request: FastifyRequest): Promise<Session | undefined> {
    const token = readCookie(request.headers.cookie, 'session', this.scope());
    return token === undefined ? undefined : this.#sessions.find(token);
  }

  /** Throws 401 `log_in`. */
  async known(request: FastifyRequest): Promise<Session> {
    const session = await this.reader(request);
    if (session === undefined) throw notLoggedIn();
    return session;
  }

  /** Throws 401 `log_in`, 403 `admin_only`. */
  async admin(request: FastifyRequest): Promise<Session> {
    const session = await this.known(request);
    if (session.role !== 'admin')
      throw new Problem(403, 'admin_only', 'Only an administrator of this origin may do this.');
    return session;
  }
}
