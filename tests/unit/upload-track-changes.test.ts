import { expect, test } from '@playwright/test';
import { PROCESSING_MS } from '../../src/origin/lifecycle.ts';
import type { IngestState } from '../../src/protocol/broadcast.ts';
import { DEFAULT_GRID, type PartIndex } from '../../src/protocol/grid.ts';
import { ingest } from '../../src/protocol/urls.ts';
import { MemorySpool } from '../../src/spool/memory-spool.ts';
import { goingOf } from '../../src/upload/lost-cuts.ts';
import { nextParts } from '../../src/upload/return-plan.ts';
import { untoldChanges, withChanges } from '../../src/upload/track-changes.ts';
import type { TrackChange } from '../../src/upload/unfinished.ts';
import { OriginClient } from '../../workers/origin-client.ts';
import { UploadMeter } from '../../workers/upload-stats.ts';
import { Uploader } from '../../workers/uploader.ts';
import { until } from '../helpers/until.ts';
import { initOf, partOf, videoTrack } from './origin-test-media.ts';
import { type TestBroadcast, TestOrigin } from './origin-test-server.ts';

const PPS = DEFAULT_GRID.partsPerSegment;
const ALL = ['v360', 'a128'];

/** From the second segment on pictures rest, and come back in the third with another encoder. */
const OTHER = { ...videoTrack(360), codecs: 'avc1.4d401f' };
const REST: TrackChange = { part: PPS, tracks: ['a128'], inits: [] };
const BACK: TrackChange = {
  part: 2 * PPS,
  tracks: ALL,
  inits: [{ track: 'v360', codecs: OTHER.codecs, bytes: initOf(OTHER) }],
};

interface Tab {
  readonly uploader: Uploader;
  readonly spool: MemorySpool;
  readonly kept: TrackChange[];
}

function tabOf(origin: TestOrigin, broadcast: TestBroadcast, startedMs: number, spool = new MemorySpool(PPS)): Tab {
  const client = new OriginClient(origin.base);
  client.use(broadcast.id, broadcast.token);
  const kept: TrackChange[] = [];
  const request = { availabilityStartMs: startedMs, grid: DEFAULT_GRID, tracks: broadcast.tracks };
  const uploader = new Uploader({
    client,
    meter: new UploadMeter(),
    spool,
    start: { request, inits: broadcast.tracks.map((track) => ({ track: track.id, bytes: initOf(track) })) },
    keepChange: async (change) => void kept.push(change),
    events: {
      onConfirmed: () => undefined,
      onEnded: () => undefined,
      onFailed: (error) => expect(error).toBe(undefined),
    },
  });
  return { uploader, spool, kept };
}

async function make({ uploader }: Tab, track: string, from: PartIndex, to: PartIndex): Promise<void> {
  for (let part = from; part < to; part++)
    await uploader.add({ track, part }, Uint8Array.from(partOf(track, part, DEFAULT_GRID).bytes));
}

const stateOf = async (origin: TestOrigin, { id, headers }: TestBroadcast): Promise<IngestState> =>
  (await (await origin.get(ingest.state(id), { headers })).json()) as IngestState;

test('CUT1 CUT6 what was decided while the origin did not answer is told before the end, in its order', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.reserve();
  const startedMs = origin.clock.nowMs();
  origin.clock.advance(30_000);
  const tab = tabOf(origin, broadcast, startedMs);
  await make(tab, 'a128', 0, 2 * PPS + 1);
  await make(tab, 'v360', 0, PPS);
  tab.uploader.timeline.change(REST);
  tab.uploader.timeline.change(BACK);
  await make(tab, 'v360', 2 * PPS, 2 * PPS + 1);
  tab.uploader.end({ v360: 2 * PPS + 1, a128: 2 * PPS + 1 });
  void tab.uploader.begin();
  await until(async () => (await stateOf(origin, broadcast)).end?.by).toBe('creator');
  expect((await stateOf(origin, broadcast)).cuts).toEqual([
    { fromPart: PPS, toPart: PPS, tracks: ['a128'] },
    { fromPart: 2 * PPS, toPart: 2 * PPS, tracks: ALL, inits: { v360: OTHER.codecs } },
  ]);
  origin.clock.advance(PROCESSING_MS);
  await until(() => broadcast.state()).toBe('sealed');
});

test('P5 a tab that went before it could tell: the next one tells what was kept, waits for nothing that was never made, and the recording is whole', async () => {
  await using origin = await TestOrigin.start();
  const broadcast = await origin.live();
  const startedMs = origin.clock.nowMs();
  origin.clock.advance(30_000);
  const spool = new MemorySpool(PPS);
  const gone = tabOf(origin, broadcast, startedMs, spool);
  await make(gone, 'a128', 0, 2 * PPS + 1);
  await make(gone, 'v360', 0, PPS);
  gone.uploader.timeline.change(REST);
  gone.uploader.timeline.change(BACK);
  await make(gone, 'v360', 2 * PPS, 2 * PPS + 1);
  expect(gone.kept).toEqual([REST, BACK]);

  const state = await stateOf(origin, broadcast);
  const untold = untoldChanges(gone.kept, state.cuts);
  const cuts = withChanges(state.cuts, untold);
  const history = goingOf(ALL, cuts, spool.givenUp(), PPS);
  expect(history.map(({ from, tracks }) => [from, tracks])).toEqual([
    [0, ALL],
    [PPS, ['a128']],
    [2 * PPS, ALL],
  ]);
  const next = nextParts(ALL, { ...state, cuts }, spool.kept());
  expect(next).toEqual({ v360: 2 * PPS + 1, a128: 2 * PPS + 1 });
  const tab = tabOf(origin, broadcast, startedMs, spool);
  tab.uploader.timeline.recall(history, untold);
  await tab.uploader.sendKept([...spool.kept()].flatMap(([track, parts]) => parts.map((part) => ({ track, part }))));
  tab.uploader.end(next);
  void tab.uploader.begin();
  await until(async () => (await stateOf(origin, broadcast)).end?.by).toBe('creator');
  origin.clock.advance(PROCESSING_MS);
  await until(() => broadcast.state()).toBe('sealed');
});

test('what the origin knows is not told again; an init segment that it was not told of is', () => {
  const told = { fromPart: PPS, toPart: PPS, tracks: ['a128'] };
  expect(untoldChanges([REST, BACK], [told])).toEqual([BACK]);
  const bare = { fromPart: 2 * PPS, toPart: 2 * PPS, tracks: ALL };
  expect(untoldChanges([REST, BACK], [told, bare])).toEqual([BACK]);
  const whole = { ...bare, inits: { v360: OTHER.codecs } };
  expect(untoldChanges([REST, BACK], [told, whole])).toEqual([]);
  expect(withChanges([told, whole], [])).toEqual([told, whole]);
  expect(withChanges([told], [BACK, { ...BACK, tracks: ['v360'] }]).map(({ tracks }) => tracks)).toEqual([
    ['a128'],
    ['v360'],
  ]);
});
