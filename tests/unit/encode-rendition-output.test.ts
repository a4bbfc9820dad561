import { expect, test } from '@playwright/test';
import { MAX_IN_FLIGHT } from '../../src/encode/slot-queue.ts';
import type { ClosedPart } from '../../src/package/part-assembler.ts';
import { DEFAULT_GRID } from '../../src/protocol/grid.ts';
import { RenditionOutput } from '../../workers/rendition-output.ts';

/** Three slots to a part, 300 to a segment. */
const grid = { ...DEFAULT_GRID, frameRate: 30 } as const;
const rendition = { track: 'v720', width: 1280, height: 720, bitrateBps: 2_500_000 };
const SPS = [0x67, 1, 2, 3];
const PPS = [0x68, 9];
const avcC = Uint8Array.of(1, 1, 2, 3, 0xff, 0xe1, 0, SPS.length, ...SPS, 1, 0, PPS.length, ...PPS);

interface Opened {
  readonly output: RenditionOutput;
  readonly parts: ClosedPart[];
}
function open(over: { firstPart?: number; isResting?: boolean } = {}): Opened {
  const parts: ClosedPart[] = [];
  const onPart = (part: ClosedPart) => void parts.push(part);
  return { output: new RenditionOutput({ rendition, grid, firstPart: 0, isResting: false, onPart, ...over }), parts };
}
const frame = (slot: number, isKey = slot % 60 === 0) => ({
  track: 'v720',
  slot,
  isKey,
  data: Uint8Array.of(slot),
  delayMs: 20,
});
/** Hands in and takes out, one at a time; answers with the parts that were closed. */
function make({ output, parts }: Opened, from: number, to: number): readonly number[] {
  const before = parts.length;
  for (let slot = from; slot < to; slot++) if (output.offer(slot, 0, false)) output.add(frame(slot), 20);
  return parts.slice(before).map(({ part }) => part);
}

test('three slots close a part, and what is left is given out at the end', () => {
  const opened = open();
  const { output, parts } = opened;
  expect(make(opened, 0, 8)).toEqual([0, 1]);
  output.flush();
  const [, , rest] = parts;
  expect(rest?.part).toBe(2);
  expect(rest?.samples).toHaveLength(2);
  expect(output.lastSlot).toBe(7);
});

test('slots that the encoder has no room for wait in order, and those with a picture of their own are counted', () => {
  const { output } = open();
  expect(output.offer(0, MAX_IN_FLIGHT, false)).toBe(false);
  expect(output.offer(1, 0, true), 'behind one that waits').toBe(false);
  expect(output.waiting).toBe(2);
  expect(output.takeWaiting(MAX_IN_FLIGHT)).toBeUndefined();
  expect(output.takeWaiting(0)).toBe(0);
  output.putBack([0]);
  expect([output.takeWaiting(0), output.takeWaiting(0), output.takeWaiting(0)]).toEqual([0, 1, undefined]);
  expect(output.takeStats()).toMatchObject({ framesRepeated: 1, lateShare: 1, leftOutShare: 0 });
});

/** An encoder that stood for 70 slots, two of a part behind the last that came out. */
function standing(): Opened {
  const opened = open();
  make(opened, 0, 4);
  for (let slot = 4; slot < 74; slot++) opened.output.offer(slot, MAX_IN_FLIGHT, slot % 2 === 1);
  return opened;
}
const slotsOf = ({ samples }: ClosedPart): readonly number[] => samples.map(({ duration }) => duration / 3000);

test('a slot that is left out makes the picture before last longer, at once where that has come out', () => {
  const { output, parts } = standing();
  expect(output.takeWaiting(MAX_IN_FLIGHT), 'no room').toBeUndefined();
  expect(parts).toHaveLength(1);
  expect(output.takeWaiting(0)).toBe(6);
  expect(parts.slice(1).map(slotsOf), 'slots 4 and 5 are not waited for').toEqual([[3]]);
  expect(output.isLeavingOut).toBe(true);
  expect(output.lastSlot).toBe(5);
});

test('and in its place where that is still in the encoder', () => {
  const { output, parts } = standing();
  expect([output.takeWaiting(0), output.takeWaiting(1), output.takeWaiting(2)]).toEqual([6, 9, 12]);
  expect(parts).toHaveLength(2);
  output.add(frame(6), 20);
  output.add(frame(9), 20);
  expect(parts.slice(2).map((part) => [part.part, ...slotsOf(part)])).toEqual([
    [2, 3],
    [3, 3],
  ]);
});

test('only pictures count as left out, and the share is of the last ten seconds', () => {
  const { output } = standing();
  for (let slot = output.takeWaiting(0); slot !== undefined; slot = output.takeWaiting(0)) output.add(frame(slot), 20);
  // 4 came out before; of 70 slots that waited 24 begin a part, the newest got its picture too, and half of the others repeat.
  const { framesEncoded, leftOutShare } = output.takeStats();
  expect(framesEncoded).toBe(4 + 23 + 1);
  expect(leftOutShare).toBeCloseTo(23 / (28 + 23), 5);
  for (let second = 1; second < 10; second++) expect(output.takeStats().leftOutShare).toBeGreaterThan(0.4);
  expect(output.takeStats().leftOutShare).toBe(0);
});

test('what an encoder lost after slots between were left out goes on in order', () => {
  const { output, parts } = standing();
  expect([output.takeWaiting(0), output.takeWaiting(1)]).toEqual([6, 9]);
  output.putBack([6, 9]);
  for (let slot = output.takeWaiting(0); slot !== undefined; slot = output.takeWaiting(0)) output.add(frame(slot), 20);
  output.flush();
  expect(parts.flatMap(slotsOf).reduce((sum, slots) => sum + slots, 0)).toBe(74);
});

test('a key frame carries the parameter sets of the encoder that made it, other frames none', () => {
  const { output, parts } = open();
  output.describe(avcC);
  for (const slot of [0, 1, 2]) output.add(frame(slot), 20);
  const samples = parts[0]?.samples ?? [];
  expect([...(samples[0]?.data ?? [])]).toEqual([0, 0, 0, 4, ...SPS, 0, 0, 0, 2, ...PPS, 0]);
  expect([...(samples[1]?.data ?? [])]).toEqual([1]);
});

test('a rendition that goes to rest still gives out its old slots, and begins anew at the boundary it comes back at', () => {
  const opened = open({ firstPart: 99 });
  const { output, parts } = opened;
  make(opened, 297, 299);
  expect(output.offer(299, 0, false)).toBe(true);
  output.change(false, 300, 300);
  expect(output.isMade).toBe(false);
  expect(output.offer(300, 0, false)).toBe(false);
  output.change(true, 600, 601);
  expect(output.lastSlot).toBe(600);
  output.add(frame(299), 20);
  expect(parts, 'of before').toEqual([]);
  expect(make(opened, 601, 604)).toEqual([200]);
});

test('a rendition that broke and comes back makes the slots in which viewers were offered it, and no others', () => {
  const opened = open();
  const { output, parts } = opened;
  make(opened, 0, 7);
  expect(output.giveUp()).toBe(true);
  expect(output.giveUp(), 'once').toBe(false);
  expect(output.offer(7, 0, false)).toBe(false);
  output.change(false, 300, 300);
  output.revive();
  expect(output.isMade, 'not before the next boundary').toBe(false);
  // Part 2 was not whole when it broke: it is made from its beginning.
  expect(output.waiting).toBe(300 - 6);
  expect(output.takeWaiting(0)).toBe(6);
  expect(make(opened, 300, 301)).toEqual([]);
  for (const slot of [6, 7, 8]) output.add(frame(slot), 20);
  expect(parts.at(-1)?.part).toBe(2);
  output.change(true, 600, 600);
  expect(output.waiting).toBe(0);
  expect(make(opened, 600, 603)).toEqual([200]);
});

test('one that rested when it broke was offered to nobody: nothing is made for the time before', () => {
  const { output } = open({ isResting: true });
  output.giveUp();
  output.revive();
  expect(output.waiting).toBe(0);
});

test('a broadcast that goes on begins behind what is there', () => {
  const opened = open({ firstPart: 130 });
  expect(opened.output.firstSlot).toBe(390);
  expect(opened.output.offer(389, 0, false)).toBe(false);
  expect(make(opened, 390, 393)).toEqual([130]);
});
