import { test } from '@playwright/test';
import fc from 'fast-check';
import { RangeSet } from '../../src/origin/ranges.ts';

const SIZE = 60;

test('ranges say the same as a plain set, whatever comes in whatever order', () => {
  const addition = fc.tuple(fc.nat(SIZE), fc.integer({ min: 1, max: 7 }));
  fc.assert(
    fc.property(fc.array(addition, { maxLength: 40 }), (additions) => {
      const ranges = new RangeSet();
      const model = new Set<number>();
      for (const [from, length] of additions) {
        ranges.addRange(from, from + length);
        for (let part = from; part < from + length; part++) model.add(part);
      }
      const sorted = [...model].sort((a, b) => a - b);
      const places = Array.from({ length: SIZE + 10 }, (_, part) => part);
      const listed = ranges.toJSON();
      return (
        places.every((part) => ranges.has(part) === model.has(part)) &&
        places.every((part) => ranges.covers(part, part + 2) === (model.has(part) && model.has(part + 1))) &&
        places.every((part) => ranges.firstIn(part, part + 5) === sorted.find((p) => p >= part && p < part + 5)) &&
        ranges.end === (sorted.at(-1) ?? -1) + 1 &&
        listed.every((range, i) => range.from > (listed[i - 1]?.to ?? -1))
      );
    }),
    { numRuns: 500 },
  );
});
