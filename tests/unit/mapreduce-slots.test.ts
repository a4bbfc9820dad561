import { expect, test } from '@playwright/test';
import fc from 'fast-check';
import { SlotCover, slotReachSeconds } from '../../src/mapreduce/slot-cover.ts';

/** What each slot of the range shows, when decoding starts with the last picture at or before it, as a worker does. */
function shown(times: readonly number[], fromSlot: number, toSlot: number, frameRate: number): number[] {
  const reach = slotReachSeconds(fromSlot, frameRate);
  const first = Math.max(0, times.filter((time) => time < reach).length - 1);
  const cover = new SlotCover<number>({ fromSlot, toSlot, frameRate });
  const slots: number[] = [];
  const take = (one: ReturnType<typeof cover.finish>): void => {
    if (one === undefined) return;
    expect(one.fromSlot).toBe(fromSlot + slots.length);
    for (let slot = one.fromSlot; slot < one.toSlot; slot++) slots.push(one.picture);
  };
  for (let i = first; i < times.length; i++) {
    const time = times[i] ?? 0;
    if (cover.isPast(time)) break;
    take(cover.push(i, time));
  }
  take(cover.finish());
  return slots;
}

for (const frameRate of [24, 25, 30, 50, 60] as const)
  test(`every picture of a steady ${frameRate} per second is shown once and in order, with times in milliseconds`, () => {
    const times = Array.from({ length: frameRate * 20 }, (_, i) => Math.round((i * 1000) / frameRate) / 1000);
    const perSegment = frameRate * 10;
    expect(shown(times, 0, perSegment, frameRate)).toEqual(Array.from({ length: perSegment }, (_, i) => i));
    expect(shown(times, perSegment, 2 * perSegment, frameRate)).toEqual(
      Array.from({ length: perSegment }, (_, i) => perSegment + i),
    );
  });

test('any rhythm: segments made apart are what one pass over the whole makes, without a gap or an overlap', () => {
  const rhythm = fc.array(fc.double({ min: 0.001, max: 1.5, noNaN: true }), { minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(rhythm, fc.constantFrom(24, 25, 30, 50, 60), fc.integer({ min: 1, max: 40 }), (gaps, rate, size) => {
      let at = 0;
      const times = gaps.map((gap) => {
        at += gap;
        return at - (gaps[0] ?? 0);
      });
      const total = Math.floor((times.at(-1) ?? 0) * rate + 0.5) + 1;
      const whole = shown(times, 0, total, rate);
      expect(whole).toHaveLength(total);
      expect(whole.every((picture, i) => i === 0 || picture >= (whole[i - 1] ?? 0))).toBe(true);
      const pieces: number[] = [];
      for (let from = 0; from < total; from += size)
        pieces.push(...shown(times, from, Math.min(total, from + size), rate));
      expect(pieces).toEqual(whole);
    }),
  );
});

test('a picture that comes late fills the beginning, so that nothing is missing there', () => {
  expect(shown([0.2, 0.24], 0, 8, 25)).toEqual([0, 0, 0, 0, 0, 0, 1, 1]);
});
