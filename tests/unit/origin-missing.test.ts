import { expect, test } from '@playwright/test';
import { missingParts } from '../../src/origin/missing.ts';
import { RangeSet } from '../../src/origin/ranges.ts';

function stored(ranges: Record<string, readonly (readonly [number, number])[]>): (track: string) => RangeSet {
  const sets = new Map(
    Object.entries(ranges).map(([track, list]) => {
      const set = new RangeSet();
      for (const [from, to] of list) set.addRange(from, to);
      return [track, set] as const;
    }),
  );
  return (track) => sets.get(track) ?? new RangeSet();
}

test('API2 nothing is missing while parts come in order, even when one track is a little behind', () => {
  expect(missingParts([], ['v', 'a'], stored({ v: [[0, 120]], a: [[0, 117]] }))).toEqual([]);
  expect(missingParts([], ['v', 'a'], stored({}))).toEqual([]);
});

test('API2 what newer parts have overtaken is missing when any track lacks it', () => {
  const after = stored({
    v: [
      [0, 200],
      [790, 800],
    ],
    a: [
      [0, 195],
      [790, 799],
    ],
  });
  expect(missingParts([], ['v', 'a'], after)).toEqual([{ from: 195, to: 790 }]);
});

test('API2 a declared hole is not missing, nor a track that a cut has dropped', () => {
  const cuts = [
    { fromPart: 200, toPart: 400, tracks: ['v', 'a'] },
    { fromPart: 500, toPart: 500, tracks: ['a'] },
  ];
  const list = stored({
    v: [
      [0, 200],
      [400, 500],
    ],
    a: [
      [0, 200],
      [400, 600],
    ],
  });
  expect(missingParts(cuts, ['v', 'a'], list)).toEqual([]);
  expect(missingParts(cuts, ['v', 'a'], stored({ v: [[0, 100]], a: [[0, 600]] }))).toEqual([
    { from: 100, to: 200 },
    { from: 400, to: 500 },
  ]);
});
