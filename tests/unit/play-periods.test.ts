import { expect, test } from '@playwright/test';
import { joinPeriods, tracksAt } from '../../src/play/joined-periods.ts';
import { nearestKey } from '../../src/play/key-grid.ts';
import { decideAmong } from '../../src/play/quality.ts';

const set = (id: number, tracks: readonly string[]): string =>
  `<AdaptationSet id="${id}" contentType="${id === 1 ? 'video' : 'audio'}"><SegmentTemplate duration="10000" startNumber="0"/>${tracks
    .map((track) =>
      id === 1
        ? `<Representation id="${track}" bandwidth="1"/>`
        : `<Representation id="${track}"><Label/></Representation>`,
    )
    .join('')}</AdaptationSet>`;
const period = (id: string, times: string, pictures: readonly string[]): string =>
  `<Period id="${id}" ${times}>${set(1, pictures)}${set(2, ['a'])}</Period>`;
const mpd = (type: string, ...periods: readonly string[]): string =>
  `<?xml version="1.0"?><MPD type="${type}" id="x">${periods.join('\n')}<UTCTiming/></MPD>`;

const ALL = ['v3', 'v2', 'v1'];

test('Periods without a hole between them are one, with every representation, and it is told which are there when', () => {
  const live = mpd(
    'dynamic',
    period('p0', 'start="PT0S" duration="PT30S"', ['v3', 'v1']),
    period('p3', 'start="PT30S" duration="PT20S"', ALL),
    period('p5', 'start="PT50S"', ['v3', 'v1']),
  );
  const { text, stretches } = joinPeriods(live);
  expect(text.match(/<Period\b[^>]*>/g)).toEqual(['<Period id="p0" start="PT0S">']);
  expect([...text.matchAll(/<Representation id="(\w+)"/g)].map(([, id]) => id)).toEqual(['v3', 'v1', 'v2', 'a']);
  expect(text.match(/<AdaptationSet /g)?.length).toBe(text.match(/<\/AdaptationSet>/g)?.length);
  expect(text.endsWith('<UTCTiming/></MPD>')).toBe(true);
  const there = (ms: number) => tracksAt(stretches, ms, 90_000);
  expect([there(29_999), there(30_000), there(50_000)]).toEqual([
    ['v3', 'v1', 'a'],
    ['v3', 'v2', 'v1', 'a'],
    ['v3', 'v1', 'a'],
  ]);
});

test('a quality that is to go at a moment still to come is left at once; one that comes is not there before', () => {
  const stretches = [
    { fromMs: 0, tracks: ['v2', 'v1', 'a'] },
    { fromMs: 30_000, tracks: ['v1', 'a'] },
    { fromMs: 50_000, tracks: ['v2', 'v1', 'a'] },
  ];
  const there = (mediaMs: number, nowMs: number) => tracksAt(stretches, mediaMs, nowMs)?.join();
  expect(there(22_000, 23_000)).toBe('v1,a');
  expect(there(22_000, 30_000)).toBe('v2,v1,a');
  expect(there(44_000, 45_000)).toBe('v1,a');
  expect(there(50_000, 51_000)).toBe('v2,v1,a');
});

test('a hole stays the edge of a Period, and a Period that ends keeps its length', () => {
  const live = mpd(
    'dynamic',
    period('p0', 'start="PT0S" duration="PT10S"', ALL),
    period('p1', 'start="PT10S" duration="PT12.5S"', ['v1']),
    period('p4', 'start="PT40S"', ALL),
  );
  expect(joinPeriods(live).text.match(/<Period\b[^>]*>/g)).toEqual([
    '<Period id="p0" start="PT0S" duration="PT22.5S">',
    '<Period id="p4" start="PT40S">',
  ]);
});

test('a recording, one Period, and what is not understood stay as they are', () => {
  const two = [period('p0', 'start="PT0S" duration="PT30S"', ALL), period('p3', 'start="PT30S"', ALL)] as const;
  const odd = mpd('dynamic', two[0], period('p3', 'start="P1D"', ALL));
  const uneven = mpd('dynamic', two[0], `<Period id="p3" start="PT30S">${set(1, ALL)}</Period>`);
  for (const text of [mpd('static', ...two), mpd('dynamic', two[1]), odd, uneven, ''])
    expect(joinPeriods(text)).toEqual({ text, stretches: [] });
  expect(tracksAt([], 5, 5)).toBeUndefined();
});

test('among the rungs that are there, what plays is kept, or the next lower one takes its place', () => {
  const keep = (rung: number) => rung;
  expect(decideAmong([true, true, true], 2, [1, 2, 3], keep)).toBe(2);
  expect(decideAmong([true, false, true], 1, [1, 2, 3], keep)).toBe(0);
  expect(decideAmong([false, false, true], 0, [1, 2, 3], keep)).toBe(2);
  expect(decideAmong([false, false, false], 1, [1, 2, 3], keep)).toBe(1);
  expect(decideAmong([true, false, true], 0, [1, 2, 3], (_, ladder) => ladder.indexOf(3))).toBe(2);
  expect([nearestKey(29_930, 2), nearestKey(30_004, 2), nearestKey(28_100, 2)]).toEqual([30_000, 30_000, 28_000]);
});
