import { expect, test } from '@playwright/test';
import { liveMpd, staticMpd } from '../../src/package/mpd.ts';
import { type KeptPart, keptTooMuch, keptWindow, playableRun } from '../../src/play/kept-window.ts';
import { MediaRing } from '../../src/play/media-ring.ts';
import { offlineManifest } from '../../src/play/offline-manifest.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';

const parts = (track: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ track, part: from + i }));
const run = (held: readonly { track: string; part: number }[], positionMs: number) =>
  playableRun(held, positionMs, DEFAULT_GRID);

test('kept are the last ten seconds, the segment the playhead is in, and ten seconds ahead, in whole blocks of 2 s', () => {
  expect(keptWindow(25_300, 100)).toEqual({ from: 140, to: 360 });
  expect(keptWindow(400, 100)).toEqual({ from: 0, to: 120 });
  expect(keptWindow(20_000, 100)).toEqual({ from: 100, to: 300 });
  expect(keptWindow(25_300, 300)).toEqual({ from: 420, to: 1080 });
  for (let ms = 0; ms < 40_000; ms += 370) {
    const { from, to } = keptWindow(ms, 100);
    expect(from * 100).toBeLessThanOrEqual(Math.max(0, ms - 10_000));
    expect(to * 100).toBeGreaterThanOrEqual(ms + 10_000);
    expect(to * 100).toBeGreaterThanOrEqual(Math.floor(ms / 10_000 + 1) * 10_000);
    expect(to - from).toBeLessThanOrEqual(240);
  }
});

test('what plays is the gapless run of one rendition around the playhead, and its sound; it starts at a key frame, at most 3 s back', () => {
  const sound = parts('a128', 100, 300);
  expect(run([...parts('v720', 100, 300), ...sound], 25_300)).toMatchObject({
    from: 100,
    to: 300,
    video: 'v720',
    startMs: 24_000,
  });
  const switched = [...parts('v360', 100, 240), ...parts('v720', 240, 300), ...sound];
  expect(run(switched, 25_300)).toMatchObject({ from: 240, to: 300, video: 'v720', startMs: 24_000 });
  const holed = [...parts('v720', 100, 262), ...parts('v720', 270, 300), ...sound];
  expect(run(holed, 22_000)).toMatchObject({ to: 262, startMs: 20_000 });
});

test('who left at the live edge, with nothing ahead, sees the last seconds once more', () => {
  const held = [...parts('v720', 140, 253), ...parts('a128', 140, 253)];
  expect(run(held, 25_300)).toMatchObject({ from: 140, to: 253, startMs: 14_000 });
});

test('a playhead outside of what is kept, sound without its picture, and nothing at all do not play', () => {
  expect(run([...parts('v720', 100, 200), ...parts('a128', 100, 200)], 25_300)).toBeUndefined();
  expect(run([], 25_300)).toBeUndefined();
  expect(run([...parts('v720', 240, 300), ...parts('a128', 100, 200)], 25_300)).toBeUndefined();
  expect(run(parts('v720', 240, 300), 25_300)).toMatchObject({ video: 'v720' });
});

test('over the budget the broadcasts that were watched longest ago give way, never the one that is on', () => {
  const kept = [
    { id: 'new', savedAtMs: 30, bytes: 80 },
    { id: 'old', savedAtMs: 10, bytes: 80 },
    { id: 'on', savedAtMs: 5, bytes: 80 },
  ];
  expect(keptTooMuch(kept, 240, 'on')).toEqual([]);
  expect(keptTooMuch(kept, 200, 'on')).toEqual(['old']);
  expect(keptTooMuch(kept, 10, 'on')).toEqual(['old', 'new']);
});

test('in memory one rendition of each part stays, and nothing outside the window', () => {
  const ring = new MediaRing();
  const bytes = (size: number) => new Uint8Array(size);
  ring.add('video', 'v360', 5, bytes(1));
  ring.add('video', 'v720', 5, bytes(2));
  ring.add('audio', 'a128', 5, bytes(3));
  ring.add('video', 'v720', 9, bytes(4));
  const names = (found: readonly KeptPart[]) => found.map(({ track, part }) => `${track}/${part}`);
  expect(names(ring.within({ from: 0, to: 10 }))).toEqual(['v720/5', 'a128/5', 'v720/9']);
  ring.keepOnly({ from: 6, to: 10 });
  expect(names(ring.within({ from: 0, to: 10 }))).toEqual(['v720/9']);
});

const facts = {
  id: 'abcdefgh12345678',
  title: 'type="dynamic" & <Period>',
  availabilityStartMs: 1_795_000_000_000,
  publishMs: 1_795_000_000_000,
  grid: DEFAULT_GRID,
  tracks: [
    {
      kind: 'video',
      id: 'v360',
      codecs: 'avc1.64001e',
      width: 640,
      height: 360,
      frameRate: 30,
      bitrateBps: 700_000,
      timescale: 90_000,
    },
  ],
  cuts: [],
} as const;
const FOLDER = 'https://example.org/live/abcdefgh12345678/';

test('a kept live manifest asks nobody for the time or for another manifest, and has no end', () => {
  const manifest = liveMpd(facts, { kind: 'pieces', pieces: 100 }, 'https://example.org/time');
  const offline = offlineManifest(manifest, FOLDER);
  expect(offline).toMatch(/<MPD[^>]*type="static"[^>]*mediaPresentationDuration="PT86400S"/);
  expect(offline).not.toMatch(/<MPD[^>]*(?:dynamic|minimumUpdatePeriod)/);
  expect(offline).not.toMatch(/UTCTiming|ServiceDescription/);
  expect(offline).toContain(`<BaseURL>${FOLDER}</BaseURL><Period`);
  expect(offline).toContain('SegmentSequenceProperties');
});

test('a kept manifest of a recording keeps its length, and its names become absolute', () => {
  const manifest = staticMpd(facts, 61_500);
  expect(offlineManifest(manifest, FOLDER)).toBe(manifest.replace('<Period', `<BaseURL>${FOLDER}</BaseURL><Period`));
});
