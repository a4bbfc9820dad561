import { expect, test } from '@playwright/test';
import { lineState } from '../../src/upload/line-state.ts';
import { nextParts, planReturn, unsentParts } from '../../src/upload/return-plan.ts';
import { StoredParts } from '../../src/upload/stored-parts.ts';

const GRID = { partsPerSegment: 100 } as const;
const ORIGIN = { stored: { v360: [{ from: 0, to: 40 }], a128: [{ from: 0, to: 38 }] }, cuts: [] };
const KEPT = new Map([
  ['v360', [38, 39, 40, 41]],
  ['a128', [39]],
]);

test('a tab that comes back sends what it kept and the origin lacks, and goes on behind the newest of both', () => {
  expect(unsentParts(ORIGIN, KEPT)).toEqual([
    { track: 'v360', part: 40 },
    { track: 'v360', part: 41 },
    { track: 'a128', part: 39 },
  ]);
  expect(nextParts(['v360', 'a128'], ORIGIN, KEPT)).toEqual({ v360: 42, a128: 40 });
  expect(nextParts(['v360', 'a128'], { stored: {}, cuts: [] }, new Map())).toEqual({ v360: 0, a128: 0 });
});

test('a dead time of up to a minute is filled from where each track stopped', () => {
  const next = { v360: 42, a128: 40 };
  expect(planReturn(next, GRID, 1_000_000, 1_000_000 + 64_000)).toEqual({ kind: 'fill', firstParts: next });
});

test('CUT1 a longer one is one declared hole from the first missing part to the first of a segment ahead', () => {
  expect(planReturn({ v360: 42, a128: 40 }, GRID, 1_000_000, 1_000_000 + 64_001)).toEqual({
    kind: 'hole',
    cut: { fromPart: 40, toPart: 700, tracks: ['v360', 'a128'] },
    firstParts: { v360: 700, a128: 700 },
  });
  // Two seconds before an edge the encoders would not be ready for it.
  expect(planReturn({ v360: 42 }, GRID, 0, 98_000)).toMatchObject({ cut: { toPart: 1100 } });
});

test('a tab that died inside a declared hole goes on behind it', () => {
  const cut = { fromPart: 40, toPart: 700, tracks: ['v360'] };
  expect(nextParts(['v360'], { ...ORIGIN, cuts: [cut] }, KEPT)).toEqual({ v360: 700 });
});

test('the line: reconnecting while nothing is answered, catching up after that, slow only when it never broke', () => {
  expect(lineState('good', { failures: 0, isFull: false, backlogMs: 200, silentMs: 90 })).toBe('good');
  expect(lineState('good', { failures: 1, isFull: false, backlogMs: 200, silentMs: 90 })).toBe('reconnecting');
  expect(lineState('good', { failures: 0, isFull: false, backlogMs: 3_100, silentMs: 3_100 })).toBe('reconnecting');
  expect(lineState('good', { failures: 0, isFull: false, backlogMs: 200, silentMs: 60_000 })).toBe('good');
  expect(lineState('reconnecting', { failures: 0, isFull: false, backlogMs: 9_000, silentMs: 50 })).toBe('catching-up');
  expect(lineState('catching-up', { failures: 0, isFull: false, backlogMs: 9_000, silentMs: 50 })).toBe('catching-up');
  expect(lineState('catching-up', { failures: 0, isFull: false, backlogMs: 1_000, silentMs: 50 })).toBe('good');
  expect(lineState('good', { failures: 0, isFull: false, backlogMs: 9_000, silentMs: 50 })).toBe('slow');
  expect(lineState('good', { failures: 1, isFull: true, backlogMs: 9_000, silentMs: 50 })).toBe('server-full');
  expect(lineState('server-full', { failures: 0, isFull: false, backlogMs: 9_000, silentMs: 50 })).toBe('catching-up');
});

test('TICK5 of what was stored, only what is not durable can be lost by an origin that died, and it is missed part by part', () => {
  const stored = new StoredParts();
  for (const part of [38, 39, 40]) for (const track of ['v360', 'a128']) stored.add({ track, part });
  expect(stored.lostFrom({ v360: [{ from: 0, to: 41 }], a128: [{ from: 0, to: 41 }] })).toEqual([]);
  stored.settle({ v360: [{ from: 0, to: 39 }] });
  expect(stored.lostFrom({ v360: [{ from: 40, to: 41 }], a128: [{ from: 0, to: 40 }] })).toEqual([
    { track: 'v360', part: 39 },
    { track: 'a128', part: 40 },
  ]);
  stored.delete({ track: 'v360', part: 39 });
  expect(stored.lostFrom({})).toEqual([
    { track: 'v360', part: 40 },
    { track: 'a128', part: 38 },
    { track: 'a128', part: 39 },
    { track: 'a128', part: 40 },
  ]);
});
