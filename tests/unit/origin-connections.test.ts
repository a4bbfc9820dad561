import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http2 from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick, TICK_CONTENT_TYPE } from '../../src/protocol/tick.ts';
import { ingest } from '../../src/protocol/urls.ts';
import { until } from '../helpers/until.ts';
import { partBytes, partOf } from './origin-test-media.ts';
import { TestOrigin } from './origin-test-server.ts';

let tls = { cert: '', key: '' };
test.beforeAll(() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tabcast-tls-'));
  const [cert, key] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const keys = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  execFileSync('openssl', ['req', '-x509', ...keys, '-out', cert, '-days', '2', ...subject], { stdio: 'ignore' });
  tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  rmSync(folder, { recursive: true });
  setDefaultCACertificates([...getCACertificates('default'), tls.cert]);
});

/** One request over HTTP/2. */
async function over(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: Uint8Array | string,
): Promise<{ status: number; text: string }> {
  const stream = session.request(headers);
  if (body !== undefined) stream.end(Buffer.from(body));
  const answer = await new Promise<http2.IncomingHttpHeaders>((resolve, reject) => {
    stream.on('response', resolve);
    stream.on('error', reject);
  });
  return { status: Number(answer[':status']), text: await text(stream) };
}

test('HTTPS: HTTP/2 with a raised window, the whole API over it, and HTTP/1.1 kept', async () => {
  await using origin = await TestOrigin.start({ tls });
  const { base } = origin;
  const session = http2.connect(base, { ca: tls.cert });
  const windowBytes = new Promise<number>((resolve) => {
    session.on('connect', () => session.once('remoteSettings', (settings) => resolve(settings.initialWindowSize ?? 0)));
  });
  expect(await windowBytes).toBe(4 * 1024 * 1024);
  const created = await over(session, { ':path': '/api/broadcasts', ':method': 'POST' }, '');
  expect(created.status).toBe(201);
  const { watchUrl } = JSON.parse(created.text) as { watchUrl: string };
  expect(watchUrl).toMatch(/^https:\/\/localhost:\d+\/watch\//);
  const probe = { ':path': '/api/uplink-probe', ':method': 'POST' };
  expect(JSON.parse((await over(session, probe, Buffer.alloc(8_000_000))).text)).toMatchObject({
    receivedBytes: 8_000_000,
  });
  // What the session lets a client send without an answer: far more than the 64 KiB of the default.
  expect(session.state.remoteWindowSize).toBeGreaterThan(8 * 1024 * 1024);
  const missing = await over(session, { ':path': '/live/aaaaaaaaaaaaaaaa/manifest.mpd' });
  expect([missing.status, JSON.parse(missing.text).code]).toEqual([404, 'unknown_broadcast']);
  const wrong = await over(session, { ':path': '/api/broadcasts', ':method': 'POST', 'content-type': 'a/b' }, 'x');
  expect(wrong.status).toBe(415);
  session.close();
  const oldStatus = await new Promise((resolve, reject) => {
    const request = httpsRequest(`${base}/time`, { ca: tls.cert }, (answer) => {
      answer.resume();
      resolve([answer.statusCode, answer.httpVersion]);
    });
    request.on('error', reject).end();
  });
  expect(oldStatus).toEqual([200, '1.1']);
});

test('HTTPS: pieces, feeds and slow bodies over HTTP/2', async () => {
  await using origin = await TestOrigin.start({ tls, deadlines: { idleMs: 300, totalMs: 600 } });
  const session = http2.connect(origin.base, { ca: tls.cert });
  const json = { 'content-type': 'application/json', ':method': 'POST' };
  const { id, token } = JSON.parse((await over(session, { ...json, ':path': '/api/broadcasts' }, '{}')).text);
  const auth = { authorization: `Bearer ${token}` };
  const slow = session.request({ ':path': ingest.start(id), ...json, ...auth });
  slow.write('{');
  const status = await new Promise((resolve) => slow.on('response', (headers) => resolve(headers[':status'])));
  expect(status).toBe(408);
  slow.on('error', () => {});
  slow.close();
  const tick = { ':path': ingest.parts(id), ':method': 'POST', 'content-type': TICK_CONTENT_TYPE, ...auth };
  const refused = await over(session, tick, encodeTick([partOf('v360', 0, DEFAULT_GRID)]));
  expect([refused.status, JSON.parse(refused.text).code]).toEqual([409, 'not_started']);
  session.destroy();
});

test('MEDIA6: over HTTP/2 a feed with a hole ends in a stream error, not in an end', async () => {
  await using origin = await TestOrigin.start({ tls });
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 5);
  const session = http2.connect(origin.base, { ca: tls.cert });
  const feed = session.request({ ':path': broadcast.url('v360/0.m4s') });
  let bytes = 0;
  feed.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const ended = new Promise((resolve) => feed.on('error', resolve).on('close', () => resolve(feed.rstCode)));
  await until(() => bytes).toBeGreaterThan(0);
  await broadcast.sendTicks(6, 100);
  origin.clock.advance(1700);
  expect(await ended).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
  session.destroy();
});

test('P6: a viewer that reads nothing is dropped, and costs the others nothing', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const { hostname, port } = new URL(origin.base);
  const stuck = createConnection(Number(port), hostname);
  stuck.pause();
  stuck.write(`GET ${broadcast.url('v360/0.m4s')} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const closed = new Promise<void>((resolve) => {
    stuck.on('close', () => resolve());
    stuck.on('error', () => {});
  });
  let timers = 0;
  for (let part = 0; part < 12; part++) {
    await broadcast.send(partOf('v360', part, DEFAULT_GRID, { sampleBytes: 1_300_000 }));
    timers = origin.clock.timerCount;
  }
  expect(timers).toBeGreaterThan(0);
  const good = await origin.getBytes(broadcast.piece(0, 11, 100));
  expect(good).toEqual(partBytes('v360', 11, DEFAULT_GRID, { sampleBytes: 1_300_000 }));
  origin.clock.advance(15_001);
  stuck.resume();
  await closed;
});

test('a stop lets everybody go who waits, and ends', async () => {
  const origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 3);
  const feed = await origin.get(broadcast.url('v360/0.m4s'));
  const piece = origin.get(broadcast.piece(0, 50, 100));
  await until(() => origin.clock.timerCount).toBe(3);
  const feedEnd = feed.arrayBuffer().then(
    () => 'whole',
    () => 'broken',
  );
  await origin[Symbol.asyncDispose]();
  expect([(await piece).status, await feedEnd]).toEqual([503, 'broken']);
});
