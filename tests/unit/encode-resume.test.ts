import { expect, test } from '@playwright/test';
import { AudioAligner } from '../../src/encode/audio-aligner.ts';
import { Slotter } from '../../src/encode/slotter.ts';
import { AudioAssembler, VideoAssembler } from '../../src/package/part-assembler.ts';
import {
  DEFAULT_GRID,
  FRAME_RATES,
  firstFrameOfPart,
  firstSlotOfPart,
  PARTS_PER_SEGMENT,
  partOfSlot,
  partOfTicks,
} from '../../src/protocol/grid.ts';
import { micros, ticks } from '../../src/protocol/time.ts';
import { isSameStart } from '../../src/upload/unfinished.ts';

test('GRID3 the first slot and the first sound frame of a part start in it, and the ones before do not', () => {
  for (const partsPerSegment of PARTS_PER_SEGMENT)
    for (let part = 1; part < 700; part += 13) {
      const frame = firstFrameOfPart(part, partsPerSegment);
      expect(partOfTicks(ticks(frame * 1024), 48_000, partsPerSegment)).toBeGreaterThanOrEqual(part);
      expect(partOfTicks(ticks((frame - 1) * 1024), 48_000, partsPerSegment)).toBeLessThan(part);
      for (const frameRate of FRAME_RATES) {
        const slot = firstSlotOfPart(part, frameRate, partsPerSegment);
        expect(partOfSlot(slot, frameRate, partsPerSegment)).toBeGreaterThanOrEqual(part);
        expect(partOfSlot(slot - 1, frameRate, partsPerSegment)).toBeLessThan(part);
      }
    }
});

test('P5 a broadcast that goes on fills every slot from where it stopped; frames from before that are left out', () => {
  const slotter = new Slotter({ frameRate: 30, firstSlot: 126 });
  expect(slotter.onFrame(micros(3_000_000)).frameSlot).toBeUndefined();
  expect(slotter.onClock(micros(10_000_000))).toMatchObject({ repeatFrom: 126, repeatTo: 299 });
  expect(slotter.nextSlot).toBe(299);
});

test('P5 its pictures keep their numbers, and a key off the grid is no place to join (PART4)', () => {
  const assembler = new VideoAssembler('v360', DEFAULT_GRID, 126);
  expect(assembler.add(126, true, new Uint8Array(1))).toBeUndefined();
  assembler.add(127, false, new Uint8Array(1));
  const closed = assembler.add(128, false, new Uint8Array(1));
  expect(closed?.part).toBe(42);
  expect(closed?.samples.map((sample) => [sample.start, sample.isKey])).toEqual([
    [126 * 3000, false],
    [127 * 3000, false],
    [128 * 3000, false],
  ]);
  expect(() => new VideoAssembler('v360', DEFAULT_GRID, 126).add(0, true, new Uint8Array(1))).toThrow('lost a frame');
});

test('P5 its sound is silent until the microphone is back, and starts on the frame after the last', () => {
  const first = firstFrameOfPart(40, 100);
  const aligner = new AudioAligner(1, first * 1024);
  const early = aligner.push([new Float32Array(480).fill(1)], micros(1_000_000));
  expect(early).toEqual([]);
  expect(aligner.produced).toBe(first * 1024);
  const frames = aligner.push([new Float32Array(4800).fill(1)], micros(5_000_000));
  const heard = frames.flatMap(([channel]) => [...(channel ?? [])]);
  expect(heard.indexOf(1)).toBe(240_000 - first * 1024);
  const assembler = new AudioAssembler('a128', 100, first);
  let closed = assembler.add(new Uint8Array(1));
  while (closed === undefined) closed = assembler.add(new Uint8Array(1));
  expect([closed.part, closed.samples[0]?.start]).toEqual([40, first * 1024]);
});

test('only init segments that are equal byte by byte let a broadcast go on', () => {
  const request = { availabilityStartMs: 0, grid: DEFAULT_GRID, tracks: [] };
  const start = (...bytes: number[]) => ({ request, inits: [{ track: 'v360', bytes: Uint8Array.from(bytes) }] });
  expect(isSameStart(start(1, 2), start(1, 2))).toBe(true);
  expect(isSameStart(start(1, 2), start(1, 3))).toBe(false);
  expect(isSameStart(start(1, 2), start(1))).toBe(false);
  expect(isSameStart(start(1, 2), { request, inits: [] })).toBe(false);
});
