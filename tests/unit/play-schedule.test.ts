import { expect, test } from '@playwright/test';
import { askAgainMs } from '../../src/play/broadcast-watch.ts';
import { decideEnding } from '../../src/play/ending.ts';
import { snapToKey } from '../../src/play/key-grid.ts';
import { mediaSpans, spanAt } from '../../src/play/media-spans.ts';
import { manifestPartMs, piecesForRoundTrip } from '../../src/play/piece-size.ts';
import { parsePreferences } from '../../src/play/preferences.ts';
import { withParts } from '../../src/play/recording-parts.ts';
import { edgePartAt, isQuickerAnew, shouldOpenNext, stretchFor } from '../../src/play/stretch.ts';
import { rescueFromHole } from '../../src/play/stuck.ts';

const ID = 'abcdefgh12345678';
const context = { broadcastId: ID, track: 'v720', partsPerSegment: 100, edgePart: 1234 };

test('near the edge the feed is asked for from the part on, to the end of its segment (MEDIA3)', () => {
  expect(stretchFor(1230, context)).toEqual({
    kind: 'feed',
    url: `/live/${ID}/v720/12.m4s?from=30`,
    from: 1230,
    to: 1300,
  });
});

test('more than 30 s behind, the 2 s piece around the part is asked for (MEDIA4)', () => {
  expect(stretchFor(907, context)).toEqual({ kind: 'piece', url: `/live/${ID}/v720/9-0of5.m4s`, from: 900, to: 920 });
  expect(stretchFor(934, context).kind).toBe('feed');
  expect(stretchFor(933, context).kind).toBe('piece');
});

test('the one-frame preset has the same stretches in thirds', () => {
  const frames = { ...context, partsPerSegment: 300, edgePart: 3700 };
  expect(stretchFor(3690, frames).url).toBe(`/live/${ID}/v720/12.m4s?from=90`);
  expect(stretchFor(61, frames)).toMatchObject({ kind: 'piece', from: 60, to: 120 });
});

test('the next segment is opened a second before it begins, and not earlier', () => {
  const current = stretchFor(1230, context);
  const at = (mediaNowMs: number, lastTaken: number, isComplete = false, recordingMs?: number) =>
    shouldOpenNext(current, { mediaNowMs, lastTaken, isComplete, recordingMs }, 100);
  expect(at(128_900, 1288)).toBe(false);
  expect(at(129_000, 1289)).toBe(true);
  expect(at(300_000, 1250, true)).toBe(false);
  expect(at(300_000, 1290, true)).toBe(true);
  expect(at(300_000, 1290, true, 130_000)).toBe(false);
});

test('a jump forward past more than a second that has not come yet asks anew, from where it lands', () => {
  const stretch = stretchFor(1200, context);
  const piece = stretchFor(900, context);
  const isAnew = (part: number, nextPart: number) => isQuickerAnew(part, { stretch, nextPart }, context);
  expect(isAnew(1220, 1201)).toBe(true);
  expect(isAnew(1220, 1212)).toBe(false);
  // The edge is at 1234: what lies behind it comes no sooner by another request.
  expect(isAnew(1260, 1230)).toBe(false);
  expect(isAnew(1260, 1220)).toBe(true);
  expect(isQuickerAnew(919, { stretch: piece, nextPart: 900 }, context)).toBe(false);
});

test('the part at the edge is the one being captured', () => {
  expect(edgePartAt(12_399, 100)).toBe(123);
  expect(edgePartAt(12_400, 100)).toBe(124);
});

test('pieces are the smallest of at least 1.5 round trips and 50 ms', () => {
  expect(piecesForRoundTrip(1, 100)).toBe(100);
  expect(piecesForRoundTrip(80, 100)).toBe(50);
  expect(piecesForRoundTrip(130, 100)).toBe(20);
  expect(piecesForRoundTrip(5000, 100)).toBe(5);
  expect(manifestPartMs(300)).toBe(33);
});

test('a seek lands on the key frame at or before its target, never past the end', () => {
  expect(snapToKey(7300, 2, 60_000)).toBe(6010);
  expect(snapToKey(6000, 2, 60_000)).toBe(6010);
  expect(snapToKey(-5, 2, 60_000)).toBe(10);
  expect(snapToKey(99_000, 2, 60_000)).toBe(58_010);
});

const hanging = {
  positionMs: 68_710,
  isPaused: false,
  isSeeking: true,
  readyState: 1,
  stillForMs: 800,
  isAwaited: false,
  buffered: [
    { fromMs: 64_000, toMs: 64_500 },
    { fromMs: 70_000, toMs: 87_000 },
  ],
};

test('a seek that hangs before a buffered range is put into it', () => {
  expect(rescueFromHole(hanging)).toBe(70_010);
  expect(rescueFromHole({ ...hanging, stillForMs: 300 })).toBeUndefined();
  expect(rescueFromHole({ ...hanging, buffered: [] })).toBeUndefined();
});

test('a paused playhead and one that has data are left alone', () => {
  expect(rescueFromHole({ ...hanging, isSeeking: false, isPaused: true, stillForMs: 9000 })).toBeUndefined();
  expect(rescueFromHole({ ...hanging, isSeeking: false, readyState: 4, stillForMs: 9000 })).toBeUndefined();
});

test('a seek that is slow is not taken to what lies far ahead, nor is a playhead for which media still comes', () => {
  const far = { ...hanging, buffered: [{ fromMs: hanging.positionMs + 30_000, toMs: hanging.positionMs + 40_000 }] };
  const farAheadMs = hanging.positionMs + 30_010;
  expect(rescueFromHole({ ...far, stillForMs: 3000 })).toBeUndefined();
  expect(rescueFromHole({ ...far, stillForMs: 11_000 }), 'nothing is there at all').toBe(farAheadMs);
  const playing = { ...far, isSeeking: false, readyState: 2, stillForMs: 3000 };
  expect(rescueFromHole(playing)).toBe(farAheadMs);
  expect(rescueFromHole({ ...playing, isAwaited: true })).toBeUndefined();
});

test('at the end of a broadcast a viewer at the edge stops, one behind plays on', () => {
  expect(decideEnding(58_000, 60_000, true)).toBe('finish');
  expect(decideEnding(30_000, 60_000, true)).toBe('play-on');
  expect(decideEnding(58_000, 60_000, false)).toBe('play-on');
  expect(decideEnding(60_000, 60_000, false)).toBe('finish');
});

test('the origin is asked soon while something is waited for, and never by all viewers at once', () => {
  expect(askAgainMs('reserved', false, 0)).toBeLessThan(1000);
  expect(askAgainMs('live', true, 0.5)).toBeLessThan(askAgainMs('live', false, 0.5));
  expect(askAgainMs('live', false, 0)).not.toBe(askAgainMs('live', false, 1));
});

test('preferences that make no sense are replaced, not trusted', () => {
  expect(parsePreferences('{"volume":7,"isMuted":"yes","quality":480,"mode":"stable","lineBps":-1}')).toEqual({
    volume: 1,
    isMuted: false,
    quality: 480,
    mode: 'stable',
    lineBps: undefined,
  });
  expect(parsePreferences('not json').volume).toBe(1);
  expect(parsePreferences(null).quality).toBe('auto');
});

test('volume zero is remembered as zero', () => {
  expect(parsePreferences('{"volume":0}').volume).toBe(0);
});

test('the span of a playhead is found, a hair before it too', () => {
  const spans = mediaSpans({ length: 1, start: () => 10, end: () => 20 });
  expect(spanAt(spans, 9990)).toEqual({ fromMs: 10_000, toMs: 20_000 });
  expect(spanAt(spans, 20_000)).toBeUndefined();
});

const recording = `<MPD xmlns="x" type="static"><Period><AdaptationSet id="1" contentType="video"><SegmentTemplate timescale="1000" duration="10000" startNumber="0" initialization="$RepresentationID$/init.mp4" media="$RepresentationID$/$Number$.m4s"/></AdaptationSet><AdaptationSet id="2" contentType="audio"><SegmentTemplate media="$RepresentationID$/$Number$.m4s"/></AdaptationSet></Period></MPD>`;

test('a recording is read in parts, so that a seek costs a part and not a segment', () => {
  const parts = withParts(recording, 100, 2);
  expect(parts).toContain('media="$RepresentationID$/$Number$-$SubNumber$of100.m4s"');
  expect(parts.match(/k="100"/g)).toHaveLength(2);
  expect(parts).toContain('<SegmentSequenceProperties sapType="1" cadence="20"/>');
  expect(parts).toContain('<SegmentSequenceProperties sapType="1" cadence="1"/>');
});

test('a live manifest and one already in parts stay as they are', () => {
  const live = recording.replace('static', 'dynamic');
  expect(withParts(live, 100, 2)).toBe(live);
  const twice = withParts(withParts(recording, 100, 2), 100, 2);
  expect(twice).toBe(withParts(recording, 100, 2));
});
