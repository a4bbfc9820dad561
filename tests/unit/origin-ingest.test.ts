import { expect, test } from '@playwright/test';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import type { Part } from '../../src/protocol/part.ts';
import { encodeTick, type TickAnswer } from '../../src/protocol/tick.ts';
import { ingest } from '../../src/protocol/urls.ts';
import { until } from '../helpers/until.ts';
import { type Bytes, contentDigest, initOf, partBytes, partOf, videoTrack } from './origin-test-media.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

const outcomes = (answer: TickAnswer): unknown[] =>
  answer.parts.map((part) => ('code' in part ? [part.status, part.code] : part.status));

test('INGEST1..INGEST4: reserve, inits, start, parts, end; every retry is answered and changes nothing', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.reserve('<script>');
  expect(await broadcast.state()).toBe('reserved');
  expect(await (await origin.get('/api/broadcasts')).json()).toEqual([]);
  const init = initOf(videoTrack(360));
  expect((await broadcast.putInit('v360', init)).status).toBe(201);
  expect((await broadcast.putInit('v360', init)).status).toBe(200);
  expect(await problemOf(await broadcast.putInit('v360', initOf(videoTrack(480))))).toEqual([409, 'other_bytes']);
  await broadcast.putInits();
  expect((await broadcast.start()).status).toBe(200);
  expect((await broadcast.start()).status).toBe(200);
  origin.clock.advance(10);
  expect(await problemOf(await broadcast.start())).toEqual([409, 'started_otherwise']);
  expect(await broadcast.state()).toBe('live');
  await broadcast.sendTicks(0, 15);
  expect(await (await broadcast.end(15)).json()).toEqual({ state: 'processing' });
  expect(await (await broadcast.end(99)).json()).toEqual({ state: 'processing' });
  const [summary] = (await (await origin.get('/api/broadcasts')).json()) as { title: string; durationMs: number }[];
  expect(summary).toMatchObject({ title: '<script>', durationMs: 1500, posterUrl: null });
});

test('TICK4: each part has its own answer, and one bad part does not hurt the others', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const wrongDigest: Part = { ...partOf('v360', 3, DEFAULT_GRID), digest: Buffer.alloc(32) };
  const answer = await broadcast.send(
    partOf('v360', 0, DEFAULT_GRID),
    wrongDigest,
    partOf('v360', 2, DEFAULT_GRID, { sync: true }),
    partOf('v480', 0, DEFAULT_GRID),
    partOf('a128', 1, DEFAULT_GRID),
    partOf('v360', 1, DEFAULT_GRID),
  );
  expect(outcomes(answer)).toEqual([201, [400, 'bad_digest'], [422, 'bad_part'], [412, 'init_missing'], 201, 201]);
  expect(answer.durable).toEqual({ v360: [{ from: 0, to: 2 }], a128: [{ from: 1, to: 2 }] });
  const again = await broadcast.send(
    partOf('v360', 0, DEFAULT_GRID),
    partOf('v360', 1, DEFAULT_GRID, { sampleBytes: 41 }),
  );
  expect(outcomes(again)).toEqual([200, [409, 'other_bytes']]);
  expect(await origin.getBytes(broadcast.piece(0, 1, 100))).toEqual(partBytes('v360', 1, DEFAULT_GRID));
});

test('TICK4: parts of a track that was not started, ahead of the clock or after the end are refused', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.putInit('v480', initOf(videoTrack(480)));
  const refused = await broadcast.send(partOf('v480', 0, DEFAULT_GRID), partOf('v360', 500, DEFAULT_GRID));
  expect(outcomes(refused)).toEqual([
    [422, 'bad_part'],
    [422, 'bad_part'],
  ]);
  await broadcast.sendTicks(0, 10);
  await broadcast.end(12);
  const late = await broadcast.send(partOf('v360', 11, DEFAULT_GRID), partOf('v360', 12, DEFAULT_GRID));
  expect(outcomes(late)).toEqual([201, [422, 'bad_part']]);
});

test('an ended broadcast takes what is missing, is sealed with the last part, and then takes nothing', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 10);
  await broadcast.sendTicks(11, 15);
  await broadcast.end(15);
  origin.clock.advance(8000);
  await until(() => broadcast.state()).toBe('ended');
  await broadcast.sendTicks(10, 11);
  await until(() => broadcast.state()).toBe('sealed');
  expect(outcomes(await broadcast.send(partOf('v360', 3, DEFAULT_GRID)))).toEqual([[410, 'sealed']]);
  expect(await problemOf(await broadcast.putInit('v480', initOf(videoTrack(480))))).toEqual([410, 'sealed']);
});

test('silence of 90 s is an interruption, and the next part ends it', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 5);
  origin.clock.advance(60_000);
  await broadcast.sendTicks(5, 6);
  origin.clock.advance(60_000);
  expect(await broadcast.state()).toBe('live');
  origin.clock.advance(30_000);
  expect(await broadcast.state()).toBe('interrupted');
  await broadcast.sendTicks(6, 7);
  expect(await broadcast.state()).toBe('live');
});

test('TICK3: a body that is not a tick is 400, and nothing of it is stored', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const tick = encodeTick([partOf('v360', 0, DEFAULT_GRID), partOf('v360', 1, DEFAULT_GRID)]);
  for (const body of [Buffer.alloc(0), Buffer.from('garbage'), tick.subarray(0, -1), Buffer.concat([tick, tick])])
    expect(await problemOf(await broadcast.post(body))).toEqual([400, 'malformed']);
  const state = await (await origin.get(ingest.state(broadcast.id), { headers: broadcast.headers })).json();
  expect(state).toMatchObject({ state: 'live', stored: { v360: [], a128: [] } });
});

test('ANSWER2: no token, a wrong one, one of another broadcast, no broadcast, no id', async () => {
  await using origin = await TestOrigin.start();
  const mine = await origin.live();
  const other = await origin.live();
  const body = Buffer.from(encodeTick([partOf('v360', 0, DEFAULT_GRID)]));
  const send = (id: string, authorization: string | undefined) =>
    origin.get(ingest.parts(id), {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/vnd.tabcast.parts', ...(authorization && { authorization }) },
    });
  expect(await problemOf(await send(mine.id, undefined))).toEqual([401, 'no_token']);
  expect(await problemOf(await send(mine.id, 'Basic abc'))).toEqual([401, 'no_token']);
  expect(await problemOf(await send(mine.id, `Bearer ${'x'.repeat(43)}`))).toEqual([401, 'wrong_token']);
  expect(await problemOf(await send(mine.id, `Bearer ${other.token}`))).toEqual([401, 'wrong_token']);
  expect(await problemOf(await send('a'.repeat(16), `Bearer ${mine.token}`))).toEqual([404, 'unknown_broadcast']);
  expect(await problemOf(await send('nope', `Bearer ${mine.token}`))).toEqual([404, 'unknown_broadcast']);
  for (const url of [ingest.start(mine.id), ingest.end(mine.id)])
    expect(await problemOf(await origin.get(url, { method: 'POST', body: '{}' }))).toEqual([401, 'no_token']);
  expect(await problemOf(await origin.get(ingest.state(mine.id)))).toEqual([401, 'no_token']);
  expect(await problemOf(await origin.get(`/api/broadcasts/${mine.id}`, { method: 'PATCH', body: '{}' }))).toEqual([
    401,
    'no_token',
  ]);
});

test('ANSWER2: before the start parts are 409 and a start without init segments is 412', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.reserve();
  const tick = encodeTick([partOf('v360', 0, DEFAULT_GRID)]);
  expect(await problemOf(await broadcast.post(tick))).toEqual([409, 'not_started']);
  expect(await problemOf(await broadcast.start())).toEqual([412, 'init_missing']);
  expect(await problemOf(await broadcast.end(0))).toEqual([409, 'not_started']);
});

test('a start whose facts are not those of the init segments is refused', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.reserve();
  await broadcast.putInits();
  const start = (change: object) =>
    broadcast.postJson(ingest.start(broadcast.id), {
      availabilityStartMs: origin.clock.nowMs(),
      grid: DEFAULT_GRID,
      tracks: [{ ...videoTrack(360), ...change }],
    });
  for (const change of [{ codecs: 'avc1.640028' }, { width: 640 }, { height: 480 }, { bitrateBps: -1 }, { id: 'x' }])
    expect((await problemOf(await start(change)))[0]).toBe(422);
  expect(await broadcast.state()).toBe('reserved');
});

test('INGEST2: a wrong or missing digest and bytes that are no init segment store nothing', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.reserve();
  const init = initOf(videoTrack(360));
  const put = (body: Bytes, headers: Record<string, string>) =>
    origin.get(ingest.init(broadcast.id, 'v360'), {
      method: 'PUT',
      body,
      headers: { ...broadcast.headers, ...headers },
    });
  expect(await problemOf(await put(init, {}))).toEqual([400, 'bad_digest']);
  const other = { 'content-digest': contentDigest(Buffer.from('x')) };
  expect(await problemOf(await put(init, other))).toEqual([400, 'bad_digest']);
  expect(await problemOf(await broadcast.putInit('v360', Buffer.from('not boxes')))).toEqual([422, 'bad_init']);
  expect(await problemOf(await broadcast.putInit('a128', init))).toEqual([422, 'bad_init']);
  expect(await problemOf(await broadcast.putInit('v360', Buffer.alloc(70_000)))).toEqual([413, 'too_large']);
  expect((await origin.get(broadcast.url('v360/init.mp4'))).status).toBe(404);
});

test('INGEST7: one part by itself is answered like one in a tick', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const put = (segment: number, part: number, bytes: Bytes, of = 100) =>
    origin.get(ingest.part(broadcast.id, 'v360', segment, part, of), {
      method: 'PUT',
      body: bytes,
      headers: { ...broadcast.headers, 'content-digest': contentDigest(bytes) },
    });
  const bytes = partBytes('v360', 0, DEFAULT_GRID);
  expect((await put(0, 0, bytes)).status).toBe(201);
  expect((await put(0, 0, bytes)).status).toBe(200);
  expect(await problemOf(await put(0, 1, bytes))).toEqual([422, 'bad_part']);
  expect(await problemOf(await put(0, 0, partBytes('v360', 0, DEFAULT_GRID, { sampleBytes: 5 })))).toEqual([
    409,
    'other_bytes',
  ]);
  expect(await problemOf(await put(0, 0, bytes, 50))).toEqual([404, 'unknown_name']);
});

test('TICK2: a request or a part that is too large is 413', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const large = partOf('v360', 0, DEFAULT_GRID, { sampleBytes: 1_500_000 });
  expect(outcomes(await broadcast.send(large))).toEqual([[413, 'too_large']]);
  expect(await problemOf(await broadcast.post(Buffer.alloc(16 * 1024 * 1024 + 1)))).toEqual([413, 'too_large']);
});

test('INGEST1: a title can be changed with the token, and shows at once', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const headers = { ...broadcast.headers, 'content-type': 'application/json' };
  const patch = (title: string) =>
    origin.get(`/api/broadcasts/${broadcast.id}`, { method: 'PATCH', headers, body: JSON.stringify({ title }) });
  expect((await patch('New & <better>')).status).toBe(200);
  expect((await patch('')).status).toBe(422);
  const mpd = await (await origin.get(broadcast.url('manifest.mpd'))).text();
  expect(mpd).toContain('<Title>New &amp; &lt;better&gt;</Title>');
});

test('INGEST6: the newest picture is served, and only a JPEG is taken', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const put = (body: Bytes, type = 'image/jpeg') =>
    origin.get(ingest.poster(broadcast.id), {
      method: 'PUT',
      body,
      headers: { ...broadcast.headers, 'content-type': type },
    });
  expect((await origin.get(broadcast.url('poster.jpg'))).status).toBe(404);
  expect(await problemOf(await put(Buffer.from('<svg/>')))).toEqual([422, 'bad_poster']);
  expect(await problemOf(await put(Buffer.from('x'), 'image/svg+xml'))).toEqual([415, 'wrong_type']);
  expect(await problemOf(await put(Buffer.alloc(256 * 1024 + 1, 0xff)))).toEqual([413, 'too_large']);
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
  expect((await put(jpeg)).status).toBe(204);
  expect(await origin.getBytes(broadcast.url('poster.jpg'))).toEqual(jpeg);
  const detail = (await (await origin.get(`/api/broadcasts/${broadcast.id}`)).json()) as { posterUrl: string };
  expect(detail.posterUrl).toBe(`/live/${broadcast.id}/poster.jpg?v=1`);
});
