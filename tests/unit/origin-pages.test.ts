import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { problemOf, TestOrigin } from './origin-test-server.ts';

let staticDir = '';
test.beforeAll(async () => {
  staticDir = await mkdtemp(path.join(tmpdir(), 'tabcast-pages-'));
  await mkdir(path.join(staticDir, 'assets'));
  await writeFile(path.join(staticDir, 'index.html'), '<!doctype html><title>Tabcast</title>');
  await writeFile(path.join(staticDir, 'assets', 'main-abc.js'), `/* ${'x'.repeat(5000)} */`);
  await writeFile(path.join(staticDir, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
});
test.afterAll(() => rm(staticDir, { recursive: true, force: true }));

const ID = 'abcdefghijklmnop';

test('every page is the one document, under a policy without third parties', async () => {
  await using origin = await TestOrigin.start({ staticDir });
  for (const page of ['/', '/studio', '/lend', '/account', '/admin', '/capabilities', `/watch/${ID}`]) {
    const answer = await origin.get(page);
    expect([page, answer.status, await answer.text()]).toEqual([page, 200, '<!doctype html><title>Tabcast</title>']);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|\*\.|'unsafe-eval'|script-src[^;]*'unsafe-inline'/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  }
});

test('only the studio and the lending page are isolated and may compile WebAssembly; only the watch page may stand in other pages', async () => {
  await using origin = await TestOrigin.start({ staticDir });
  for (const page of ['/', '/studio', '/lend', '/account', `/watch/${ID}`]) {
    const { headers } = await origin.get(page);
    const isIsolated = page === '/studio' || page === '/lend';
    expect([page, headers.get('cross-origin-opener-policy')]).toEqual([page, isIsolated ? 'same-origin' : null]);
    expect([page, headers.get('cross-origin-embedder-policy')]).toEqual([page, isIsolated ? 'require-corp' : null]);
    const ancestors = page.startsWith('/watch/') ? 'frame-ancestors *' : "frame-ancestors 'none'";
    expect(headers.get('content-security-policy')).toContain(ancestors);
    const isAssembled = headers.get('content-security-policy')?.includes("'wasm-unsafe-eval'");
    expect([page, isAssembled]).toEqual([page, isIsolated]);
  }
});

test('the watch page names what it needs in a header, and no other page does', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'tabcast-pages-'));
  await writeFile(path.join(dir, 'index.html'), '<!doctype html>');
  const list = (text: string) => writeFile(path.join(dir, 'watch-files.json'), text);
  await list('["assets/a-1.js","assets/b-2.css"]');
  await using origin = await TestOrigin.start({ staticDir: dir });
  const linksOf = async (page: string) => (await origin.get(page)).headers.get('link');
  expect(await linksOf(`/watch/${ID}`)).toBe(
    '</assets/a-1.js>; rel=modulepreload, </assets/b-2.css>; rel=preload; as=style; crossorigin',
  );
  expect([await linksOf('/'), await linksOf('/studio')]).toEqual([null, null]);
  for (const broken of ['', '[', '{}', '[]', '["../a.js"]', '["a.js>; rel=x"]', '[1]']) {
    await list(broken);
    origin.clock.advance(2000);
    expect([broken, await linksOf(`/watch/${ID}`)]).toEqual([broken, null]);
  }
  await rm(dir, { recursive: true, force: true });
});

test('assets are immutable, compressed for who takes it, and isolated workers can load them', async () => {
  await using origin = await TestOrigin.start({ staticDir });
  const answer = await origin.get('/assets/main-abc.js', { headers: { 'accept-encoding': 'gzip' } });
  expect(answer.headers.get('cache-control')).toContain('immutable');
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  expect(answer.headers.get('content-type')).toContain('text/javascript');
  expect(answer.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  expect((await answer.text()).length).toBeGreaterThan(5000);
  const etag = answer.headers.get('etag') ?? '';
  expect((await origin.get('/assets/main-abc.js', { headers: { 'if-none-match': etag } })).status).toBe(304);
  const icon = await origin.get('/icon.svg');
  expect([icon.headers.get('content-type'), icon.headers.get('content-encoding')]).toEqual(['image/svg+xml', null]);
  const plain = await origin.get('/assets/main-abc.js', { headers: { 'accept-encoding': 'identity' } });
  expect(plain.headers.get('content-encoding')).toBeNull();
});

test('nothing outside the built pages is ever served', async () => {
  await using origin = await TestOrigin.start({ staticDir });
  for (const url of [
    '/index.html/..',
    '/assets/../../tabcast.db',
    '/assets/%2e%2e/index.html',
    '/..%2ftabcast.db',
    '/assets/',
    '//etc/passwd',
    '/%00',
    '/constructor',
    '/__proto__',
    '/package.json',
  ]) {
    const answer = await origin.get(url);
    expect([url, answer.status >= 400 || (await answer.text()).startsWith('<!doctype html>')]).toEqual([url, true]);
  }
  expect((await origin.get(`/watch/${ID}x`)).status).toBe(404);
});

test('a build that comes after the start is served without a restart, and before it a sentence says so', async () => {
  const empty = await mkdtemp(path.join(tmpdir(), 'tabcast-pages-'));
  await using origin = await TestOrigin.start({ staticDir: empty });
  expect(await problemOf(await origin.get('/'))).toEqual([503, 'not_built']);
  await writeFile(path.join(empty, 'index.html'), 'built');
  origin.clock.advance(2000);
  expect(await (await origin.get('/')).text()).toBe('built');
  await rm(empty, { recursive: true, force: true });
});

test('health and readiness say how the disk is', async () => {
  await using origin = await TestOrigin.start({ staticDir });
  expect(await (await origin.get('/healthz')).json()).toEqual({ status: 'ok', disk: 'ok' });
  expect(await (await origin.get('/readyz')).json()).toEqual({ status: 'ready', disk: 'ok' });
});

test('with a public address, links and the clock of manifests carry it, and pages may reach it', async () => {
  await using origin = await TestOrigin.start({ staticDir, publicUrl: 'https://live.example.org' });
  const broadcast = await origin.live();
  expect(broadcast.reserved).toMatchObject({
    watchUrl: `https://live.example.org/watch/${broadcast.id}`,
    reach: 'public',
  });
  const mpd = await (await origin.get(broadcast.url('manifest.mpd'))).text();
  expect(mpd).toContain('value="https://live.example.org/time"');
  const policy = (await origin.get('/')).headers.get('content-security-policy');
  expect(policy).toContain("connect-src 'self' blob: data: https://live.example.org");
});
