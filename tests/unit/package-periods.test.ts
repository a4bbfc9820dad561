import { expect, test } from '@playwright/test';
import { lackingOfHelpers, madeByHelpers, wholeSegments, withoutSegments } from '../../src/origin/helped.ts';
import { stretchesOf } from '../../src/package/mpd-periods.ts';
import type { PartRange } from '../../src/protocol/part.ts';
import { audioTrack, videoTrack } from './origin-test-media.ts';

const shown = (...args: Parameters<typeof stretchesOf>): string[] =>
  stretchesOf(...args).map(({ startPart, endPart, tracks }) => `${startPart}-${endPart ?? ''} ${tracks.join()}`);

test('LEND12 what helpers make is there in its ranges and nowhere else, whatever a cut says', () => {
  const tracks = ['v360', 'v240', 'a128'];
  const cuts = [{ fromPart: 300, toPart: 400, tracks: ['v360', 'a128'] }];
  const helped = { tracks: ['v240'], ranges: [{ from: 100, to: 200 }], redone: [], lagMs: 0 };
  expect(shown(cuts, tracks, helped)).toEqual([
    '0-100 v360,a128',
    '100-200 v360,a128,v240',
    '200-300 v360,a128',
    '400- v360,a128',
  ]);
  const promised = { ...helped, ranges: [{ from: 100, to: Number.POSITIVE_INFINITY }] };
  expect(shown(cuts, tracks, promised)).toEqual(['0-100 v360,a128', '100-300 v360,a128,v240', '400- v360,a128,v240']);
  expect(shown(cuts, tracks)).toEqual(['0-300 v360,v240,a128', '400- v360,a128']);
});

test('LEND12 a segment is whole when every rendition has all of it, the last one up to the end', () => {
  const ranges = (...pairs: readonly [number, number][]) => pairs.map(([from, to]) => ({ from, to }));
  expect(wholeSegments([ranges([0, 100], [150, 430]), ranges([0, 300], [300, 425])], 100, 425)).toEqual(
    ranges([0, 100], [200, 500]),
  );
  expect(wholeSegments([ranges([0, 250])], 100, Number.POSITIVE_INFINITY)).toEqual(ranges([0, 200]));
  expect(wholeSegments([ranges([0, 100]), []], 100, 100)).toEqual([]);
});

test('LEND16 a segment that is disowned is cut out of the range that it lies in', () => {
  const ranges = (...pairs: readonly [number, number][]) => pairs.map(([from, to]) => ({ from, to }));
  expect(withoutSegments(ranges([100, 500], [700, 800]), [2, 4, 7, 9], 100)).toEqual(ranges([100, 200], [300, 400]));
  expect(withoutSegments(ranges([100, 500]), [], 100)).toEqual(ranges([100, 500]));
});

test('LEND17 what was made again is a stretch of its own', () => {
  const tracks = ['v360', 'v240', 'a128'];
  const helped = { tracks: ['v240'], ranges: [{ from: 200, to: 300 }], redone: [{ from: 0, to: 200 }], lagMs: 0 };
  const stretches = stretchesOf([], tracks, helped);
  expect(stretches.map(({ startPart, endPart, isRedone }) => [startPart, endPart, isRedone])).toEqual([
    [0, 200, true],
    [200, 300, false],
    [300, undefined, false],
  ]);
  expect(stretches.map((stretch) => stretch.tracks.includes('v240'))).toEqual([true, true, false]);
});

test('LEND17 a segment lacks helped renditions where the source is whole and neither they nor what was made again is', () => {
  const helped = { ...videoTrack(240), madeBy: 'helpers' } as const;
  const stored: Readonly<Record<string, readonly PartRange[]>> = {
    v360: [
      { from: 0, to: 250 },
      { from: 300, to: 630 },
    ],
    v240: [
      { from: 110, to: 200 },
      { from: 300, to: 500 },
    ],
    v240r: [{ from: 0, to: 100 }],
  };
  const facts = {
    tracks: [videoTrack(360), helped, audioTrack],
    grid: { partsPerSegment: 100 } as const,
    stored: (track: string) => stored[track] ?? [],
    endParts: { v360: 630 },
    disowned: [4],
  };
  expect(madeByHelpers(facts)).toEqual({ whole: [{ from: 300, to: 400 }], redone: [{ from: 0, to: 100 }] });
  expect(lackingOfHelpers(facts)).toEqual([1, 4, 5, 6]);
  expect(lackingOfHelpers({ ...facts, endParts: undefined })).toEqual([1, 4, 5]);
  expect(lackingOfHelpers({ ...facts, tracks: [videoTrack(360), audioTrack] })).toEqual([]);
});
