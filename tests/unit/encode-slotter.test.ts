import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { Slotter } from '../../src/encode/slotter.ts';
import { FRAME_RATES } from '../../src/protocol/grid.ts';
import { micros } from '../../src/protocol/time.ts';

const at = (seconds: number) => micros(seconds * 1_000_000);

/** Feeds frames at the given seconds and says which frame each slot shows; -1 before the first. */
function shown(seconds: readonly number[], frameRate: 24 | 25 | 30 | 50 | 60 = 30): number[] {
  const slotter = new Slotter({ frameRate });
  const slots: number[] = [];
  for (const [i, second] of seconds.entries()) {
    const plan = slotter.onFrame(at(second));
    for (let slot = plan.repeatFrom; slot < plan.repeatTo; slot++) slots.push(i - 1);
    if (plan.frameSlot !== undefined) slots.push(i);
  }
  return slots;
}

test('GRID4: whatever arrives, every slot is filled exactly once and in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.4, noNaN: true }), { minLength: 1, maxLength: 60 }),
      fc.constantFrom(...FRAME_RATES),
      (gaps, frameRate) => {
        const slotter = new Slotter({ frameRate });
        let next = 0;
        let now = 0;
        for (const [i, gap] of gaps.entries()) {
          now += gap;
          const plan = i % 3 === 2 ? slotter.onClock(at(now)) : slotter.onFrame(at(now));
          expect(plan.repeatFrom).toBe(next);
          next = Math.max(plan.repeatFrom, plan.repeatTo);
          if (plan.frameSlot === undefined) continue;
          expect(plan.frameSlot).toBe(next);
          expect(Math.abs(plan.frameSlot - now * frameRate)).toBeLessThan(0.66);
          next++;
        }
        expect(slotter.nextSlot).toBe(next);
      },
    ),
  );
});

test('a camera with jitter of a third of a slot is neither repeated nor left out', () => {
  const seconds = Array.from({ length: 300 }, (_, i) => i / 30 + (i % 2 === 0 ? 0.011 : -0.011));
  seconds[0] = 0;
  expect(shown(seconds)).toEqual(seconds.map((_, i) => i));
});

test('a camera whose phase sits between two slots is not repeated and dropped in turn', () => {
  const seconds = Array.from({ length: 300 }, (_, i) => (i + 0.5 + (i % 2 === 0 ? 0.1 : -0.1)) / 30);
  expect(shown(seconds)).toEqual(seconds.map((_, i) => i));
});

test('a camera that runs 1 % slow is caught up by one repeat in about a hundred slots', () => {
  const seconds = Array.from({ length: 1000 }, (_, i) => (i * 1.01) / 30);
  const slots = shown(seconds);
  expect(slots.length - 1000).toBeGreaterThanOrEqual(9);
  expect(slots.length - 1000).toBeLessThanOrEqual(11);
});

test('a camera that runs 1 % fast loses one frame in about a hundred', () => {
  const slots = shown(Array.from({ length: 1000 }, (_, i) => (i * 0.99) / 30));
  expect(1000 - slots.length).toBeGreaterThanOrEqual(9);
  expect(1000 - slots.length).toBeLessThanOrEqual(11);
});

test('a camera of 20 frames a second fills 30 slots a second', () => {
  const slots = shown(Array.from({ length: 40 }, (_, i) => i / 20));
  expect(slots.length).toBeGreaterThanOrEqual(59);
  expect(slots.length).toBeLessThanOrEqual(60);
});

test('without frames the clock fills slots, and not before its patience is over', () => {
  const slotter = new Slotter({ frameRate: 30, patienceSlots: 1.5 });
  slotter.onFrame(at(0));
  expect(slotter.onClock(at(2.4 / 30))).toMatchObject({ repeatFrom: 1, repeatTo: 1 });
  expect(slotter.onClock(at(2.6 / 30))).toMatchObject({ repeatFrom: 1, repeatTo: 2 });
  expect(slotter.deadline()).toBeCloseTo((3.5 / 30) * 1_000_000, 3);
});

test('the end fills up to the edge of a part', () => {
  const slotter = new Slotter({ frameRate: 30 });
  slotter.onFrame(at(0));
  expect(slotter.finish(3)).toMatchObject({ repeatFrom: 1, repeatTo: 3 });
  expect(slotter.nextSlot).toBe(3);
});
