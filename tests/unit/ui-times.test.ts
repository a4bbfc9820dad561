import { expect, test } from '@playwright/test';
import type { BroadcastDetail } from '../../src/protocol/broadcast.ts';
import { deviceNameOf } from '../../src/ui/device-name.ts';
import { nextPage } from '../../src/ui/next-page.ts';
import {
  linkFrom,
  mediaTimeText,
  parseMediaTime,
  startWish,
  typedMediaMs,
  typedWallMs,
  wishedMs,
} from '../../src/ui/start-wish.ts';

const STARTED = Date.UTC(2026, 10, 3, 12);
const detail = (state: BroadcastDetail['state'], durationMs: number): BroadcastDetail => ({
  id: 'abcdefgh12345678',
  title: '',
  state,
  startedAt: STARTED,
  durationMs,
  posterUrl: null,
  visibility: 'public',
  isOwn: false,
  viewers: 0,
  upload: null,
  grid: null,
  tracks: [],
  cuts: [],
  missing: [],
  strips: [],
});

test('?t= is media time, ?at= is Unix seconds, and anything else asks for nothing', () => {
  expect(startWish('?t=1h2m3s')).toEqual({ kind: 'media', ms: 3_723_000 });
  expect(startWish('?t=90')).toEqual({ kind: 'media', ms: 90_000 });
  expect(startWish('?t=0')).toEqual({ kind: 'media', ms: 0 });
  expect(startWish('?at=1793707200')).toEqual({ kind: 'wall', atMs: 1_793_707_200_000 });
  for (const search of ['', '?t=', '?t=-5', '?t=abc', '?at=soon', '?t=1e9', '?at=-3'])
    expect(startWish(search), search).toEqual({ kind: 'none' });
});

test('a wish beyond the end is the end, before the start the start, and a moment means the same after the live', () => {
  const moment = { kind: 'wall', atMs: STARTED + 125_000 } as const;
  expect(wishedMs(moment, detail('live', 0), STARTED + 300_000)).toBe(125_000);
  expect(wishedMs(moment, detail('sealed', 400_000), STARTED + 9_000_000)).toBe(125_000);
  expect(wishedMs({ kind: 'media', ms: 900_000 }, detail('ended', 400_000), STARTED)).toBe(399_000);
  expect(wishedMs({ kind: 'wall', atMs: 0 }, detail('ended', 400_000), STARTED)).toBe(0);
  expect(wishedMs({ kind: 'none' }, detail('ended', 400_000), STARTED)).toBeUndefined();
});

test('a shared link says wall time while live and media time afterwards, and is read back', () => {
  const page = 'https://a.example/watch/abcdefgh12345678?t=5#x';
  expect(linkFrom(page, 3_723_900, STARTED, false)).toBe('https://a.example/watch/abcdefgh12345678?t=1h2m3s');
  const live = linkFrom(page, 60_000, STARTED, true);
  expect(startWish(new URL(live).search)).toEqual({ kind: 'wall', atMs: STARTED + 60_000 });
  for (const ms of [0, 40_000, 60_000, 125_000, 3_600_000, 3_723_000])
    expect(parseMediaTime(mediaTimeText(ms)), mediaTimeText(ms)).toBe(ms);
});

test('typed times are hours, minutes and seconds; a time of day is the last one before now', () => {
  expect(typedMediaMs('1:02:03')).toBe(3_723_000);
  expect(typedMediaMs(' 4:05 ')).toBe(245_000);
  expect(typedMediaMs('75')).toBe(75_000);
  expect(typedMediaMs('soon')).toBeUndefined();
  const noon = new Date(2026, 10, 3, 12, 0, 0).getTime();
  expect(typedWallMs('12:05', noon, noon + 600_000)).toBe(300_000);
  expect(typedWallMs('12:05:30', noon, noon + 600_000)).toBe(330_000);
  expect(typedWallMs('11:59', noon, noon + 600_000)).toBeUndefined();
  expect(typedWallMs('25:00', noon, noon + 600_000)).toBeUndefined();
});

test('a log-in leads on to pages of this origin only', () => {
  expect(nextPage('?next=/studio')).toBe('/studio');
  expect(nextPage('?next=/watch/abcdefgh12345678')).toBe('/watch/abcdefgh12345678');
  for (const wanted of ['//elsewhere.example', 'https://elsewhere.example', '/watch/../admin', 'javascript:1', '/api'])
    expect(nextPage(`?next=${encodeURIComponent(wanted)}`), wanted).toBeUndefined();
});

test('a device has the name that a person would give it', () => {
  const android = 'Mozilla/5.0 (Linux; Android 16; Pixel) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36';
  expect(deviceNameOf(android)).toBe('Phone');
  expect(deviceNameOf('Mozilla/5.0 (iPad; CPU OS 19 like Mac OS X) Version/19 Safari/605')).toBe('Tablet');
  expect(deviceNameOf('Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0')).toBe(
    'Firefox on Linux',
  );
  expect(deviceNameOf('curl/8')).toBe('A browser on a computer');
});
