import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { auth } from '../../src/protocol/urls.ts';
import { type CreationOptions, SoftAuthenticator } from './accounts-authenticator.ts';
import { PASSWORD, Person, tokenOf } from './accounts-test-person.ts';
import { TestBroadcast, type TestOrigin } from './origin-test-server.ts';
import { testStrip } from './origin-test-strip.ts';

export const ROLES = ['anonymous', 'viewer', 'other', 'owner', 'admin'] as const;
export type MatrixRole = (typeof ROLES)[number];

export const PUBLIC_URL = 'http://tabcast.test';

/**
 * The people of the matrix and the owner's things, which the requests are about. Who was logged out and what was deleted
 * by a request is brought back for the next.
 */
export class Cast {
  readonly #origin: TestOrigin;
  readonly #people = new Map<MatrixRole, Person>();
  #fresh = 0;
  #broadcast: string | undefined;

  constructor(origin: TestOrigin) {
    this.#origin = origin;
  }

  async person(role: MatrixRole): Promise<Person> {
    if (role === 'anonymous') return new Person(this.#origin);
    const known = this.#people.get(role);
    if (known !== undefined && (await known.account())?.username === role) return known;
    const person = new Person(this.#origin);
    this.#people.set(role, person);
    if ((await person.logIn(role)).status === 200) return person;
    if (role === 'viewer') await person.signUp(role);
    else await person.signUp(role, { link: role === 'admin' ? await this.#setUpLink() : await this.#invite() });
    return person;
  }

  async #setUpLink(): Promise<string> {
    return tokenOf((await this.#origin.origin.setUpUrl()) ?? '');
  }

  async #invite(): Promise<string> {
    return (await this.person('admin')).invite();
  }

  /** A number that is never given twice. */
  fresh(): number {
    this.#fresh += 1;
    return this.#fresh;
  }

  /** A private live broadcast of the owner, with a picture. */
  async broadcast(): Promise<string> {
    const owner = await this.person('owner');
    if (this.#broadcast !== undefined && (await owner.ask('GET', `/api/broadcasts/${this.#broadcast}`)).ok)
      return this.#broadcast;
    const broadcast = new TestBroadcast(this.#origin, await owner.reserve());
    await broadcast.putInits();
    await broadcast.start();
    await broadcast.sendTicks(0, 1);
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
    const headers = { ...broadcast.headers, 'content-type': 'image/jpeg' };
    await this.#origin.get(`/ingest/${broadcast.id}/poster.jpg`, { method: 'PUT', headers, body: jpeg });
    await this.#origin.get(`/ingest/${broadcast.id}/thumbnails/0.jpg`, { method: 'PUT', headers, body: testStrip() });
    await owner.want('PATCH', `/api/broadcasts/${broadcast.id}`, { visibility: 'private' });
    this.#broadcast = broadcast.id;
    return broadcast.id;
  }

  async ownerSession(): Promise<string> {
    await this.person('owner');
    const elsewhere = new Person(this.#origin);
    await elsewhere.logIn('owner');
    const sessions = await elsewhere.want<{ id: string; isThisOne: boolean }[]>('GET', auth.sessions);
    return sessions.find(({ isThisOne }) => isThisOne)?.id ?? '';
  }

  async invitation(): Promise<string> {
    const admin = await this.person('admin');
    await admin.invite();
    return (await admin.want<{ id: string }[]>('GET', '/api/admin/invitations'))[0]?.id ?? '';
  }

  async viewerId(): Promise<string> {
    return (await (await this.person('viewer')).account())?.id ?? '';
  }

  async ownerPasskey(): Promise<string> {
    const owner = await this.person('owner');
    const [known] = await owner.want<{ id: string }[]>('GET', auth.passkeys);
    if (known !== undefined) return known.id;
    const asked = await owner.want<{ challengeId: string; options: CreationOptions }>('POST', auth.passkeyOptions);
    const response = new SoftAuthenticator(PUBLIC_URL).create(asked.options);
    const list = await owner.want<{ id: string }[]>('POST', auth.passkeys, {
      challengeId: asked.challengeId,
      response,
    });
    return list[0]?.id ?? '';
  }
}

export const confirm = { currentPassword: PASSWORD };

/** Pages to serve, so that their routes answer as in a real installation. */
export async function somePages(dir: string): Promise<string> {
  const pages = path.join(dir, 'pages');
  await mkdir(pages, { recursive: true });
  await writeFile(path.join(pages, 'index.html'), '<!doctype html><title>Tabcast</title>');
  await writeFile(path.join(pages, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  return pages;
}
