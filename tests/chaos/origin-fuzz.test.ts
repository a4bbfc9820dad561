import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { checkInit } from '../../src/package/check-init.ts';
import { checkPart } from '../../src/package/check-part.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { decodeTick, encodeTick } from '../../src/protocol/tick.ts';
import { firstSeed, isLong, randomOf } from '../helpers/random.ts';
import { audioTrack, initOf, partBytes, partOf, videoTrack } from '../unit/origin-test-media.ts';
import { TestOrigin } from '../unit/origin-test-server.ts';

type Random = () => number;
const below = (random: Random, limit: number): number => Math.floor(random() * limit);
const LENGTHS = [0, 1, 7, 8, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8];

/** Flips, cuts, repeats, and writes lengths that lie. */
function mutate(bytes: Buffer, random: Random): Buffer {
  let out = Buffer.from(bytes);
  for (let i = 0; i <= below(random, 4); i++) {
    const at = below(random, out.length);
    const choice = below(random, 5);
    if (choice === 0) out[at] = below(random, 256);
    else if (choice === 1) out = out.subarray(0, at);
    else if (choice === 2) out = Buffer.concat([out.subarray(0, at), out.subarray(below(random, at + 1))]);
    else if (choice === 3 && out.length > 4)
      out.writeUInt32BE(LENGTHS[below(random, LENGTHS.length)] ?? 0, below(random, out.length - 3));
    else
      out = Buffer.concat([out.subarray(0, at), Buffer.alloc(below(random, 64), below(random, 256)), out.subarray(at)]);
    if (out.length === 0) out = Buffer.from([below(random, 256)]);
  }
  return out;
}

test(`mutated parts, init segments and ticks are judged and never throw (seed ${firstSeed})`, () => {
  test.setTimeout(isLong ? 600_000 : 60_000);
  const random = randomOf(firstSeed);
  const part = Buffer.from(partBytes('v360', 100, DEFAULT_GRID));
  const init = Buffer.from(initOf(videoTrack(360)));
  const sound = Buffer.from(initOf(audioTrack));
  const tick = Buffer.from(encodeTick([partOf('v360', 1, DEFAULT_GRID), partOf('a128', 1, DEFAULT_GRID)]));
  const facts = checkInit(init);
  if (facts.kind === 'bad') throw new Error(facts.reason);
  const { trackNumber, timescale, defaults } = facts.facts;
  let refused = 0;
  const count = isLong ? 100_000 : 6000;
  for (let i = 0; i < count; i++) {
    const expectation = { kind: 'video', trackNumber, timescale, defaults, grid: DEFAULT_GRID, part: 100 } as const;
    if (checkPart(mutate(part, random), expectation).kind === 'bad') refused += 1;
    checkInit(mutate(i % 2 === 0 ? init : sound, random));
    decodeTick(mutate(tick, random));
  }
  test.info().annotations.push({ type: 'mutated', description: `${count} parts, ${refused} of them refused` });
  expect(refused).toBeGreaterThan(count / 2);
});

/** The goal is 50 ms per MiB. A test that shares its machine prints the figure and does not judge it. */
function noteSpeed(sizeBytes: number, work: () => void): void {
  const startedMs = performance.now();
  work();
  const msPerMiB = ((performance.now() - startedMs) * 1024 ** 2) / sizeBytes;
  test.info().annotations.push({ type: `${sizeBytes} bytes`, description: `${msPerMiB.toFixed(1)} ms per MiB` });
}

test(`a box parser takes no longer than the bytes deserve, whatever they say (seed ${firstSeed})`, () => {
  const nested = (depth: number): Buffer => {
    const bytes = Buffer.alloc(depth * 8);
    for (let i = 0; i < depth; i++) {
      bytes.writeUInt32BE(bytes.length - i * 8, i * 8);
      bytes.write('moov', i * 8 + 4, 'latin1');
    }
    return bytes;
  };
  const tiny = Buffer.concat(Array.from({ length: 100_000 }, () => Buffer.from([0, 0, 0, 8, 0x66, 0x72, 0x65, 0x65])));
  // Not the first time that the code runs.
  for (let i = 0; i < 20; i++) checkInit(nested(1000));
  for (const bytes of [nested(131_072), tiny, Buffer.alloc(1 << 20)])
    noteSpeed(bytes.length, () => expect(checkInit(bytes).kind).toBe('bad'));
});

let pagesDir = '';
test.beforeAll(async () => {
  pagesDir = await mkdtemp(path.join(tmpdir(), 'tabcast-pages-'));
  await writeFile(path.join(pagesDir, 'index.html'), '<!doctype html>');
});
test.afterAll(() => rm(pagesDir, { recursive: true, force: true }));

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const PIECES = [
  'api',
  'broadcasts',
  'ingest',
  'live',
  'state',
  'parts',
  'start',
  'end',
  'claim',
  'cuts',
  'v360',
  'a128',
  'init.mp4',
  '0.m4s',
  '0-1of5.m4s',
  '9999999.m4s',
  '..',
  '%2e%2e',
  '%00',
  '%ff',
  '',
  'manifest.mpd',
  'poster.jpg',
  'auth',
  'admin',
  'status',
  'positions',
  'watching',
  'metrics',
  '__proto__',
  '\u{1f3ac}',
];
const BODIES = [
  '',
  '{}',
  '[]',
  'null',
  '{"title":1}',
  '{"endParts":{"v360":-1}}',
  '{"fromPart":0,"toPart":100,"tracks":["v360"]}',
  '{"__proto__":{"a":1}}',
  '{"viewer":"aaaaaaaaaaaaaaaa"}',
  `{"title":"${'x'.repeat(5000)}"}`,
  '{"grid":{},"tracks":[]}',
  '\u0000',
  '['.repeat(5000),
];
const TYPES = [
  'application/json',
  'application/vnd.tabcast.parts',
  'image/jpeg',
  'text/html',
  '',
  'application/json; charset=utf-16',
];

test(`random requests are never answered with 5xx, and the origin goes on (seed ${firstSeed})`, async () => {
  test.setTimeout(isLong ? 1_200_000 : 60_000);
  const random = randomOf(firstSeed);
  const pick = <T>(from: readonly T[]): T => from[below(random, from.length)] as T;
  await using origin = await TestOrigin.start({ staticDir: pagesDir, createLimit: { burst: 1e6, perMinute: 1e6 } });
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 20);
  origin.clock.advance(3_600_000);
  const count = isLong ? 10_000 : 600;
  for (let i = 0; i < count; i++) {
    const depth = 1 + below(random, 5);
    const names = Array.from({ length: depth }, () => (random() < 0.25 ? broadcast.id : pick(PIECES)));
    const query =
      random() < 0.3 ? `?${pick(['from', 'part', 'x'])}=${pick(['0', '99', '-1', '100', '1e9', '%', 'a&a=b'])}` : '';
    const method = pick(METHODS);
    const headers: Record<string, string> = {};
    if (random() < 0.7)
      headers['authorization'] = `Bearer ${random() < 0.8 ? broadcast.token : 'x'.repeat(below(random, 200))}`;
    if (random() < 0.5) headers['content-type'] = pick(TYPES);
    if (random() < 0.3) headers['tabcast-generation'] = pick(['1', '0', '2', 'x', '1'.repeat(40)]);
    if (random() < 0.2) headers['content-digest'] = pick(['sha-256=:AAAA:', `sha-256=:${'A'.repeat(43)}=:`, 'md5=:x:']);
    if (random() < 0.2) headers['range'] = pick(['bytes=0-1', 'bytes=5-', 'bytes=-1', 'bytes=9-1', 'x']);
    const hasBody = !['GET', 'HEAD', 'OPTIONS'].includes(method);
    const answer = await origin.get(`/${names.join('/')}${query}`, {
      method,
      headers,
      ...(hasBody ? { body: pick(BODIES) } : {}),
    });
    const text = await answer.text();
    if (answer.status >= 500) throw new Error(`${method} /${names.join('/')}${query}: ${answer.status} ${text}`);
  }
  test.info().annotations.push({ type: 'requests', description: `${count}, none answered 5xx` });
  expect((await origin.get('/healthz')).status).toBe(200);
});

test(`raw bytes that are no HTTP end their own connection only (seed ${firstSeed})`, async () => {
  const random = randomOf(firstSeed);
  await using origin = await TestOrigin.start();
  const { port } = new URL(origin.base);
  const good = Buffer.from(
    `GET /time HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  );
  for (let i = 0; i < (isLong ? 2000 : 60); i++)
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end(mutate(good, random)));
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.resume();
    });
  expect((await origin.get('/time')).status).toBe(200);
});
