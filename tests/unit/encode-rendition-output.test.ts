import { expect, test } from '@playwright/test';
import { MAX_IN_FLIGHT } from '../../src/encode/slot-queue.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { RenditionOutput } from '../../workers/rendition-output.ts';

/** Three slots to a part, 300 to a segment. */
const grid = { ...DEFAULT_GRID, frameRate: 30 } as const;
const rendition = { track: 'v720', width: 1280, height: 720, bitrateBps: 2_500_000 };
const SPS = [0x67, 1, 2, 3];
const PPS = [0x68, 9];
const avcC = Uint8Array.of(1, 1, 2, 3, 0xff, 0xe1, 0, SPS.length, ...SPS, 1, 0, PPS.length, ...PPS);

const open = (over: { firstPart?: number; isResting?: boolean } = {}): RenditionOutput =>
  new RenditionOutput({ rendition, grid, firstPart: 0, isResting: false, ...over });
const frame = (slot: number, isKey = slot % 60 === 0) => ({
  track: 'v720',
  slot,
  isKey,
  data: Uint8Array.of(slot),
  delayMs: 20,
});
/** Hands in and takes out, one at a time; answers with the parts that were closed. */
function make(output: RenditionOutput, from: number, to: number): readonly (number | undefined)[] {
  const parts: (number | undefined)[] = [];
  for (let slot = from; slot < to; slot++)
    if (output.offer(slot, 0)) {
      const closed = output.add(frame(slot), 20);
      if (closed !== undefined) parts.push(closed.part);
    }
  return parts;
}

test('three slots close a part, and what is left is given out at the end', () => {
  const output = open();
  expect(make(output, 0, 8)).toEqual([0, 1]);
  const rest = output.flush();
  expect(rest?.part).toBe(2);
  expect(rest?.samples).toHaveLength(2);
  expect(output.lastSlot).toBe(7);
});

test('slots that the encoder has no room for wait in order, and are counted as skipped, not left out', () => {
  const output = open();
  expect(output.offer(0, MAX_IN_FLIGHT)).toBe(false);
  expect(output.offer(1, 0), 'behind one that waits').toBe(false);
  expect(output.waiting).toBe(2);
  expect(output.takeWaiting(MAX_IN_FLIGHT)).toBeUndefined();
  expect(output.takeWaiting(0)).toBe(0);
  output.putBack([0]);
  expect([output.takeWaiting(0), output.takeWaiting(0), output.takeWaiting(0)]).toEqual([0, 1, undefined]);
  expect(output.takeStats().framesSkipped).toBe(2);
});

test('a key frame carries the parameter sets of the encoder that made it, other frames none', () => {
  const output = open();
  output.describe(avcC);
  output.add(frame(0), 20);
  output.add(frame(1), 20);
  const samples = output.add(frame(2), 20)?.samples ?? [];
  expect([...(samples[0]?.data ?? [])]).toEqual([0, 0, 0, 4, ...SPS, 0, 0, 0, 2, ...PPS, 0]);
  expect([...(samples[1]?.data ?? [])]).toEqual([1]);
});

test('a rendition that goes to rest still gives out its old slots, and begins anew at the boundary it comes back at', () => {
  const output = open();
  expect(output.offer(299, 0)).toBe(true);
  output.change(false, 300, 300);
  expect(output.isMade).toBe(false);
  expect(output.offer(300, 0)).toBe(false);
  output.change(true, 600, 601);
  expect(output.lastSlot).toBe(600);
  expect(output.add(frame(299), 20), 'of before').toBeUndefined();
  expect(make(output, 601, 604)).toEqual([200]);
});

test('a rendition that broke and comes back makes the slots in which viewers were offered it, and no others', () => {
  const output = open();
  make(output, 0, 7);
  expect(output.giveUp()).toBe(true);
  expect(output.giveUp(), 'once').toBe(false);
  expect(output.offer(7, 0)).toBe(false);
  output.change(false, 300, 300);
  output.revive();
  expect(output.isMade, 'not before the next boundary').toBe(false);
  // Part 2 was not whole when it broke: it is made from its beginning.
  expect(output.waiting).toBe(300 - 6);
  expect(output.takeWaiting(0)).toBe(6);
  expect(make(output, 300, 301)).toEqual([]);
  for (const slot of [6, 7]) output.add(frame(slot), 20);
  expect(output.add(frame(8), 20)?.part).toBe(2);
  output.change(true, 600, 600);
  expect(output.waiting).toBe(0);
  expect(make(output, 600, 603)).toEqual([200]);
});

test('one that rested when it broke was offered to nobody: nothing is made for the time before', () => {
  const output = open({ isResting: true });
  output.giveUp();
  output.revive();
  expect(output.waiting).toBe(0);
});

test('a broadcast that goes on begins behind what is there', () => {
  const output = open({ firstPart: 130 });
  expect(output.firstSlot).toBe(390);
  expect(output.offer(389, 0)).toBe(false);
  expect(make(output, 390, 393)).toEqual([130]);
});
