import { createConnection } from 'node:net';
import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick } from '../../src/protocol/tick.ts';
import { ingest } from '../../src/protocol/urls.ts';
import { partOf } from './origin-test-media.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

test('ANSWER2: wrong type, wrong encoding, wrong method, another site', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const tick = encodeTick([partOf('v360', 0, DEFAULT_GRID)]);
  expect(await problemOf(await broadcast.post(tick, { 'content-type': 'text/plain' }))).toEqual([415, 'wrong_type']);
  expect(await problemOf(await broadcast.post(tick, { 'content-encoding': 'gzip' }))).toEqual([415, 'wrong_encoding']);
  expect(await problemOf(await broadcast.post(tick, { 'sec-fetch-site': 'cross-site' }))).toEqual([403, 'cross_site']);
  const deleted = await origin.get(ingest.parts(broadcast.id), { method: 'DELETE' });
  expect(deleted.headers.get('allow')).toBe('POST');
  expect(await problemOf(deleted)).toEqual([405, 'wrong_method']);
  expect((await origin.get(broadcast.url('manifest.mpd'), { method: 'POST' })).status).toBe(405);
  expect((await origin.get('/nothing', { method: 'POST' })).status).toBe(404);
  const site = { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' };
  expect((await origin.get('/api/broadcasts', { method: 'POST', body: '{}', headers: site })).status).toBe(403);
});

test('JSON that is none, or says something else, is refused with a sentence', async () => {
  await using origin = await TestOrigin.start();
  const create = (body: string) =>
    origin.get('/api/broadcasts', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  expect(await problemOf(await create('{'))).toEqual([400, 'malformed']);
  for (const body of ['[]', '"x"', 'null', '{"title":7}', `{"title":"${'x'.repeat(121)}"}`])
    expect(await problemOf(await create(body))).toEqual([422, 'bad_request']);
  expect((await create('{"title":"x","__proto__":{"a":1}}')).status).toBe(201);
  expect(await problemOf(await create(`{"title":"${'x'.repeat(70_000)}"}`))).toEqual([413, 'too_large']);
});

/** Sends head and beginning of a request and resolves with everything that comes back until the other side closes. */
function rawRequest(base: string, text: string, drip?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const socket = createConnection(Number(port), hostname, () => socket.write(text));
    const timer = drip === undefined ? undefined : setInterval(() => socket.write(drip), 20);
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(answer);
    });
  });
}

test('ANSWER2: a body that stops, and one that only drips, are 408 and the connection ends', async () => {
  await using origin = await TestOrigin.start({ deadlines: { idleMs: 200, totalMs: 600 } });
  const broadcast = await origin.live();
  const head =
    `POST ${ingest.parts(broadcast.id)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${broadcast.token}\r\n` +
    'Content-Type: application/vnd.tabcast.parts\r\nContent-Length: 100000\r\n\r\nTBC1';
  for (const drip of [undefined, 'x']) {
    const answer = await rawRequest(origin.base, head, drip);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"code":"too_slow"');
  }
});

test('a length that lies does not reach the next request', async () => {
  await using origin = await TestOrigin.start();
  const head = 'POST /api/broadcasts HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 30\r\n\r\n';
  const answer = await rawRequest(origin.base, `${head}GET /time HTTP/1.1\r\nHost: x\r\n\r\n`);
  expect(answer.match(/HTTP\/1.1 /g)?.length).toBe(1);
});

test('API1: creating is limited per address and says when to come back; the probe counts bytes', async () => {
  await using origin = await TestOrigin.start({
    createLimit: { burst: 2, perMinute: 60 },
    probeLimit: { burst: 3, perMinute: 60 },
  });
  const create = () => origin.get('/api/broadcasts', { method: 'POST' });
  expect([(await create()).status, (await create()).status]).toEqual([201, 201]);
  const refused = await create();
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await problemOf(refused)).toEqual([429, 'too_many']);
  origin.clock.advance(1000);
  expect((await create()).status).toBe(201);
  const probe = (bytes: number) => origin.get('/api/uplink-probe', { method: 'POST', body: Buffer.alloc(bytes) });
  expect(await (await probe(3_000_000)).json()).toMatchObject({ receivedBytes: 3_000_000 });
  expect(await problemOf(await probe(8 * 1024 * 1024 + 1))).toEqual([413, 'too_large']);
  expect((await probe(1)).status).toBe(200);
  expect((await probe(1)).status).toBe(429);
});
