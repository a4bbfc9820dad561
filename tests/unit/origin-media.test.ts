import { expect, test } from '@playwright/test';
import { DEFAULT_GRID, type Grid } from '../../src/protocol/grid.ts';
import { until } from '../helpers/until.ts';
import { partBytes } from './origin-test-media.ts';
import { problemOf, TestOrigin } from './origin-test-server.ts';

const parts = (track: string, from: number, to: number, grid: Grid = DEFAULT_GRID): Buffer =>
  Buffer.concat(Array.from({ length: to - from }, (_, i) => partBytes(track, from + i, grid)));

/** What has come of an answer so far; `isOpen` until it ends or breaks. */
function follow(answer: Response) {
  const state = { bytes: Buffer.alloc(0), end: 'open' as 'open' | 'closed' | 'broken' };
  const read = async (): Promise<void> => {
    for await (const chunk of answer.body ?? []) state.bytes = Buffer.concat([state.bytes, chunk]);
  };
  read().then(
    () => (state.end = 'closed'),
    () => (state.end = 'broken'),
  );
  return state;
}

const isFiller = async (answer: Response): Promise<boolean> => {
  const bytes = Buffer.from(await answer.arrayBuffer());
  return answer.status === 200 && answer.headers.get('cache-control') === 'no-store' && bytes.length === 24;
};

test('MEDIA4 MEDIA5: a piece is waited for until its last part is there, and is whole', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  let isAnswered = false;
  const waiting = origin.get(broadcast.piece(0, 1, 20)).then((answer) => {
    isAnswered = true;
    return answer;
  });
  await broadcast.sendTicks(0, 9);
  expect((await origin.get('/time')).status).toBe(200);
  expect(isAnswered).toBe(false);
  await broadcast.sendTicks(9, 10);
  const answer = await waiting;
  expect(answer.headers.get('cache-control')).toContain('immutable');
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(Number(answer.headers.get('content-length'))).toBe(bytes.length);
  expect(bytes).toEqual(parts('v360', 5, 10));
});

test('MEDIA5: what does not come is an empty styp 1 s after its time, far ahead at once', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 5);
  expect(await isFiller(await origin.get(broadcast.piece(2, 0, 50)))).toBe(true);
  const waiting = origin.get(broadcast.piece(0, 5, 100));
  await until(() => origin.clock.timerCount).toBeGreaterThan(1);
  origin.clock.advance(1600);
  expect(await isFiller(await waiting)).toBe(true);
});

test('MEDIA2 MEDIA3: the growing segment is streamed part by part from the asked part on, and ends whole', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 50);
  const whole = await origin.get(broadcast.url('v360/0.m4s'));
  const feed = await origin.get(broadcast.url('a128/0.m4s?from=48'));
  expect([whole.headers.get('content-length'), whole.headers.get('etag')]).toEqual([null, null]);
  const [all, tail] = [follow(whole), follow(feed)];
  await until(() => all.bytes.length).toBe(parts('v360', 0, 50).length);
  await broadcast.sendTicks(50, 51);
  await until(() => all.bytes.length).toBe(parts('v360', 0, 51).length);
  await broadcast.sendTicks(51, 100);
  await until(() => [all.end, tail.end]).toEqual(['closed', 'closed']);
  expect(all.bytes).toEqual(parts('v360', 0, 100));
  expect(tail.bytes).toEqual(parts('a128', 48, 100));
});

test('MEDIA2: a complete segment is immutable, has an ETag and ranges', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 120);
  const url = broadcast.url('v360/0.m4s');
  const whole = await origin.get(url);
  const etag = whole.headers.get('etag') ?? '';
  const bytes = Buffer.from(await whole.arrayBuffer());
  expect(bytes).toEqual(parts('v360', 0, 100));
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(whole.headers.get('cache-control')).toContain('immutable');
  const range = await origin.get(url, { headers: { range: 'bytes=10-19' } });
  expect([range.status, range.headers.get('content-range')]).toEqual([206, `bytes 10-19/${bytes.length}`]);
  expect(Buffer.from(await range.arrayBuffer())).toEqual(bytes.subarray(10, 20));
  expect((await origin.get(url, { headers: { range: 'bytes=999999-' } })).status).toBe(416);
  expect((await origin.get(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  const changed = await origin.get(url, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } });
  expect(changed.status).toBe(200);
  const head = await origin.get(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(bytes.length)]);
  expect((await head.arrayBuffer()).byteLength).toBe(0);
});

test('every view is the same bytes', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 100);
  for (const pieces of [100, 50, 20, 5]) {
    const all = await Promise.all(
      Array.from({ length: pieces }, (_, i) => origin.getBytes(broadcast.piece(0, i, pieces))),
    );
    expect(Buffer.concat(all)).toEqual(parts('v360', 0, 100));
  }
  expect((await origin.get(broadcast.piece(0, 0, 300))).status).toBe(404);
});

test('MEDIA4: with one-frame parts there are pieces of one frame', async () => {
  await using origin = await TestOrigin.start();
  const grid: Grid = { ...DEFAULT_GRID, partsPerSegment: 300 };
  const broadcast = await origin.live(grid);
  await broadcast.sendTicks(0, 6);
  expect(await origin.getBytes(broadcast.piece(0, 1, 300))).toEqual(parts('v360', 1, 2, grid));
  expect(await origin.getBytes(broadcast.piece(0, 0, 50))).toEqual(parts('v360', 0, 6, grid));
  expect(await (await origin.get(broadcast.url('manifest.mpd?part=33'))).text()).toContain('k="300"');
});

test('MEDIA6: a feed skips a missing part 1 s after its time, and breaks at the end instead of closing', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 5);
  const feed = follow(await origin.get(broadcast.url('v360/0.m4s?from=0')));
  await broadcast.sendTicks(6, 8);
  await until(() => feed.bytes.length).toBe(parts('v360', 0, 5).length);
  origin.clock.advance(1700);
  const known = Buffer.concat([parts('v360', 0, 5), parts('v360', 6, 8)]);
  await until(() => feed.bytes.length).toBe(known.length);
  await broadcast.sendTicks(8, 100);
  await until(() => feed.end).toBe('broken');
  const later = await origin.get(broadcast.url('v360/0.m4s?from=0'));
  expect(later.headers.get('cache-control')).toBe('no-store');
  expect(Buffer.from(await later.arrayBuffer()).length).toBe(parts('v360', 0, 100).length - parts('v360', 5, 6).length);
});

test('a feed opened before its segment begins waits for the first part', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 95);
  origin.clock.advance(9300);
  const opening = origin.get(broadcast.url('v360/1.m4s?from=0'));
  await broadcast.sendTicks(95, 101);
  const feed = follow(await opening);
  await until(() => feed.bytes).toEqual(parts('v360', 100, 101));
  await broadcast.end(101);
  await until(() => feed.end).toBe('closed');
});

test('the end: requests past it are held, feeds end, the manifest turns static, the same link plays', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 113);
  origin.clock.advance(11_300);
  const live = await (await origin.get(broadcast.url('manifest.mpd?part=100'))).text();
  const feed = follow(await origin.get(broadcast.url('v360/1.m4s?from=0')));
  const early = origin.get(broadcast.piece(1, 13, 100));
  await broadcast.end(113);
  await until(() => feed.end).toBe('closed');
  expect(feed.bytes).toEqual(parts('v360', 100, 113));
  const held = await (await origin.get(broadcast.url('manifest.mpd?part=100'))).text();
  expect(held).toContain('type="dynamic"');
  expect(held.replace(/publishTime="[^"]*"/, '')).toBe(live.replace(/publishTime="[^"]*"/, ''));
  const late = origin.get(broadcast.piece(1, 14, 100));
  const first = await Promise.race([early, late, origin.get('/time')]);
  expect(first.url).toContain('/time');
  origin.clock.advance(8000);
  expect([await isFiller(await early), await isFiller(await late)]).toEqual([true, true]);
  await until(() => broadcast.state()).toBe('sealed');
  const over = await (await origin.get(broadcast.url('manifest.mpd?part=100'))).text();
  expect(over).toContain('type="static" mediaPresentationDuration="PT11.3S"');
  expect(await (await origin.get(broadcast.url('chunked.mpd'))).text()).toBe(over);
  expect(await origin.getBytes(broadcast.url('v360/1.m4s'))).toEqual(parts('v360', 100, 113));
  expect(await origin.getBytes(broadcast.piece(1, 1, 20))).toEqual(parts('v360', 105, 110));
  expect(await origin.getBytes(broadcast.piece(1, 2, 20))).toEqual(parts('v360', 110, 113));
});

test('an ended broadcast with a hole serves what it has and lets nobody keep it', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 10);
  await broadcast.sendTicks(20, 30);
  await broadcast.end(30);
  origin.clock.advance(8000);
  await until(() => broadcast.state()).toBe('ended');
  const answer = await origin.get(broadcast.url('v360/0.m4s'));
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const known = Buffer.concat([parts('v360', 0, 10), parts('v360', 20, 30)]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(known);
  expect(await isFiller(await origin.get(broadcast.piece(0, 15, 100)))).toBe(true);
});

test('P6: too many waiters get 503 with Retry-After, and the others their part', async () => {
  await using origin = await TestOrigin.start({ maxWaiters: 2 });
  const broadcast = await origin.live();
  const waiting = [origin.get(broadcast.piece(0, 0, 100)), origin.get(broadcast.piece(0, 1, 100))];
  await until(() => origin.clock.timerCount).toBe(3);
  const refused = await origin.get(broadcast.piece(0, 2, 100));
  expect([refused.headers.get('retry-after'), ...(await problemOf(refused))]).toEqual(['1', 503, 'overloaded']);
  await broadcast.sendTicks(0, 2);
  expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual([200, 200]);
});

test('MEDIA: everybody may read, nobody else’s names lead anywhere', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 1);
  const good = await origin.get(broadcast.piece(0, 0, 100));
  expect(good.headers.get('access-control-allow-origin')).toBe('*');
  expect(good.headers.get('access-control-allow-credentials')).toBeNull();
  expect(good.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  expect(good.headers.get('timing-allow-origin')).toBe('*');
  const tricks = [
    'v360/../../../etc/passwd',
    'v360/..%2f..%2finit.mp4',
    '%2e%2e/init.mp4',
    'v360/0-0of100.m4s%00',
    'v360/00-0of100.m4s',
    'v360/0-100of100.m4s',
    'v360/0-0of99.m4s',
    'v360/-1.m4s',
    'v360/99999999.m4s',
    'v360/0.m4s;x',
    'V360/0.m4s',
    'v999/0.m4s',
    'v360//0.m4s',
    'v360/init.mp4/',
    '\\v360\\0.m4s',
  ];
  for (const trick of tricks) {
    const answer = await origin.get(broadcast.url(trick));
    expect([trick, answer.status]).toEqual([trick, 404]);
    expect(await answer.json()).toHaveProperty('code');
  }
  expect((await origin.get(broadcast.url('v360/0.m4s?from=100'))).status).toBe(400);
  expect((await origin.get(broadcast.url('v360/0.m4s?from=1&from=2'))).status).toBe(400);
  expect((await origin.get('/live/aaaaaaaaaaaaaaaa/manifest.mpd')).status).toBe(404);
});

test('MEDIA7 MEDIA8: manifests have an ETag, a short life, and exist from the start on', async () => {
  await using origin = await TestOrigin.start();
  const reserved = await origin.reserve();
  expect(await problemOf(await origin.get(reserved.url('manifest.mpd')))).toEqual([404, 'not_started']);
  const broadcast = await origin.live();
  const url = broadcast.url('manifest.mpd?part=500');
  const answer = await origin.get(url);
  const etag = answer.headers.get('etag') ?? '';
  expect(answer.headers.get('cache-control')).toBe('max-age=1');
  expect(answer.headers.get('content-type')).toContain('application/dash+xml');
  const text = await answer.text();
  expect(text).toContain(`value="${origin.base}/time"`);
  origin.clock.advance(5000);
  expect(await (await origin.get(url)).text()).toBe(text);
  expect((await origin.get(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  for (const bad of ['part=33', 'part=1', 'part=', 'part=100&part=200', 'part=constructor'])
    expect((await origin.get(broadcast.url(`manifest.mpd?${bad}`))).status).toBe(400);
});

test('MEDIA9: the time is that of the origin, to the millisecond', async () => {
  await using origin = await TestOrigin.start();
  const answer = await origin.get('/time');
  expect(answer.headers.get('content-type')).toContain('text/plain');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await answer.text()).toBe(new Date(origin.clock.nowMs()).toISOString());
});
