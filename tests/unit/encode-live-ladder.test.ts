import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { BrokenRenditions, brokeAt, isDue } from '../../src/encode/broken-encoder.ts';
import {
  DEFAULT_LADDER_RULES,
  type LadderPressure,
  type LiveLadder,
  nextLadder,
  restOrder,
  startLadder,
} from '../../src/encode/live-ladder.ts';

const rules = DEFAULT_LADDER_RULES;
const CALM: LadderPressure = { encoderBehindMs: 0, line: 'free' };
const BEHIND: LadderPressure = { encoderBehindMs: 900, line: 'free' };
const SLOW: LadderPressure = { encoderBehindMs: 0, line: 'slow' };
const boundaryAfter = (nowMs: number): number => (Math.floor((nowMs + 4000) / 10_000) + 1) * 10_000;

/** One look a second. */
function run(ladder: LiveLadder, fromS: number, toS: number, pressure: LadderPressure, canRest = 2): LiveLadder {
  let now = ladder;
  for (let s = fromS; s < toS; s++) now = nextLadder(now, pressure, s * 1000, boundaryAfter(s * 1000), canRest, rules);
  return now;
}

test('the middle rests first, the dearest of it before the others, then the best; the lightest never', () => {
  const rungs = [1080, 720, 480, 360, 240].map((height) => ({ id: `v${height}`, bitrateBps: height * 1000 }));
  expect(restOrder(rungs)).toEqual(['v720', 'v480', 'v360', 'v1080']);
  expect(restOrder(rungs.slice(0, 2))).toEqual(['v1080']);
  expect(restOrder(rungs.slice(0, 1))).toEqual([]);
});

test('a moment behind changes nothing; three seconds behind let one quality rest', () => {
  let ladder = run(startLadder(0, rules), 0, 20, CALM);
  ladder = run(ladder, 20, 22, BEHIND);
  ladder = run(ladder, 22, 24, CALM);
  expect(ladder.resting).toBe(0);
  ladder = run(ladder, 24, 28, BEHIND);
  expect(ladder).toMatchObject({ resting: 1, reason: 'encoder' });
});

test('the next step waits until the boundary of the one before has shown its effect', () => {
  let ladder = run(startLadder(0, rules), 0, 20, CALM);
  ladder = run(ladder, 20, 34, BEHIND);
  expect(ladder.resting).toBe(1);
  ladder = run(ladder, 34, 45, BEHIND);
  expect(ladder.resting).toBe(2);
  expect(run(ladder, 45, 200, BEHIND).resting).toBe(2);
});

test('a slow line lets one rest, and after a calm minute it comes back; the next regret doubles the minute', () => {
  let ladder = run(startLadder(0, rules), 0, 20, CALM);
  ladder = run(ladder, 20, 21, SLOW);
  expect(ladder).toMatchObject({ resting: 1, reason: 'line' });
  ladder = run(ladder, 21, 89, CALM);
  expect(ladder.resting).toBe(1);
  ladder = run(ladder, 89, 91, CALM);
  expect(ladder).toMatchObject({ resting: 0, reason: undefined });
  ladder = run(ladder, 91, 120, SLOW, 1);
  expect(ladder.resting).toBe(1);
  expect(ladder.calmNeededMs).toBe(2 * rules.calmMs);
});

test('whatever comes, between two changes lie at least five seconds, and never more rests than may', () => {
  const pressure = fc.record({
    encoderBehindMs: fc.constantFrom(0, 0, 300, 500, 3000),
    line: fc.constantFrom('free' as const, 'free' as const, 'busy' as const, 'slow' as const),
  });
  fc.assert(
    fc.property(
      fc.array(pressure, { minLength: 50, maxLength: 400 }),
      fc.integer({ min: 0, max: 4 }),
      (all, canRest) => {
        let ladder = startLadder(0, rules);
        let changedMs = Number.NEGATIVE_INFINITY;
        all.forEach((one, s) => {
          const before = ladder.resting;
          ladder = nextLadder(ladder, one, s * 1000, boundaryAfter(s * 1000), canRest, rules);
          expect(ladder.resting).toBeGreaterThanOrEqual(0);
          expect(ladder.resting).toBeLessThanOrEqual(canRest);
          if (ladder.resting === before) return;
          expect(Math.abs(ladder.resting - before)).toBe(1);
          expect(s * 1000 - changedMs).toBeGreaterThanOrEqual(5000);
          changedMs = s * 1000;
        });
      },
    ),
  );
});

test('a quality without an encoder is tried after a calm minute; each try in vain doubles it, eight minutes at most', () => {
  let broken = brokeAt(0, undefined, rules.calmMs);
  expect(isDue(broken, 59_999)).toBe(false);
  expect(isDue(broken, 60_000)).toBe(true);
  const waits: number[] = [];
  for (let tries = 0; tries < 5; tries++) {
    broken = brokeAt(1_000_000, { kind: 'trying', waitMs: broken.waitMs }, rules.calmMs);
    waits.push(broken.waitMs);
    expect(isDue(broken, 1_000_000 + broken.waitMs - 1)).toBe(false);
    expect(isDue(broken, 1_000_000 + broken.waitMs)).toBe(true);
  }
  expect(waits).toEqual([120_000, 240_000, 480_000, 480_000, 480_000]);
  expect(brokeAt(90_000, { kind: 'back', sinceMs: 60_000, waitMs: 60_000 }, rules.calmMs).waitMs).toBe(120_000);
  expect(brokeAt(120_000, { kind: 'back', sinceMs: 60_000, waitMs: 240_000 }, rules.calmMs).waitMs).toBe(60_000);
  // Not before the boundary at which it is no longer offered.
  expect(brokeAt(0, undefined, 5_000, 14_500)).toMatchObject({ triedFromMs: 14_500, waitMs: 5_000 });
  expect(isDue({ kind: 'back', sinceMs: 0, waitMs: 1 }, 1e9)).toBe(false);
});

test('of the qualities that broke each is tried once, when it is due, and again only after it broke once more', () => {
  const broken = new BrokenRenditions(60_000);
  broken.broke('v720', 0, 30_000);
  broken.broke('v480', 10_000);
  expect(broken.takeDue(59_999)).toEqual([]);
  expect(broken.takeDue(60_000)).toEqual(['v720']);
  expect(broken.takeDue(69_999)).toEqual([]);
  expect(broken.takeDue(70_000)).toEqual(['v480']);
  // In vain for one of them, and not for the other.
  broken.broke('v720', 80_000);
  broken.back('v480', 80_000);
  expect(broken.takeDue(199_999)).toEqual([]);
  expect(broken.takeDue(200_000)).toEqual(['v720']);
  // It held for over a minute: coming back was right, and the next wait is the first one again.
  broken.broke('v480', 300_000);
  expect(broken.takeDue(360_000)).toEqual(['v480']);
});
