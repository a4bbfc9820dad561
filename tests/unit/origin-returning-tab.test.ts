import { createHash } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { OPEN_AFTER_END_MS, PROCESSING_MS, SILENCE_RULES } from '../../src/origin/lifecycle.ts';
import { MemorySegmentStore } from '../../src/origin/memory-store.ts';
import { GENERATION_HEADER, type IngestState, type TimelineCut } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { encodeTick } from '../../src/protocol/tick.ts';
import { ingest, live } from '../../src/protocol/urls.ts';
import { brokenRules } from '../helpers/mpd-rules.ts';
import { until } from '../helpers/until.ts';
import { initOf, partBytes, partOf, videoTrack } from './origin-test-media.ts';
import { problemOf, type TestBroadcast, TestOrigin } from './origin-test-server.ts';

const ALL = ['v360', 'a128'];

const claim = async (broadcast: TestBroadcast): Promise<IngestState> =>
  (await (await broadcast.postJson(ingest.claim(broadcast.id), {})).json()) as IngestState;

const stateOf = async (origin: TestOrigin, broadcast: TestBroadcast): Promise<IngestState> =>
  (await (await origin.get(ingest.state(broadcast.id), { headers: broadcast.headers })).json()) as IngestState;

const cut = (broadcast: TestBroadcast, body: TimelineCut): Promise<Response> =>
  broadcast.postJson(ingest.cuts(broadcast.id), body);

const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('FENCE1 FENCE2: a claim takes the broadcast over; every upload of the older tab is refused', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 3);
  expect((await claim(broadcast)).generation).toBe(2);
  const tick = encodeTick(ALL.map((track) => partOf(track, 3, DEFAULT_GRID)));
  const { id } = broadcast;
  for (const older of [
    await broadcast.post(tick),
    await broadcast.post(tick, { [GENERATION_HEADER]: '1' }),
    await broadcast.end(3),
    await broadcast.start(),
    await cut(broadcast, { fromPart: 3, toPart: 100, tracks: ALL }),
    await broadcast.putInit('v720', initOf(videoTrack(720))),
    await origin.get(ingest.poster(id), {
      method: 'PUT',
      headers: { ...broadcast.headers, 'content-type': 'image/jpeg' },
      body: Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
    }),
    await origin.get(ingest.part(id, 'v360', 0, 3, 100), {
      method: 'PUT',
      headers: { ...broadcast.headers, 'content-digest': `sha-256=:${'A'.repeat(43)}=:` },
      body: Buffer.alloc(10),
    }),
  ])
    expect(await problemOf(older)).toEqual([409, 'newer_tab']);
  expect((await stateOf(origin, broadcast)).stored['v360']).toEqual([{ from: 0, to: 3 }]);
  expect((await broadcast.post(tick, { [GENERATION_HEADER]: '2' })).status).toBe(200);
  expect(await problemOf(await broadcast.post(tick, { [GENERATION_HEADER]: '3' }))).toEqual([422, 'bad_request']);
  for (const wrong of ['0', '-1', '1.5', 'new', ' 2 2', '9'.repeat(12)])
    expect(await problemOf(await broadcast.post(tick, { [GENERATION_HEADER]: wrong }))).toEqual([400, 'malformed']);
});

test('FENCE2: a claim that comes while the body of an older tab is on the way still fences it', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const tick = Buffer.from(encodeTick(ALL.map((track) => partOf(track, 0, DEFAULT_GRID))));
  const half = new TransformStream<Uint8Array, Uint8Array>();
  const writer = half.writable.getWriter();
  const headers = { ...broadcast.headers, 'content-type': 'application/vnd.tabcast.parts' };
  const init = { method: 'POST', headers, body: half.readable, duplex: 'half' } as RequestInit;
  const answer = origin.get(ingest.parts(broadcast.id), init);
  await writer.write(tick.subarray(0, 40));
  expect((await claim(broadcast)).generation).toBe(2);
  await writer.write(tick.subarray(40));
  await writer.close();
  expect(await problemOf(await answer)).toEqual([409, 'newer_tab']);
  expect((await stateOf(origin, broadcast)).stored['v360']).toEqual([]);
});

test('P5: a tab that comes back learns everything it needs to go on, also from an origin that was restarted', async () => {
  const store = new MemorySegmentStore();
  const first = await TestOrigin.start({ store });
  const broadcast = await first.live();
  await broadcast.sendTicks(0, 30);
  await broadcast.sendTicks(35, 40, ['a128']);
  const claimed = await claim(broadcast);
  const expected = {
    state: 'live',
    generation: 2,
    title: 'A test',
    availabilityStartMs: first.clock.nowMs(),
    grid: DEFAULT_GRID,
    tracks: broadcast.tracks,
    inits: Object.fromEntries(broadcast.tracks.map((track) => [track.id, hex(initOf(track))])),
    cuts: [],
    end: null,
  };
  expect(claimed).toMatchObject({ ...expected, stored: { v360: [{ from: 0, to: 30 }] } });
  expect(claimed.stored['a128']).toEqual([
    { from: 0, to: 30 },
    { from: 35, to: 40 },
  ]);
  const { dataDir, clock, origin: running } = first;
  await running.close();
  await using second = await TestOrigin.start({ dataDir, clock, store });
  const again = broadcast.at(second);
  expect(await stateOf(second, again)).toMatchObject(expected);
  expect((await again.post(encodeTick([partOf('v360', 30, DEFAULT_GRID)]))).status).toBe(409);
});

test('CUT1..CUT4: a declared hole is a Period for every player, is answered at once, and does not keep the recording open', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const { id } = broadcast;
  await broadcast.sendTicks(0, 137);
  await broadcast.sendTicks(137, 139, ['a128']);
  origin.clock.advance(60_000);
  const hole = { fromPart: 137, toPart: 600, tracks: ALL };
  expect(await (await cut(broadcast, hole)).json()).toEqual({ cuts: [hole] });
  expect((await cut(broadcast, hole)).status).toBe(200);
  const answer = await broadcast.send(partOf('v360', 300, DEFAULT_GRID), partOf('v360', 600, DEFAULT_GRID));
  expect(answer.parts.map((one) => one.status)).toEqual([422, 201]);
  await broadcast.sendTicks(600, 730);
  const view = { kind: 'sequence', partMs: 100, gopSeconds: 2 } as const;
  const mpd = await (await origin.get(live.manifest(id, 100))).text();
  expect(brokenRules(mpd, view)).toEqual([]);
  expect(mpd).toContain('<Period id="p6" start="PT60S">');
  // Inside the hole nobody waits; where it cuts a segment short, the segment is whole.
  expect((await origin.getBytes(live.segment(id, 'v360', 3))).length).toBe(24);
  expect((await origin.getBytes(live.piece(id, 'v360', 1, 8, 20))).length).toBe(24);
  const short = await origin.get(live.segment(id, 'a128', 1));
  expect(short.headers.get('cache-control')).toContain('immutable');
  const expected = Buffer.concat(Array.from({ length: 37 }, (_, i) => partBytes('a128', 100 + i, DEFAULT_GRID)));
  expect(Buffer.from(await short.arrayBuffer()).equals(expected)).toBe(true);
  const piece = await origin.getBytes(live.piece(id, 'v360', 1, 7, 20));
  expect(piece.equals(Buffer.concat([135, 136].map((part) => partBytes('v360', part, DEFAULT_GRID))))).toBe(true);

  const detail = (await (await origin.get(`/api/broadcasts/${id}`)).json()) as { cuts: TimelineCut[] };
  expect(detail.cuts).toEqual([hole]);
  expect((await broadcast.end(730)).status).toBe(200);
  origin.clock.advance(PROCESSING_MS);
  await until(() => broadcast.state()).toBe('sealed');
  const recording = await (await origin.get(live.manifest(id, 100))).text();
  expect(brokenRules(recording, { kind: 'static' })).toEqual([]);
  expect(recording).toContain('<Period id="p0" start="PT0S" duration="PT13.7S">');
  expect(await problemOf(await cut(broadcast, { fromPart: 700, toPart: 700, tracks: ALL }))).toEqual([410, 'sealed']);
});

test('CUT2: what makes no sense is refused with its reason, and changes nothing', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  expect(await problemOf(await cut(await origin.reserve(), { fromPart: 0, toPart: 100, tracks: ALL }))).toEqual([
    409,
    'not_started',
  ]);
  await broadcast.sendTicks(0, 250);
  origin.clock.advance(120_000);
  const wrong: readonly (readonly [number, number, string[], string])[] = [
    [300, 200, ALL, 'ends before it begins'],
    [250, 555, ALL, 'first part of a later segment'],
    [0, 0, ALL, 'first part of a later segment'],
    [250, 1600, ALL, 'too far ahead'],
    [300, 300, [], 'name every track'],
    [300, 300, ['v360', 'v360'], 'name every track'],
    [300, 300, ['v720'], 'never started'],
    [100, 500, ALL, 'already there'],
  ];
  for (const [fromPart, toPart, tracks, reason] of wrong) {
    const answer = await cut(broadcast, { fromPart, toPart, tracks });
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as { message: string }).message).toContain(reason);
  }
  expect((await cut(broadcast, { fromPart: 250, toPart: 600, tracks: ALL })).status).toBe(200);
  for (const [fromPart, toPart, tracks] of [
    [260, 600, ALL],
    [400, 400, ALL],
    [240, 900, ALL],
  ] as const)
    expect(await problemOf(await cut(broadcast, { fromPart, toPart, tracks: [...tracks] }))).toEqual([
      409,
      'other_cut',
    ]);
  expect((await cut(broadcast, { fromPart: 250, toPart: 600, tracks: ['a128'] })).status).toBe(200);
  expect(await problemOf(await cut(broadcast, { fromPart: 250, toPart: 600, tracks: ALL }))).toEqual([
    409,
    'other_cut',
  ]);
  expect((await stateOf(origin, broadcast)).cuts).toEqual([{ fromPart: 250, toPart: 600, tracks: ['a128'] }]);
});

test('CUT2: a tab that went just before what it had announced, and comes back after minutes, declares its hole over that', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 195);
  const kept = { fromPart: 100, toPart: 100, tracks: ALL };
  expect((await cut(broadcast, kept)).status).toBe(200);
  expect((await cut(broadcast, { fromPart: 200, toPart: 200, tracks: ['a128'] })).status).toBe(200);
  origin.clock.advance(120_000);
  const hole = { fromPart: 195, toPart: 1500, tracks: ['a128'] };
  expect(await (await cut(broadcast, hole)).json()).toEqual({ cuts: [kept, hole] });
  const mpd = await (await origin.get(live.manifest(broadcast.id, 100))).text();
  expect(mpd.match(/<Period id="\w+"/g)).toEqual(['<Period id="p0"', '<Period id="p1"', '<Period id="p15"']);
});

test('CUT5: a rendition that was dropped for some segments is not waited for', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  origin.clock.advance(40_000);
  await broadcast.sendTicks(0, 400, ['a128']);
  await broadcast.sendTicks(0, 100, ['v360']);
  await broadcast.sendTicks(300, 400, ['v360']);
  await cut(broadcast, { fromPart: 100, toPart: 100, tracks: ['a128'] });
  await cut(broadcast, { fromPart: 300, toPart: 300, tracks: ALL });
  await broadcast.end(400);
  origin.clock.advance(PROCESSING_MS);
  await until(() => broadcast.state()).toBe('sealed');
  const mpd = await (await origin.get(live.manifest(broadcast.id, 100))).text();
  expect(brokenRules(mpd, { kind: 'static' })).toEqual([]);
  expect(mpd.match(/<Representation id="v360"/g)?.length).toBe(2);
  expect(mpd.match(/<Representation id="a128"/g)?.length).toBe(3);
});

test('INGEST4: after an end by silence the creator still sends the rest, says the end, and the recording is whole', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const { id } = broadcast;
  await broadcast.sendTicks(0, 130);
  for (const step of [SILENCE_RULES.interruptedAfterMs, SILENCE_RULES.endedAfterMs, PROCESSING_MS])
    origin.clock.advance(step);
  await until(() => broadcast.state()).toBe('ended');
  expect((await stateOf(origin, broadcast)).end).toEqual({ by: 'silence', endParts: { v360: 130, a128: 130 } });
  const open = await origin.get(live.segment(id, 'v360', 1));
  expect(open.headers.get('cache-control')).toBe('no-store');
  expect((await open.arrayBuffer()).byteLength).toBeGreaterThan(1000);
  const lastPiece = await origin.get(live.piece(id, 'v360', 1, 1, 5));
  expect(lastPiece.headers.get('cache-control')).toBe('no-store');

  await broadcast.sendTicks(130, 180);
  await until(async () => (await stateOf(origin, broadcast)).end?.endParts['v360']).toBe(180);
  const mpd = await (await origin.get(live.manifest(id, 100))).text();
  expect(mpd).toContain('mediaPresentationDuration="PT18S"');
  expect(await (await broadcast.end(180)).json()).toEqual({ state: 'sealed' });
  const segment = await origin.get(live.segment(id, 'v360', 1));
  expect(segment.headers.get('cache-control')).toContain('immutable');
  const expected = Buffer.concat(Array.from({ length: 80 }, (_, i) => partBytes('v360', 100 + i, DEFAULT_GRID)));
  expect(Buffer.from(await segment.arrayBuffer()).equals(expected)).toBe(true);
});

test('INGEST4: what has not come a week after the end is given up', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.sendTicks(0, 50);
  await broadcast.sendTicks(60, 100);
  await broadcast.end(100);
  origin.clock.advance(PROCESSING_MS);
  await until(() => broadcast.state()).toBe('ended');
  await origin.origin.housekeep();
  expect(await broadcast.state()).toBe('ended');
  origin.clock.advance(OPEN_AFTER_END_MS);
  await origin.origin.housekeep();
  expect(await broadcast.state()).toBe('sealed');
});
