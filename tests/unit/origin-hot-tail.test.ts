import { expect, test } from '@playwright/test';
import { MemoryHotTail } from '../../src/origin/hot-tail.ts';
import { FakeClock } from './origin-test-clock.ts';

const tailOf = (maxWaiters = 100, keptParts = 4) => {
  const clock = new FakeClock(0);
  const budget = { maxWaiters, waiting: 0 };
  return { clock, budget, tail: new MemoryHotTail({ clock, budget, keptParts }) };
};

test('ten thousand who wait for one part share one timer and one Buffer', () => {
  const { tail, clock, budget } = tailOf(10_000);
  const bytes = Buffer.from('part');
  const seen: (Buffer | undefined)[] = [];
  for (let i = 0; i < 10_000; i++) tail.waitFor('v360', 7, 1000, () => seen.push(tail.get('v360', 7)));
  expect(clock.timerCount).toBe(1);
  expect(tail.waitFor('v360', 7, 1000, () => {})).toBeUndefined();
  tail.put('v360', 7, bytes);
  expect(seen.length).toBe(10_000);
  expect(seen.every((found) => found === bytes)).toBe(true);
  expect([budget.waiting, clock.timerCount]).toEqual([0, 0]);
});

test('a wait ends at its time, and the earliest time counts for all', () => {
  const { tail, clock } = tailOf();
  const looks: string[] = [];
  tail.waitFor('v360', 1, 2000, () => looks.push('late'));
  tail.waitFor('v360', 1, 1000, () => looks.push('early'));
  clock.advance(999);
  expect(looks).toEqual([]);
  clock.advance(1);
  expect(looks).toEqual(['late', 'early']);
});

test('who leaves is not called, frees its place and the last one the timer', () => {
  const { tail, clock, budget } = tailOf();
  let calls = 0;
  const stop = tail.waitFor('v360', 1, 1000, () => calls++);
  tail.waitFor('v360', 1, 1000, () => calls++)?.();
  stop?.();
  stop?.();
  expect([budget.waiting, clock.timerCount]).toEqual([0, 0]);
  tail.put('v360', 1, Buffer.alloc(1));
  expect(calls).toBe(0);
});

test('who waits again while being called is not called twice for one part', () => {
  const { tail } = tailOf();
  let calls = 0;
  const look = (): void => {
    calls++;
    tail.waitFor('v360', 2, 1000, look);
  };
  tail.waitFor('v360', 1, 1000, look);
  tail.put('v360', 1, Buffer.alloc(1));
  expect(calls).toBe(1);
  tail.put('v360', 2, Buffer.alloc(1));
  expect(calls).toBe(2);
});

test('any part of the track wakes who waits for any, and another track does not', () => {
  const { tail } = tailOf();
  let calls = 0;
  tail.waitForAny('v360', 1000, () => calls++);
  tail.put('a128', 5, Buffer.alloc(1));
  expect(calls).toBe(0);
  tail.put('v360', 9, Buffer.alloc(1));
  expect(calls).toBe(1);
});

test('only the newest parts are kept, back-fill included, also over a jump', () => {
  const { tail } = tailOf();
  const kept = (): number[] => Array.from({ length: 40 }, (_, i) => i).filter((i) => tail.get('v360', i) !== undefined);
  for (const part of [0, 1, 2, 3, 4, 5]) tail.put('v360', part, Buffer.alloc(1));
  expect(kept()).toEqual([2, 3, 4, 5]);
  tail.put('v360', 8, Buffer.alloc(1));
  expect(kept()).toEqual([5, 8]);
  tail.put('v360', 6, Buffer.alloc(1));
  tail.put('v360', 1, Buffer.alloc(1));
  expect(kept()).toEqual([5, 6, 8]);
  tail.put('v360', 30, Buffer.alloc(1));
  expect(kept()).toEqual([30]);
});

test('a change of state wakes everybody', () => {
  const { tail, budget } = tailOf();
  let calls = 0;
  tail.waitFor('v360', 1, 1000, () => calls++);
  tail.waitFor('a128', 2, 1000, () => calls++);
  tail.waitForAny('a128', 1000, () => calls++);
  tail.wakeAll();
  expect([calls, budget.waiting]).toEqual([3, 0]);
});
