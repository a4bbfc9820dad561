import { expect, test } from '@playwright/test';
import { MemorySegmentStore } from '../../src/origin/memory-store.ts';
import { type IngestState, initKey, type TimelineCut } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { ingest, live, parseMediaName } from '../../src/protocol/urls.ts';
import { otherInits } from '../../src/upload/other-inits.ts';
import { audioTrack, initOf, videoTrack } from './origin-test-media.ts';
import { problemOf, type TestBroadcast, TestOrigin } from './origin-test-server.ts';

const ALL = ['v360', 'a128'];
const OTHER = 'avc1.64001f';
const otherInit = initOf({ ...videoTrack(360), codecs: OTHER });
const boundary = (segment: number, over: Partial<TimelineCut> = {}): TimelineCut => ({
  fromPart: segment * 100,
  toPart: segment * 100,
  tracks: ALL,
  ...over,
});
const cut = (broadcast: TestBroadcast, body: TimelineCut): Promise<Response> =>
  broadcast.postJson(ingest.cuts(broadcast.id), body);

test('CUT6: another encoder brings an init segment and a Period of its own, and both outlive a restart', async () => {
  const store = new MemorySegmentStore();
  const first = await TestOrigin.start({ store });
  const broadcast = await first.live();
  const wanted = boundary(2, { inits: { v360: OTHER } });
  expect(await problemOf(await cut(broadcast, wanted))).toEqual([412, 'init_missing']);
  expect((await broadcast.putInit('v360', otherInit, 2)).status).toBe(201);
  expect((await broadcast.putInit('v360', otherInit, 2)).status).toBe(200);
  expect(await problemOf(await broadcast.putInit('v360', initOf(videoTrack(360)), 2))).toEqual([409, 'other_bytes']);
  expect(await problemOf(await cut(broadcast, boundary(2, { inits: { v360: 'avc1.4d401f' } })))).toEqual([
    422,
    'bad_request',
  ]);
  expect((await cut(broadcast, wanted)).status).toBe(200);
  const { dataDir, clock, origin: running } = first;
  await running.close();
  await using second = await TestOrigin.start({ dataDir, clock, store });
  const served = await second.get(live.init(broadcast.id, 'v360', 2));
  expect(served.headers.get('cache-control')).toContain('immutable');
  expect(Buffer.from(await served.arrayBuffer()).equals(otherInit)).toBe(true);
  expect((await second.get(live.init(broadcast.id, 'v360', 3))).status).toBe(404);
  for (const url of [live.manifest(broadcast.id, 100), live.chunkedManifest(broadcast.id)]) {
    const [, before = '', after = ''] = (await (await second.get(url)).text()).split('<Period ');
    expect(before).not.toContain('init-2.mp4');
    expect(after).toContain(`codecs="${OTHER}"`);
    expect(after).toContain('initialization="$RepresentationID$/init-2.mp4"');
  }
});

test('CUT6: a track keeps its size and its kind, and begins with its first init segment', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.reserve();
  await broadcast.putInits();
  expect(await problemOf(await broadcast.putInit('v360', otherInit, 2))).toEqual([409, 'not_started']);
  await broadcast.start();
  const larger = initOf({ ...videoTrack(480), codecs: OTHER });
  expect(await problemOf(await broadcast.putInit('v360', larger, 2))).toEqual([422, 'bad_init']);
  expect(await problemOf(await broadcast.putInit('v360', initOf(audioTrack), 2))).toEqual([422, 'bad_init']);
  expect(await problemOf(await broadcast.putInit('v480', larger, 2))).toEqual([412, 'init_missing']);
});

test('CUT2 CUT6: at the same boundary a quality may go and another encoder may come, in either order', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  await broadcast.putInit('v360', otherInit, 2);
  const withInit = boundary(2, { inits: { v360: OTHER } });
  expect((await cut(broadcast, boundary(2))).status).toBe(200);
  expect(await (await cut(broadcast, withInit)).json()).toEqual({ cuts: [withInit] });
  // Who says nothing of init segments takes none away.
  expect(await (await cut(broadcast, boundary(2))).json()).toEqual({ cuts: [withInit] });
  const fewer = boundary(2, { tracks: ['a128'] });
  expect(await (await cut(broadcast, fewer)).json()).toEqual({ cuts: [{ ...fewer, inits: { v360: OTHER } }] });
  expect(await problemOf(await cut(broadcast, withInit))).toEqual([409, 'other_cut']);
});

test('names of init segments are read as they are written', () => {
  expect(parseMediaName('v360', 'init.mp4')).toEqual({ kind: 'init', track: 'v360', segment: 0 });
  expect(parseMediaName('v360', 'init-12.mp4')).toEqual({ kind: 'init', track: 'v360', segment: 12 });
  for (const wrong of ['init-0.mp4', 'init-01.mp4', 'init-.mp4', 'init--1.mp4', 'init-99999999.mp4', 'init-2.mp4/'])
    expect(parseMediaName('v360', wrong)).toBeUndefined();
});

test('a tab that goes on tells the init segments that differ, compared with the newest of each track', () => {
  const state: IngestState = {
    state: 'live',
    generation: 2,
    title: '',
    serverTimeMs: 27_000,
    availabilityStartMs: 0,
    grid: DEFAULT_GRID,
    tracks: [],
    inits: { v360: 'aa', a128: 'bb', [initKey('v360', 1)]: 'cc' },
    stored: {},
    durable: {},
    cuts: [boundary(1, { inits: { v360: OTHER } })],
    end: null,
  };
  expect(otherInits({ v360: 'cc', a128: 'bb' }, state)).toBeUndefined();
  expect(otherInits({ v360: 'aa', a128: 'bb' }, state)).toEqual({ tracks: ['v360'], segment: 4 });
  expect(otherInits({ v360: 'cc', a128: 'dd' }, { ...state, serverTimeMs: 25_000 })).toEqual({
    tracks: ['a128'],
    segment: 3,
  });
  const leftBehind = { ...state, inits: { ...state.inits, [initKey('v360', 4)]: 'ee' } };
  expect(otherInits({ v360: 'dd', a128: 'bb' }, leftBehind)?.segment).toBe(5);
});
