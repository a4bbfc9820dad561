import { expect, test } from '@playwright/test';
import { type Life, lifeAfterRestart, PROCESSING_MS } from '../../src/origin/lifecycle.ts';
import { type EdgeFacts, edgeOf } from '../../src/origin/live-edge.ts';
import { RangeSet } from '../../src/origin/ranges.ts';
import { endOfUpload, endPartsOf } from '../../src/origin/recording-end.ts';
import { shapeOf } from '../../src/origin/store-shape.ts';
import { NO_HELP } from '../../src/package/mpd-periods.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { audioTrack, videoTrack } from './origin-test-media.ts';

const tracks = [videoTrack(720), { ...videoTrack(360), madeBy: 'helpers' as const }, audioTrack];
const start = { availabilityStartMs: 5_000, grid: DEFAULT_GRID, tracks, isUpload: false };
const live: Life = { state: 'live', heardMs: 0 };
const facts = (over: Partial<EdgeFacts> = {}): EdgeFacts => ({
  record: { cuts: [], end: undefined },
  start,
  life: live,
  helped: NO_HELP,
  nowMs: 60_000,
  ...over,
});
const ended = { by: 'creator', endParts: { v720: 130, a128: 129 } } as const;

test('while it is live a track has no end, and the edge is told by the clock alone', () => {
  expect(edgeOf(facts(), 'v720', 12)).toEqual({
    nowMs: 60_000,
    availabilityStartMs: 5_000,
    partsPerSegment: 100,
    endPart: undefined,
    isEndFinal: true,
    holdUntilMs: undefined,
  });
});

test('an end is each track’s own; requests past it are held only while live players are let out', () => {
  const over = { record: { cuts: [], end: ended }, life: { state: 'processing', endedMs: 50_000 } } as const;
  expect(edgeOf(facts(over), 'a128', 12)).toMatchObject({ endPart: 129, holdUntilMs: 50_000 + PROCESSING_MS });
  const sealed = facts({ ...over, life: { state: 'sealed' } });
  expect(edgeOf(sealed, 'v720', 12)).toMatchObject({ endPart: 130, isEndFinal: true, holdUntilMs: undefined });
});

test('INGEST4: an end by silence is not final before it is sealed', () => {
  const silent = facts({ record: { cuts: [], end: { ...ended, by: 'silence' } }, life: { state: 'ended' } });
  expect(edgeOf(silent, 'v720', 12).isEndFinal).toBe(false);
  expect(edgeOf({ ...silent, life: { state: 'sealed' } }, 'v720', 12).isEndFinal).toBe(true);
});

test('CUT: before a hole the edge is where the hole begins, for good and without a wait; behind it the hole is forgotten', () => {
  const cut = { fromPart: 240, toPart: 400, tracks: ['v720', 'a128'] };
  const holed = facts({
    record: { cuts: [cut], end: { ...ended, by: 'silence', endParts: { v720: 500, a128: 500 } } },
    life: { state: 'processing', endedMs: 50_000 },
  });
  for (const part of [200, 239, 240, 399])
    expect(edgeOf(holed, 'v720', part)).toMatchObject({ endPart: 240, isEndFinal: true, holdUntilMs: undefined });
  for (const part of [199, 400]) expect(edgeOf(holed, 'v720', part)).toMatchObject({ endPart: 500, isEndFinal: false });
});

test('LEND12: nobody waits for what helpers do not make: their segment has ended before it began', () => {
  const helped = { tracks: ['v360'], ranges: [{ from: 100, to: 200 }], redone: [], lagMs: 0 };
  expect(edgeOf(facts({ helped }), 'v360', 250)).toMatchObject({ endPart: 200, isEndFinal: true });
  expect(edgeOf(facts({ helped }), 'v360', 150).endPart).toBeUndefined();
  expect(edgeOf(facts({ helped }), 'v720', 250).endPart).toBeUndefined();
});

test('the time the origin was down is not the creator’s silence', () => {
  expect(lifeAfterRestart({ state: 'interrupted', endedMs: undefined }, 70_000)).toEqual({
    state: 'interrupted',
    heardMs: 70_000,
  });
  expect(lifeAfterRestart({ state: 'processing', endedMs: 60_000 }, 70_000)).toEqual({
    state: 'processing',
    endedMs: 60_000,
  });
  expect(lifeAfterRestart({ state: 'sealed', endedMs: 60_000 }, 70_000)).toEqual({ state: 'sealed' });
});

test('INGEST4: the store may close the last segment only when nothing can come behind it any more', () => {
  const silent = { ...ended, by: 'silence' } as const;
  expect(shapeOf(start, { cuts: [], end: undefined, state: 'live' })).toEqual({ partsPerSegment: 100 });
  expect(shapeOf(start, { cuts: [], end: silent, state: 'ended' })).toEqual({ partsPerSegment: 100 });
  expect(shapeOf(start, { cuts: [], end: silent, state: 'sealed' }).endParts).toEqual(ended.endParts);
  expect(shapeOf(start, { cuts: [], end: ended, state: 'processing' }).endParts).toEqual(ended.endParts);
  const cut = { fromPart: 240, toPart: 400, tracks: ['v720'] };
  expect(shapeOf(start, { cuts: [cut], end: undefined, state: 'live' }).holes).toEqual([{ from: 240, to: 400 }]);
});

test('a track ends where the creator said, or where the last that is stored ends; those of helpers where their source does', () => {
  const stored = new Map([
    ['v720', 140],
    ['a128', 90],
    ['v360', 100],
  ]);
  const store = {
    stored: (track: string) => {
      const ranges = new RangeSet();
      ranges.addRange(0, stored.get(track) ?? 0);
      return ranges;
    },
  };
  expect(endPartsOf(tracks, store, ended.endParts)).toEqual({ v720: 140, a128: 129, v360: 140 });
  expect(endPartsOf(tracks, store, {})).toEqual({ v720: 140, a128: 90, v360: 140 });
});

test('UPLOAD1: an upload is over, by its creator, before its first part', () => {
  expect(endOfUpload({ endParts: ended.endParts, durationMs: 12_900 }, 70_000)).toEqual({
    endedMs: 70_000,
    end: ended,
    durationMs: 12_900,
  });
});
