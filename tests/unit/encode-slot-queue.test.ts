import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { MAX_IN_FLIGHT, MAX_WAIT_MS, SlotQueue } from '../../src/encode/slot-queue.ts';
import { DEFAULT_GRID, FRAME_RATES, type FrameRate, type Grid, isFirstSlotOfPart } from '../../src/protocol/grid.ts';

/** For `slots` slots the encoder makes `fps` pictures a second; at the start of the phase it may lose what it has. */
interface Phase {
  readonly slots: number;
  readonly fps: number;
  readonly isLosing?: boolean;
}

interface Run {
  /** In the order in which they came out. */
  readonly made: readonly number[];
  readonly leftOut: ReadonlySet<number>;
  /** For each slot's moment, how many slots the oldest that has not come out was behind. */
  readonly behind: readonly number[];
}

/** A camera of a steady rate, and one encoder; what is still waiting in the end is made. */
function run(frameRate: FrameRate, phases: readonly Phase[]): Run {
  const queue = new SlotQueue({ ...DEFAULT_GRID, frameRate });
  const made: number[] = [];
  const leftOut = new Set<number>();
  const behind: number[] = [];
  let inside: number[] = [];
  let credit = 0;
  const takeWaiting = (): void => {
    for (let turn = queue.take(inside.length); turn !== undefined; turn = queue.take(inside.length)) {
      inside.push(turn.slot);
      for (const slot of turn.leftOut) leftOut.add(slot);
    }
  };
  const work = (pictures: number): void => {
    credit += pictures;
    for (; credit >= 1 && inside.length > 0; credit--) {
      made.push(...inside.splice(0, 1));
      takeWaiting();
    }
    if (inside.length === 0) credit = 0;
  };
  let slot = 0;
  for (const { slots, fps, isLosing = false } of phases) {
    if (isLosing) {
      queue.putBack(inside);
      inside = [];
      takeWaiting();
    }
    for (let i = 0; i < slots; i++, slot++) {
      if (queue.offer(slot, inside.length)) inside.push(slot);
      work(fps / frameRate);
      behind.push(slot - (made.at(-1) ?? -1));
    }
  }
  while (inside.length > 0) work(1);
  return { made, leftOut, behind };
}

const anyRate = fc.constantFrom(...FRAME_RATES);
const anyPhases = fc.array(
  fc.record({ slots: fc.nat(400), fps: fc.double({ min: 0, max: 120, noNaN: true }), isLosing: fc.boolean() }),
  { minLength: 1, maxLength: 8 },
);

test('an encoder that is full delays slots and keeps their order', () => {
  const queue = new SlotQueue(DEFAULT_GRID, 2);
  expect(queue.offer(0, 0)).toBe(true);
  expect(queue.offer(1, 1)).toBe(true);
  expect(queue.offer(2, 2)).toBe(false);
  // Room is back, but slot 2 comes first.
  expect(queue.offer(3, 1)).toBe(false);
  queue.putBack([0, 1]);
  expect(queue.take(2)).toBeUndefined();
  const taken = [queue.take(0), queue.take(0), queue.take(0), queue.take(0), queue.take(0)];
  expect(taken.map((turn) => turn?.slot)).toEqual([0, 1, 2, 3, undefined]);
});

test('PART3 whatever the encoder does, every slot is made in order or left out, never the first of a part', () => {
  fc.assert(
    fc.property(anyRate, anyPhases, (frameRate, phases) => {
      const { made, leftOut } = run(frameRate, phases);
      const slots = phases.reduce((sum, phase) => sum + phase.slots, 0);
      expect(made).toEqual([...made].sort((a, b) => a - b));
      expect([...made, ...leftOut].sort((a, b) => a - b)).toEqual(Array.from({ length: slots }, (_, slot) => slot));
      expect([...leftOut].filter((slot) => isFirstSlotOfPart(slot, frameRate, 100))).toEqual([]);
    }),
  );
});

test('nothing is left out as long as no slot has waited for two seconds', () => {
  fc.assert(
    fc.property(anyRate, anyPhases, (frameRate, phases) => {
      const { leftOut, behind } = run(frameRate, phases);
      if (Math.max(0, ...behind) <= (MAX_WAIT_MS * frameRate) / 1000) expect(leftOut.size).toBe(0);
    }),
  );
});

test('an encoder that makes ten pictures a second or more is never more than two seconds behind, but for what is in it', () => {
  const phases = fc.array(fc.record({ slots: fc.nat(900), fps: fc.double({ min: 10.01, max: 90, noNaN: true }) }), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(anyRate, phases, (frameRate, all) => {
      const most = ((MAX_WAIT_MS / 1000 + (MAX_IN_FLIGHT + 2) / 10) * frameRate) | 0;
      expect(Math.max(0, ...run(frameRate, all).behind)).toBeLessThanOrEqual(most);
    }),
  );
});

test('a lasting overload costs pictures and not time: half a second behind, with all the pictures the encoder can make', () => {
  const seconds = 30;
  const { leftOut, behind } = run(30, [{ slots: 30 * seconds, fps: 16 }]);
  expect(Math.max(...behind.slice(300))).toBeLessThanOrEqual(15);
  expect(leftOut.size).toBeGreaterThan(10 * 14);
  expect(leftOut.size).toBeLessThan(seconds * 14 + 30);
});

test('a machine that is free again has every picture at once', () => {
  const { leftOut } = run(30, [
    { slots: 600, fps: 12 },
    { slots: 300, fps: 90 },
  ]);
  expect(Math.max(...leftOut)).toBeLessThan(606);
});

test('after a lasting overload a short one leaves pictures out at once, until there was none for ten seconds', () => {
  const after = (calmSlots: number): number => {
    const begin = 600 + calmSlots;
    const { leftOut } = run(30, [
      { slots: 600, fps: 12 },
      { slots: calmSlots, fps: 90 },
      { slots: 30, fps: 12 },
      { slots: 60, fps: 90 },
    ]);
    return [...leftOut].filter((slot) => slot >= begin).length;
  };
  expect(after(200)).toBeGreaterThan(0);
  expect(after(330)).toBe(0);
});

test('parts of one picture have none to spare', () => {
  const grid: Grid = { partsPerSegment: 300, gopSeconds: 1, frameRate: 30 };
  const queue = new SlotQueue(grid);
  for (let slot = 0; slot < 200; slot++) queue.offer(slot, MAX_IN_FLIGHT);
  expect(queue.take(0)).toEqual({ slot: 0, leftOut: [] });
  expect(queue.isLeavingOut).toBe(false);
});
