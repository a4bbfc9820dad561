import { expect, test } from '@playwright/test';
import { holeAt, holesIn } from '../../src/play/holes.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';

const cut = (fromPart: number, toPart: number) => ({ fromPart, toPart, tracks: ['v360', 'a128'] });

test('a declared hole is a stretch of media time, and a quality that rests is none', () => {
  const cuts = [cut(100, 100), cut(253, 1000), cut(1200, 1400)];
  expect(holesIn({ cuts, grid: DEFAULT_GRID })).toEqual([
    { fromMs: 25_300, toMs: 100_000 },
    { fromMs: 120_000, toMs: 140_000 },
  ]);
  expect(holesIn({ cuts: [cut(759, 3000)], grid: { ...DEFAULT_GRID, partsPerSegment: 300 } })).toEqual([
    { fromMs: 25_300, toMs: 100_000 },
  ]);
  expect(holesIn({ cuts: [], grid: null })).toEqual([]);
});

test('a moment in a hole is found, its end is not in it', () => {
  const holes = [{ fromMs: 25_300, toMs: 100_000 }];
  expect(holeAt(25_299, holes)).toBeUndefined();
  expect(holeAt(25_300, holes)).toEqual(holes[0]);
  expect(holeAt(100_000, holes)).toBeUndefined();
});
