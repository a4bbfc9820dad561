import type { Account, Me, NewInvitation, SignUpAnswer } from '../../src/protocol/accounts.ts';
import type { ReservedBroadcast } from '../../src/protocol/broadcast.ts';
import type { Position } from '../../src/protocol/positions.ts';
import { admin, api, auth, parseAccountLink } from '../../src/protocol/urls.ts';
import type { TestOrigin } from './origin-test-server.ts';

export const PASSWORD = 'four quiet words here';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

type Asked = Pick<TestOrigin, 'get'>;

/** Somebody with a browser: keeps cookies as one does, and asks a real origin over a real socket. */
export class Person {
  readonly origin: Asked;
  readonly cookies = new Map<string, string>();

  constructor(origin: Asked) {
    this.origin = origin;
  }

  async ask(method: Method, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.origin.get(url, {
      method,
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (/Max-Age=0/.test(set)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** Throws unless the answer is a success. */
  async want<T>(method: Method, url: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, url, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  signUp(username: string, claim?: unknown): Promise<SignUpAnswer> {
    return this.want('POST', auth.signUp, { username, password: PASSWORD, ...(claim === undefined ? {} : { claim }) });
  }

  logIn(username: string, password = PASSWORD): Promise<Response> {
    return this.ask('POST', auth.logIn, { username, password });
  }

  me(): Promise<Me> {
    return this.want('GET', auth.me);
  }

  async account(): Promise<Account | null> {
    return (await this.me()).account;
  }

  reserve(title = 'A test'): Promise<ReservedBroadcast> {
    return this.want('POST', api.broadcasts, { title });
  }

  /** The token of an invitation that this administrator makes. */
  async invite(uses = 1): Promise<string> {
    const { url } = await this.want<NewInvitation>('POST', admin.invitations, { uses, forMs: 3600_000 });
    return tokenOf(url);
  }
}

/** The token of a link that somebody was given. */
export function tokenOf(url: string): string {
  const link = parseAccountLink(new URL(url).hash);
  if (link === undefined) throw new Error(`no link of ours: ${url}`);
  return link.token;
}

/** The first administrator of an origin, made on this machine. */
export async function firstAdmin(origin: TestOrigin, username = 'Root'): Promise<Person> {
  const person = new Person(origin);
  await person.signUp(username, { isFirstAdmin: true });
  return person;
}

export async function signedUp(origin: TestOrigin, username: string, claim?: unknown): Promise<Person> {
  const person = new Person(origin);
  await person.signUp(username, claim);
  return person;
}

/** A position as a device sends it now. */
export const positionOf = (origin: TestOrigin, broadcastId: string, over: Partial<Position> = {}): Position => ({
  broadcastId,
  state: 'watching',
  mediaMs: 1000,
  durationMs: null,
  wallMs: null,
  isAtEdge: false,
  finishedMs: null,
  hlc: (origin.clock.nowMs() * 1024) as Position['hlc'],
  device: { id: 'd'.repeat(16), name: 'Phone', tab: 't'.repeat(16) },
  ...over,
});
