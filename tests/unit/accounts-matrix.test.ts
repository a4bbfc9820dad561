import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { ROWS, rowOf } from './accounts-matrix-rows.ts';
import { Cast, type MatrixRole, PUBLIC_URL, ROLES, somePages } from './accounts-matrix-scene.ts';
import { TestOrigin } from './origin-test-server.ts';

async function withOrigin(work: (origin: TestOrigin) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'tabcast-matrix-'));
  try {
    await using origin = await TestOrigin.start({
      broadcastBy: 'invited',
      publicUrl: PUBLIC_URL,
      staticDir: await somePages(dir),
    });
    await work(origin);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

test('every route of the origin has its row in the table of who may do what, and every row its route', async () => {
  await withOrigin(async (origin) => {
    const routes = new Set(origin.origin.routes.map(({ method, url }) => `${method} ${url}`));
    expect([...routes].filter((route) => rowOf(route) === undefined)).toEqual([]);
    expect(Object.keys(ROWS).filter((route) => !routes.has(route))).toEqual([]);
  });
});

const CHANGES_NOTHING = ['GET', 'HEAD', 'OPTIONS'];

test('API4 ACCOUNT9: on every route that changes something, another site is refused whoever is logged in, and nothing is changed', async () => {
  await withOrigin(async (origin) => {
    const cast = new Cast(origin);
    const sibling = `http://sub.${new URL(origin.base).host}`;
    const elsewhere = [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: sibling },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ];
    const id = await cast.broadcast();
    const facts = () => cast.person('owner').then((owner) => owner.want('GET', `/api/broadcasts/${id}`));
    const before = await facts();
    const changing = origin.origin.routes.filter(({ method }) => !CHANGES_NOTHING.includes(method));
    expect(changing.length).toBeGreaterThan(35);
    const wrong: string[] = [];
    for (const { method, url } of changing) {
      const row = rowOf(`${method} ${url}`);
      const target = (await row?.url?.(cast)) ?? url;
      const body = await row?.body?.(cast, origin);
      for (const role of ROLES) {
        const person = await cast.person(role);
        for (const headers of elsewhere) {
          const {
            status,
            headers: answered,
            ...answer
          } = await person
            .ask(method as 'POST', target, body, headers)
            .then(async (one) => ({ status: one.status, headers: one.headers, text: await one.text() }));
          const isRefused = status === 403 && answer.text.includes('"cross_site"');
          if (!isRefused || answered.has('access-control-allow-origin') || answered.getSetCookie().length > 0)
            wrong.push(`${method} ${url} as ${role} with ${JSON.stringify(headers)}: ${status} ${answer.text}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(await facts()).toEqual(before);
    for (const role of ROLES.slice(1)) expect((await (await cast.person(role)).account())?.username).toBe(role);
  });
});

test('other sites read media and nothing else, and never with cookies', async () => {
  await withOrigin(async (origin) => {
    const cast = new Cast(origin);
    const owner = await cast.person('owner');
    await owner.want('PATCH', `/api/broadcasts/${await cast.broadcast()}`, { visibility: 'public' });
    const wrong: string[] = [];
    for (const { method, url } of origin.origin.routes) {
      const target = (await rowOf(`${method} ${url}`)?.url?.(cast)) ?? url;
      for (const asked of CHANGES_NOTHING.includes(method) ? [method, 'OPTIONS'] : ['OPTIONS']) {
        const headers = { origin: 'https://evil.example', 'access-control-request-method': method };
        const answer = await owner.ask(asked as 'GET', target, undefined, headers);
        await answer.body?.cancel();
        const isOpen = answer.headers.get('access-control-allow-origin') !== null;
        const mayBeOpen = url.startsWith('/live/') || url === '/time';
        const isWrong = mayBeOpen ? !isOpen && asked !== 'OPTIONS' : isOpen;
        if (isWrong || answer.headers.has('access-control-allow-credentials'))
          wrong.push(`${asked} ${target}: ${answer.status}, ${JSON.stringify([...answer.headers])}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

test('each role is answered by each route as the table says', async () => {
  test.setTimeout(180_000);
  await withOrigin(async (origin) => {
    const cast = new Cast(origin);
    const wrong: string[] = [];
    for (const { method, url } of origin.origin.routes) {
      const route = `${method} ${url}`;
      const row = rowOf(route);
      for (const [i, role] of ROLES.entries()) {
        // Allowances are another matter.
        origin.clock.advance(60_000);
        const target = (await row?.url?.(cast)) ?? url;
        const body = await row?.body?.(cast, origin);
        const person = await cast.person(role);
        const answer = await person.ask(method as 'GET', target, body);
        const text = await answer.text();
        const { code } = (answer.status >= 400 && text !== '' ? JSON.parse(text) : {}) as { code?: string };
        const got = code === undefined ? String(answer.status) : `${answer.status} ${code}`;
        // A HEAD tells the status alone.
        const expected = method === 'HEAD' ? row?.answers[i]?.slice(0, 3) : row?.answers[i];
        if (got !== expected) wrong.push(`${route} as ${role satisfies MatrixRole}: ${got}, not ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
