import { expect, test } from '@playwright/test';
import { checkPart } from '../../src/package/check-part.ts';
import { writePart } from '../../src/package/cmaf-part.ts';
import { AudioAssembler, type ClosedPart, VideoAssembler } from '../../src/package/part-assembler.ts';
import {
  AUDIO_TIMESCALE,
  FRAME_RATES,
  firstSlotOfPart,
  type Grid,
  isKeySlot,
  slotTicks,
  VIDEO_TIMESCALE,
} from '../../src/protocol/grid.ts';
import { millis } from '../../src/protocol/time.ts';

const DATA = Uint8Array.of(1, 2, 3);
const defaults = { duration: 0, size: 0, flags: 0 };

function accepted(closed: ClosedPart, kind: 'video' | 'audio', grid: Grid) {
  const { partsPerSegment } = grid;
  const { part, samples } = closed;
  const bytes = writePart({ kind, part, partsPerSegment, capturedAtMs: millis(0), samples });
  const trackNumber = kind === 'video' ? 1 : 2;
  const timescale = kind === 'video' ? VIDEO_TIMESCALE : AUDIO_TIMESCALE;
  return checkPart(bytes, { kind, trackNumber, timescale, defaults, grid, part });
}

for (const frameRate of FRAME_RATES) {
  test(`GRID3: ${frameRate} frames a second close every part with its last slot, and the origin's check takes it`, () => {
    const grid: Grid = { partsPerSegment: 100, gopSeconds: 2, frameRate };
    const assembler = new VideoAssembler('v720', grid);
    const parts: ClosedPart[] = [];
    for (let slot = 0; slot < frameRate * 20; slot++) {
      const part = assembler.add(slot, isKeySlot(slot, grid), DATA);
      if (part !== undefined) parts.push(part);
    }
    expect(parts.map((part) => part.part)).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(assembler.flush()).toBeUndefined();
    for (const part of parts) expect(accepted(part, 'video', grid)).toMatchObject({ kind: 'ok' });
  });
}

test('the one-frame preset closes a part with every frame', () => {
  const grid: Grid = { partsPerSegment: 300, gopSeconds: 1, frameRate: 30 };
  const assembler = new VideoAssembler('v360', grid);
  const parts = Array.from({ length: 300 }, (_, slot) => assembler.add(slot, isKeySlot(slot, grid), DATA));
  expect(parts.map((part) => part?.part)).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

test('PART4: a key of an encoder that was started anew is no entry point', () => {
  const grid: Grid = { partsPerSegment: 100, gopSeconds: 2, frameRate: 30 };
  const assembler = new VideoAssembler('v720', grid);
  for (const slot of [0, 1, 2]) assembler.add(slot, slot === 0, DATA);
  const part = [3, 4, 5].map((slot) => assembler.add(slot, slot === 3, DATA))[2];
  expect(part?.samples.map((sample) => sample.isKey)).toEqual([false, false, false]);
  expect(part === undefined ? undefined : accepted(part, 'video', grid)).toMatchObject({ kind: 'ok' });
});

test('PART3 a slot that is left out makes the frame before it last longer; its part still closes with its last slot', () => {
  for (const frameRate of FRAME_RATES) {
    const grid: Grid = { partsPerSegment: 100, gopSeconds: 2, frameRate };
    const assembler = new VideoAssembler('v720', grid);
    for (let part = 0, slot = 0; part < 100; part++) {
      const closed: (ClosedPart | undefined)[] = [];
      const first = slot;
      const end = firstSlotOfPart(part + 1, frameRate, 100);
      // One part with every slot, one with every other, one with the first alone.
      for (; slot < end; slot++)
        closed.push(
          slot > first && part % 3 > 0 && (slot - first) % (2 * part) !== 0
            ? assembler.leaveOut()
            : assembler.add(slot, isKeySlot(slot, grid), DATA),
        );
      expect(closed.slice(0, -1).every((one) => one === undefined)).toBe(true);
      const last = closed.at(-1);
      expect(last?.part).toBe(part);
      if (last !== undefined)
        expect(accepted(last, 'video', grid)).toMatchObject({ endTicks: slotTicks(end, frameRate) });
    }
  }
});

test('PART3 the first slot of a part cannot be left out', () => {
  const assembler = new VideoAssembler('v720', { partsPerSegment: 100, gopSeconds: 2, frameRate: 30 });
  expect(() => assembler.leaveOut()).toThrow(/begins a part/);
  assembler.add(0, true, DATA);
  assembler.leaveOut();
  expect(assembler.leaveOut()?.samples).toHaveLength(1);
  expect(assembler.nextSlot).toBe(3);
  expect(() => assembler.leaveOut()).toThrow(/begins a part/);
});

test('a lost slot is an error, never a hole', () => {
  const assembler = new VideoAssembler('v720', { partsPerSegment: 100, gopSeconds: 2, frameRate: 30 });
  assembler.add(0, true, DATA);
  expect(() => assembler.add(2, false, DATA)).toThrow(/lost a frame/);
});

test('GRID5: sound closes every part with its last frame by arithmetic; parts of one frame exist in the preset', () => {
  for (const partsPerSegment of [100, 300] as const) {
    const grid: Grid = { partsPerSegment, gopSeconds: 2, frameRate: 30 };
    const assembler = new AudioAssembler('a128', partsPerSegment);
    const parts: ClosedPart[] = [];
    for (let i = 0; i < 938; i++) {
      const part = assembler.add(DATA);
      if (part !== undefined) parts.push(part);
    }
    expect(parts.map((part) => part.part)).toEqual(Array.from({ length: 2 * partsPerSegment }, (_, i) => i));
    for (const part of parts) expect(accepted(part, 'audio', grid)).toMatchObject({ kind: 'ok' });
  }
});
